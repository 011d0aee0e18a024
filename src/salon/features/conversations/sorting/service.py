"""Sorting of one house, part by part."""

from salon.features.conversations.sorting.bulk import Bulk
from salon.features.conversations.sorting.folders import Folders
from salon.features.conversations.sorting.reading import Reading
from salon.features.conversations.sorting.tags import Tags
from salon.features.conversations.sorting.templates import Templates
from salon.features.conversations.tree import Desk
from salon.foundation.kit.clock import Clock
from salon.foundation.storage import Storage


class Sorting:
    """Everything by which conversations are put in order and found again without searching."""

    def __init__(self, storage: Storage, *, clock: Clock) -> None:
        desk = Desk(storage, clock)
        self.folders = Folders(desk)
        self.tags = Tags(desk)
        self.reading = Reading(desk)
        self.bulk = Bulk(desk)
        self.templates = Templates(desk)

"""The tree of one house, part by part."""

from salon.features.conversations.tree.branches import Branches
from salon.features.conversations.tree.charting import Charting
from salon.features.conversations.tree.comparing import Comparing
from salon.features.conversations.tree.conversations import Conversations
from salon.features.conversations.tree.copying import Copying
from salon.features.conversations.tree.deleting import Deletion
from salon.features.conversations.tree.desk import Desk
from salon.features.conversations.tree.erasing import Erasers
from salon.features.conversations.tree.janitor import Janitor
from salon.features.conversations.tree.merging import Merging
from salon.features.conversations.tree.messages import Messages
from salon.features.conversations.tree.outlining import Outlining
from salon.features.conversations.tree.repairing import Repairing
from salon.foundation.kit.clock import Clock
from salon.foundation.storage import Storage


class Tree:
    """Everything that is done with conversations, but for asking models."""

    def __init__(self, storage: Storage, *, clock: Clock) -> None:
        desk = Desk(storage, clock)
        self.conversations = Conversations(desk)
        self.branches = Branches(desk)
        self.messages = Messages(desk)
        self.outlining = Outlining(desk)
        self.charting = Charting(desk)
        self.erasers = Erasers()
        self.deletion = Deletion(desk, self.erasers)
        self.comparing = Comparing(desk)
        self.merging = Merging(desk)
        self.copying = Copying(desk)
        self.repairing = Repairing(desk)
        self.janitor = Janitor(desk, self.erasers)

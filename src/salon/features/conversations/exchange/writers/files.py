"""What a writer knows of the files of a conversation: what and where they are, which pictures to show."""

from collections.abc import Mapping
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import ArchivedFile
from salon.features.conversations.rendering.media import MediaPart, stored_id

MOST_PICTURE_BYTES: Final = 5_000_000
"""Larger pictures are named and not shown in a page: it is held whole by whoever reads it."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a ZIP: where it lies, and which stored content it has."""

    path: str
    file_id: str


class Attachments:
    """The files of the conversation that is being written."""

    def __init__(self) -> None:
        self.files: Mapping[str, ArchivedFile] = {}
        """What is known of stored files, by id."""
        self.pictures: dict[str, str] = {}
        """Stored pictures as base64, by id: those of the messages that are written next."""

    def of(self, part: MediaPart) -> ArchivedFile | None:
        """Return what is known of the stored file that a part names."""
        return self.files.get(stored_id(part) or "")

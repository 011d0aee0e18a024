"""What an export is asked to be, and what it is called."""

from typing import Final

import msgspec

from salon.features.conversations.exchange.writers import FORMATS, FormatName

MOST_NAMED: Final = 1000
"""So many conversations can be named one by one; more are exported with all."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations, and how."""

    format: FormatName = "json"
    conversation_ids: tuple[str, ...] | None = None
    """None: all that are neither hidden nor deleted."""
    is_selection: bool = False
    """They were found and not named: also of one there is a file for each."""
    branch_id: str | None = None
    """Only this branch; of one conversation, to be read and not to be imported."""
    has_files: bool = False
    """With the files of its messages, as a ZIP."""

    @property
    def is_exact(self) -> bool:
        """Whether they were named one by one: then one that is not there is told, and else passed over."""
        return self.conversation_ids is not None and not self.is_selection

    @property
    def is_zip(self) -> bool:
        """Whether it becomes a ZIP: with files, or where each conversation is a file of its own."""
        is_one = not self.is_selection and len(self.conversation_ids or ()) == 1
        return self.has_files or (not FORMATS[self.format].is_lossless and not is_one)

    @property
    def media_type(self) -> str:
        """What the bytes are."""
        return "application/zip" if self.is_zip else FORMATS[self.format].media_type

    @property
    def extension(self) -> str:
        """How its name ends, without a dot."""
        return "zip" if self.is_zip else FORMATS[self.format].extension


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How much a wish asks for."""

    conversations: int
    messages: int

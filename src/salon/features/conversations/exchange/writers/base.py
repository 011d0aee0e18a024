"""What every writer is: it is told of a conversation piece by piece and answers with bytes."""

from collections.abc import Sequence
from typing import Final, Literal, Protocol

import msgspec

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMessage
from salon.features.conversations.rendering.paths import Node, Segment

FormatName = Literal["json", "jsonl", "messages-jsonl", "markdown", "html"]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """How a format is told apart, and what files of it are called."""

    media_type: str
    extension: str
    is_lossless: bool
    """Whether it has the whole tree with all that is known, so that an import brings everything back."""


FORMATS: Final[dict[FormatName, Format]] = {
    "json": Format(media_type="application/json", extension="json", is_lossless=True),
    "jsonl": Format(media_type="application/x-ndjson", extension="jsonl", is_lossless=True),
    "messages-jsonl": Format(media_type="application/x-ndjson", extension="jsonl", is_lossless=True),
    "markdown": Format(media_type="text/markdown; charset=utf-8", extension="md", is_lossless=False),
    "html": Format(media_type="text/html; charset=utf-8", extension="html", is_lossless=False),
}


class ModelUse(msgspec.Struct, frozen=True, kw_only=True):
    """What one model took in a conversation."""

    model: str
    answers: int
    input_tokens: int
    output_tokens: int
    cost_e10: int | None
    """None when none of its answers has a price."""
    currency: str | None


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation without what is said in it."""

    nodes: tuple[Node, ...]
    heads: tuple[tuple[str, str | None], ...] = ()
    """The branches, the one that opens first before the others: a name and the last message."""
    uses: tuple[ModelUse, ...] = ()


class Writer(Protocol):
    """Writes one file: ``begin``, each conversation, ``end``."""

    def begin(self) -> bytes:
        """Return what stands before the first conversation."""
        ...

    def conversation(self, conversation: ArchivedConversation, outline: Outline) -> bytes:
        """Begin a conversation, whose messages follow."""
        ...

    def stretches(self, outline: Outline) -> Sequence[Segment]:
        """Return in which order the messages are to come."""
        ...

    def stretch(self, segment: Segment) -> bytes:
        """Begin a stretch of them; not asked for the first one."""
        ...

    def messages(self, page: Sequence[ArchivedMessage]) -> bytes:
        """Return some messages, written."""
        ...

    def end_conversation(self) -> bytes:
        """End the conversation."""
        ...

    def end(self) -> bytes:
        """Return what stands after the last conversation."""
        ...

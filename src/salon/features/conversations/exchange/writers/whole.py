"""An archive as one JSON value: conversations whole, with their trees."""

from collections.abc import Sequence

import msgspec

from salon.features.conversations.exchange.archive import (
    ARCHIVE_FORMAT,
    ARCHIVE_VERSION,
    Archive,
    ArchivedConversation,
    ArchivedMessage,
)
from salon.features.conversations.exchange.writers.base import Outline
from salon.features.conversations.exchange.writers.encoding import encode, whole_tree
from salon.features.conversations.rendering.paths import Segment
from salon.foundation.kit.version import __version__


class JsonWriter:
    """Writes an ``Archive``, a conversation to a line."""

    def __init__(self, *, exported_at_ms: int) -> None:
        self._exported_at_ms = exported_at_ms
        self._between = b""
        self._has_messages = False

    def begin(self) -> bytes:
        """Return the archive up to its first conversation."""
        empty = Archive(
            format=ARCHIVE_FORMAT,
            version=ARCHIVE_VERSION,
            salon=__version__,
            exported_at_ms=self._exported_at_ms,
            conversations=(),
        )
        return encode(empty).removesuffix(b"]}") + b"\n"

    def conversation(self, conversation: ArchivedConversation, outline: Outline) -> bytes:
        """Begin a conversation."""
        begun, self._between = self._between, b",\n"
        self._has_messages = False
        return begun + open_object(conversation)

    def stretches(self, outline: Outline) -> Sequence[Segment]:
        """Return all messages, parents before children."""
        return whole_tree(outline)

    def stretch(self, segment: Segment) -> bytes:
        """Return nothing: the tree is told by the parents."""
        return b""

    def messages(self, page: Sequence[ArchivedMessage]) -> bytes:
        """Return some messages of the list."""
        begun = b"," if self._has_messages else b',"messages":['
        self._has_messages = True
        return begun + b",".join(map(encode, page))

    def end_conversation(self) -> bytes:
        """End the list, if it was begun, and the conversation."""
        return b"]}" if self._has_messages else b"}"

    def end(self) -> bytes:
        """End the archive."""
        return b"\n]}\n"


def open_object(conversation: ArchivedConversation) -> bytes:
    """Return a conversation without its messages, and without the brace that closes it."""
    return encode(msgspec.structs.replace(conversation, messages=())).removesuffix(b"}")

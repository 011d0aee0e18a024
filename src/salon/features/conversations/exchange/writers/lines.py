"""An archive as JSON Lines: a conversation to a line, or a message to a line."""

from collections.abc import Sequence

import msgspec

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMessage, ArchiveEnd
from salon.features.conversations.exchange.writers.base import Outline
from salon.features.conversations.exchange.writers.encoding import encode, head_at, whole_tree
from salon.features.conversations.exchange.writers.whole import open_object
from salon.features.conversations.rendering.paths import Segment


class _Lines:
    """What both have: the head, and the end that counts."""

    def __init__(self, *, exported_at_ms: int) -> None:
        self._exported_at_ms = exported_at_ms
        self._conversations = 0
        self._messages = 0

    def begin(self) -> bytes:
        """Return the head's line."""
        return encode(head_at(self._exported_at_ms)) + b"\n"

    def stretches(self, outline: Outline) -> Sequence[Segment]:
        """Return all messages, parents before children."""
        return whole_tree(outline)

    def stretch(self, segment: Segment) -> bytes:
        """Return nothing: the tree is told by the parents."""
        return b""

    def end(self) -> bytes:
        """Return the line by which a reader knows that nothing was cut off."""
        return encode(ArchiveEnd(conversations=self._conversations, messages=self._messages)) + b"\n"


class ConversationLines(_Lines):
    """Writes a whole conversation to a line."""

    def __init__(self, *, exported_at_ms: int) -> None:
        super().__init__(exported_at_ms=exported_at_ms)
        self._has_messages = False

    def conversation(self, conversation: ArchivedConversation, outline: Outline) -> bytes:
        """Begin a line."""
        self._conversations += 1
        self._has_messages = False
        return open_object(conversation)

    def messages(self, page: Sequence[ArchivedMessage]) -> bytes:
        """Return some messages of the line."""
        begun = b"," if self._has_messages else b',"messages":['
        self._has_messages = True
        self._messages += len(page)
        return begun + b",".join(map(encode, page))

    def end_conversation(self) -> bytes:
        """End the line."""
        return b"]}\n" if self._has_messages else b"}\n"


class MessageLines(_Lines):
    """Writes a message to a line, after one for its conversation."""

    def conversation(self, conversation: ArchivedConversation, outline: Outline) -> bytes:
        """Return the conversation's line, without messages."""
        self._conversations += 1
        return encode(msgspec.structs.replace(conversation, messages=())) + b"\n"

    def messages(self, page: Sequence[ArchivedMessage]) -> bytes:
        """Return a line for each message."""
        self._messages += len(page)
        return b"".join(encode(message) + b"\n" for message in page)

    def end_conversation(self) -> bytes:
        """Return nothing: the next conversation's line ends it."""
        return b""

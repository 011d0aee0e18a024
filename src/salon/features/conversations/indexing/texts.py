"""What of a message is found: its words in every part but the model's thinking, and its marks.

Marks are what a filter asks for: one token each, so that a filter and the words are one query of one index.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, assert_never

import msgspec

from salon.features.conversations.models import Message
from salon.foundation.messages import (
    AudioPart,
    CitationPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    VideoPart,
)

MOST_MARK: Final = 300
"""Characters of a value that count; an imported name may be a book."""
_ODD: Final = re.compile(r"[^\w]+")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A message for the index."""

    message_id: str
    space_id: str
    conversation_id: str
    at_ms: int
    marks: tuple[str, ...]
    text: str


def words_of(message: Message) -> Words:
    """Return what of a message goes into the index."""
    parts = message.content.parts if message.content is not None else ()
    return Words(
        message_id=message.id,
        space_id=message.space_id,
        conversation_id=message.conversation_id,
        at_ms=message.created_at_ms,
        marks=tuple(_marks(message, parts)),
        text=text_of(parts),
    )


def text_of(parts: Sequence[Part]) -> str:
    """Return everything in a message that can be found, a paragraph each."""
    return "\n\n".join(text for part in parts for text in _texts(part) if text)


def mark(kind: str, value: str) -> str:
    """Return the token of a mark; values that differ in punctuation alone share one."""
    return f"{kind}_{_ODD.sub('_', value[:MOST_MARK]).lower()}"


def _marks(message: Message, parts: Sequence[Part]) -> Iterator[str]:
    author = message.author
    yield mark("s", message.space_id)
    yield mark("c", message.conversation_id)
    yield mark("r", message.role)
    kind = "m" if author.kind == "model" else "a"
    for value in filter(None, (author.id, author.name)):
        yield mark(kind, value)
        if kind == "m" and "/" in value:
            yield mark(kind, value.partition("/")[2])
    if any(has_file(part) for part in parts):
        yield mark("h", "file")


def has_file(part: Part) -> bool:
    """Tell whether a part is, or brought, a file."""
    if isinstance(part, ToolResultPart):
        return any(has_file(one) for one in part.parts)
    return isinstance(part, ImagePart | AudioPart | VideoPart | FilePart)


def _texts(part: Part) -> Iterator[str | None]:
    match part:
        case TextPart() | RefusalPart():
            yield part.text
        case AudioPart():
            yield from (part.name, part.transcript)
        case FilePart():
            yield from (part.name, part.text)
        case ImagePart() | VideoPart():
            yield part.name
        case CitationPart():
            yield from (part.title, part.url)
        case ToolCallPart():
            yield from (part.name, _plain_arguments(part.arguments))
        case ToolResultPart():
            for one in part.parts:
                yield from _texts(one)
        case ReasoningPart() | OpaquePart():
            return
        case _:
            assert_never(part)


def _plain_arguments(arguments: str) -> str:
    """Return a call's arguments as they read, not as JSON escapes them."""
    try:
        value: Any = msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return arguments
    return msgspec.json.encode(value).decode()

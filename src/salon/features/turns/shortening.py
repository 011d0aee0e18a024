"""Large tool results are sent as their head and their tail, and a word on where the whole is."""

from typing import Final

import msgspec

from salon.features.turns.models import ContextMessage, Shortening
from salon.foundation.messages import Part, TextPart, ToolResultPart

_HEAD_SHARE: Final = 2 / 3
_NOTE: Final = "\n[… {left:,} of {total:,} characters are left out here. The whole result is {reference} …]\n"


def text_of(result: ToolResultPart) -> str:
    """Return the words of a tool's result."""
    return "".join(part.text for part in result.parts if isinstance(part, TextPart))


def shortening(result: ToolResultPart, *, part: int, most_bytes: int) -> Shortening | None:
    """Return how a result is cut to ``most_bytes`` of UTF-8, the note not counted; None where it is not."""
    text = text_of(result)
    if _size(text) <= most_bytes:
        return None
    head = len(_first(text, int(most_bytes * _HEAD_SHARE)))
    tail = len(_first(text[:head:-1], most_bytes - int(most_bytes * _HEAD_SHARE)))
    return Shortening(part=part, head=head, tail=tail)


def shortened(message: ContextMessage, cuts: tuple[Shortening, ...]) -> ContextMessage:
    """Return a message with some of its results cut; the same cuts make the same message again."""
    if not cuts:
        return message
    parts: list[Part] = list(message.parts)
    for cut in cuts:
        found = parts[cut.part]
        assert isinstance(found, ToolResultPart)
        parts[cut.part] = _cut(found, cut, reference_of(message.id, found))
    return msgspec.structs.replace(message, parts=tuple(parts), tokens=0)


def reference_of(message_id: str | None, result: ToolResultPart) -> str:
    """Return the id under which a whole result can be read: its message's and its call's."""
    return f"{message_id}/{result.tool_call_id}" if message_id else result.tool_call_id


def _cut(result: ToolResultPart, cut: Shortening, reference: str) -> ToolResultPart:
    text = text_of(result)
    note = _NOTE.format(left=len(text) - cut.head - cut.tail, total=len(text), reference=reference)
    whole = text[: cut.head] + note + (text[-cut.tail :] if cut.tail else "")
    others = tuple(part for part in result.parts if not isinstance(part, TextPart))
    return msgspec.structs.replace(result, parts=(TextPart(text=whole), *others))


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _first(text: str, most_bytes: int) -> str:
    """Return as much of the beginning as ``most_bytes`` hold."""
    if text.isascii():
        return text[:most_bytes]
    # A byte is never more than a character: what is beyond cannot be needed.
    return text[:most_bytes].encode("utf-8", "surrogatepass")[:most_bytes].decode("utf-8", "ignore")

"""Cuts an answer that is larger than a message may be; each place says what is left out there.

Media goes first, then what tools returned and what was thought, then words: of each the largest first. No
part changes its place, for what later steps were told names the parts of an answer by their places.
"""

from bisect import bisect_right
from typing import Any, Final

import msgspec

from salon.features.conversations.answering.errors import AnswerTooLarge
from salon.features.conversations.models import Content
from salon.features.conversations.tree.appending import MOST_MESSAGE_BYTES
from salon.features.turns import TurnOutcome
from salon.features.turns.shortening import text_of
from salon.foundation.files.attachments import MediaPart
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

_REST: Final = "\n[… {left:,} of {total:,} characters are left out here: a message has no room for them …]"
_WHOLE: Final = "[Here was something of {size:,} bytes that a message has no room for.]"
_REST_BYTES: Final = 256
"""What ``_REST`` takes at most."""
_LEAST_BYTES: Final = 4096
"""What stays of a text as long as there is something else to cut."""


def fitted(outcome: TurnOutcome) -> TurnOutcome:
    """Return an outcome that one message holds; where it had to be cut, it ended early and says why.

    Parts that are smaller than the word on them stay: tens of thousands of these are still too much.
    """
    over = _size(Content(parts=outcome.parts)) - MOST_MESSAGE_BYTES
    if over <= 0:
        return outcome
    parts = list(outcome.parts)
    for cut in (_without_media, _without_rest, _with_fewer_words, _only_said):
        sizes = [_size(part) for part in parts]
        for place in sorted(range(len(parts)), key=sizes.__getitem__, reverse=True):
            if over <= 0:
                break
            new = cut(parts[place], over)
            saved = sizes[place] - _size(new)
            if saved > 0:
                parts[place] = new
                over -= saved
    return msgspec.structs.replace(
        outcome,
        parts=tuple(parts),
        status="failed" if outcome.status == "failed" else "interrupted",
        error=outcome.error or AnswerTooLarge(limit_bytes=MOST_MESSAGE_BYTES).to_json(),
    )


def instead(part: Part, note: str) -> TextPart:
    """Return what stands in the place of media: what was said in it, and why it is not there."""
    spoken = part.transcript if isinstance(part, AudioPart) else None
    return TextPart(text=f"{spoken}\n{note}" if spoken else note)


def _without_media(part: Part, over: int) -> Part:
    if isinstance(part, MediaPart) and part.data is not None:
        return instead(part, _WHOLE.format(size=len(part.data) * 3 // 4))
    if isinstance(part, ToolResultPart):
        return msgspec.structs.replace(part, parts=tuple(_without_media(one, over) for one in part.parts))
    return part


def _without_rest(part: Part, over: int) -> Part:
    """Cut what a tool returned, or what was thought: of that what proves the whole goes, too."""
    if isinstance(part, ReasoningPart):
        text = _beginning(part.text, over)
        return part if text == part.text else ReasoningPart(text=text)
    if isinstance(part, ToolResultPart):
        said = text_of(part)
        text = _beginning(said, over)
        others = tuple(one for one in part.parts if not isinstance(one, TextPart))
        return part if text == said else msgspec.structs.replace(part, parts=(TextPart(text=text), *others))
    return part


def _with_fewer_words(part: Part, over: int) -> Part:
    if not isinstance(part, TextPart | RefusalPart | FilePart) or part.text is None:
        return part
    text = _beginning(part.text, over)
    # What a provider says of a text is about the whole of it.
    return part if text == part.text else msgspec.structs.replace(part, text=text, provider_data=None)


def _only_said(part: Part, _over: int) -> Part:
    """Say of a part only that it was there, and of a call or its result which; of words, first only them."""
    note = _WHOLE.format(size=_size(part))
    if isinstance(part, ToolCallPart):
        arguments = msgspec.json.encode({"left_out": note}).decode()
        return msgspec.structs.replace(part, arguments=arguments, provider_data=None)
    if isinstance(part, ToolResultPart):
        return msgspec.structs.replace(part, parts=(TextPart(text=note),), provider_data=None)
    if isinstance(part, TextPart) and part.provider_data is not None:
        return msgspec.structs.replace(part, provider_data=None)
    return TextPart(text=note)


def _beginning(text: str, over: int) -> str:
    """Return as much of a text as takes ``over`` bytes less, and a word on the rest."""
    size = _size(text)
    room = max(size - over - _REST_BYTES, _LEAST_BYTES)
    if size <= room + _REST_BYTES:
        return text
    end = bisect_right(range(len(text)), room, key=lambda length: _size(text[:length])) - 1
    return text[:end] + _REST.format(left=len(text) - end, total=len(text))


def _size(value: Any) -> int:
    return len(msgspec.json.encode(value))

"""What of a request is words to be counted, and what is counted by a rule."""

from collections.abc import Iterable
from typing import Final

import msgspec

from salon.foundation.messages import (
    ImagePart,
    ModelRequest,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

_ANSWER_TOKENS: Final = 3
"""Every answer is begun with marks that count as read."""
_MESSAGE_TOKENS: Final = 4
"""The marks around a message, its role among them."""
_IMAGE_TOKENS: Final = 1600
"""What providers count for a large picture, whatever its file has."""


class Measured(msgspec.Struct, kw_only=True):
    """The words of a request, and the tokens beside them."""

    texts: list[str] = []
    tokens: int = _ANSWER_TOKENS
    is_exact: bool = True
    """Nothing in it is counted in a way that only its provider knows: tools, pictures, files."""


def measure(request: ModelRequest) -> Measured:
    """Take a request apart."""
    measured = Measured()
    for message in request.messages:
        measured.tokens += _MESSAGE_TOKENS
        _add(message.parts, measured)
    for tool in request.tools:
        measured.texts.append(msgspec.json.encode(tool).decode())
        measured.is_exact = False
    return measured


def _add(parts: Iterable[Part], measured: Measured) -> None:
    for part in parts:
        if isinstance(part, TextPart | RefusalPart):
            measured.texts.append(part.text)
            continue
        measured.is_exact = False
        if isinstance(part, ReasoningPart):
            measured.texts.append(part.text)
        elif isinstance(part, ImagePart):
            measured.tokens += _IMAGE_TOKENS
        elif isinstance(part, ToolCallPart):
            measured.texts += (part.name, part.arguments)
        elif isinstance(part, ToolResultPart):
            _add(part.parts, measured)
        else:
            measured.texts.append(msgspec.json.encode(part).decode())

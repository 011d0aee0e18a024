"""How many tokens a request has, where nobody who knows has counted: an estimate from its bytes."""

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

BYTES_PER_TOKEN: Final = 4
_IMAGE_BYTES: Final = 1600 * BYTES_PER_TOKEN
"""What providers count for a large picture, whatever its file has."""
_MESSAGE_BYTES: Final = 4 * BYTES_PER_TOKEN
"""The marks around a message."""


def estimate_tokens(request: ModelRequest) -> int:
    """Return about how many tokens ``request`` gives a model to read."""
    size = sum(_MESSAGE_BYTES + _size(message.parts) for message in request.messages)
    size += len(msgspec.json.encode(request.tools)) if request.tools else 0
    return max(1, -(-size // BYTES_PER_TOKEN))


def _size(parts: Iterable[Part]) -> int:
    size = 0
    for part in parts:
        if isinstance(part, TextPart | ReasoningPart | RefusalPart):
            size += len(part.text.encode("utf-8", "surrogatepass"))
        elif isinstance(part, ImagePart):
            size += _IMAGE_BYTES
        elif isinstance(part, ToolCallPart):
            size += len(part.name) + len(part.arguments)
        elif isinstance(part, ToolResultPart):
            size += _size(part.parts)
        else:
            size += len(msgspec.json.encode(part))
    return size

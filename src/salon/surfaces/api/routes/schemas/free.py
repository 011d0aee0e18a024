"""Fields that may hold any JSON, within what the house can write down and every reader reads back."""

import math
from typing import Annotated, Any, Final, cast

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

MOST_DEPTH: Final = 100
"""Objects and lists within each other. Writers of JSON give up at 254, and answers put some around them."""
_BITS: Final = 64
_LEAST, _MOST = -(2**63), 2**64 - 1


def checked(value: Any) -> Any:
    """Return JSON as it is. Raises: PydanticCustomError for what could not be written down again."""
    level: list[Any] = [value]
    depth = 0
    while level:
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                for name in cast("dict[str, Any]", one):
                    _check_text(name)
                below += cast("dict[str, Any]", one).values()
            elif isinstance(one, list):
                below += cast("list[Any]", one)
            else:
                _check_plain(one)
        depth += any(isinstance(one, dict | list) for one in level)
        if depth > MOST_DEPTH:
            raise PydanticCustomError("json_depth", "too deep", {"max_depth": MOST_DEPTH})
        level = below
    return value


def _check_plain(value: Any) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int) and not _LEAST <= value <= _MOST:
        raise PydanticCustomError("json_number", "too large", {"bits": _BITS})
    elif isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("json_number", "not finite", {"bits": _BITS})


def _check_text(value: str) -> None:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise PydanticCustomError("json_text", "half a character") from None


JsonObject = Annotated[dict[str, Any], AfterValidator(checked)]
"""An object with whatever is in it."""

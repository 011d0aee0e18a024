"""Decodes JSON that is nested deeper than the stack of a recursive decoder allows."""

import json
import re
from typing import Any, Final, cast

_SPACE: Final = re.compile(r"[ \t\n\r\x00]*+")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_STRINGS: Final = json.JSONDecoder(strict=False)
"""Reads strings, also those with control characters in them."""
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "NaN": None, "Infinity": None}


def deep_loads(text: str) -> Any:
    """Return the value that ``text`` is. Raises: ValueError."""
    stack: list[tuple[Any, str]] = []
    """Open containers, each with the key its next value belongs to."""
    at = 0
    while True:
        value, at, is_open = _value(text, _skip(text, at))
        if is_open:
            closing = "}" if text[at - 1] == "{" else "]"
            at = _skip(text, at)
            if text[at : at + 1] != closing:
                key, at = _key(text, at) if closing == "}" else ("", at)
                stack.append((value, key))
                continue
            at += 1
        while True:
            if not stack:
                if _skip(text, at) != len(text):
                    raise ValueError(f"something follows the value at character {at}")
                return value
            container, key = stack[-1]
            _add(container, key, value)
            at = _skip(text, at)
            mark = text[at : at + 1]
            at += 1
            if mark == ",":
                if isinstance(container, dict):
                    key, at = _key(text, at)
                    stack[-1] = (cast("Any", container), key)
                break
            if mark != ("]" if isinstance(container, list) else "}"):
                raise ValueError(f"a comma or the end of a container is missing at character {at}")
            stack.pop()
            value = cast("Any", container)


def _string(text: str, at: int) -> tuple[str, int]:
    found: tuple[Any, int] = _STRINGS.raw_decode(text, at)
    return str(found[0]), found[1]


def _add(container: Any, key: str, value: Any) -> None:
    if isinstance(container, list):
        cast("list[Any]", container).append(value)
    else:
        container[key] = value


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()


def _key(text: str, at: int) -> tuple[str, int]:
    at = _skip(text, at)
    if text[at : at + 1] != '"':
        raise ValueError(f"a key is missing at character {at}")
    key, at = _string(text, at)
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise ValueError(f"a colon is missing at character {at}")
    return key, at + 1


def _value(text: str, at: int) -> tuple[Any, int, bool]:
    """Return a value, where it ends, and whether it is a container that was only opened."""
    first = text[at : at + 1]
    if first == "{":
        return {}, at + 1, True
    if first == "[":
        return [], at + 1, True
    if first == '"':
        words, end = _string(text, at)
        return words, end, False
    number = _NUMBER.match(text, at)
    if number is not None:
        digits = number[0]
        is_whole = digits.lstrip("-").isdigit() and len(digits) < 400
        return (int(digits) if is_whole else float(digits)), number.end(), False
    for word, value in _WORDS.items():
        if text.startswith(word, at):
            return value, at + len(word), False
    raise ValueError(f"a value is missing at character {at}")

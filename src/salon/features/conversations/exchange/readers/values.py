"""Decodes one value tolerantly, and reads its fields whatever their type turns out to be."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from salon.features.conversations.exchange.readers.deep import deep_loads
from salon.features.conversations.exchange.readers.problems import Notes, ReadError

Json = dict[str, Any]

_SHALLOW: Final = 400
"""Up to this depth the usual decoders are sure not to run out of stack."""
_ODD: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_CONTROL: Final = re.compile("\x00")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
MAX_TEXT: Final = 4 * 1024 * 1024
"""Characters of one text; a longer one is shortened, and the report says so."""


def decode(data: bytes, depth: int, notes: Notes) -> Any:
    """Return the value in ``data``; what had to be repaired is noted. Raises: ReadError."""
    if depth <= _SHALLOW:
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        else:
            return cleaned(value, notes) if _ODD.search(data) else value
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        notes.add("encoding")
        text = data.decode("utf-8", "replace")
    try:
        value = (
            json.loads(text, strict=False, parse_int=_integer, parse_constant=_constant(notes))
            if depth <= _SHALLOW
            else deep_loads(text)
        )
    except (ValueError, RecursionError) as error:
        raise ReadError("damaged", detail=str(error)[:200]) from error
    return cleaned(value, notes)


def cleaned(value: Any, notes: Notes) -> Any:
    """Return a value without characters that no database and no encoding takes."""
    top: list[Any] = [value]
    left: list[Any] = [top]
    while left:
        container = left.pop()
        if isinstance(container, dict):
            mapping = cast("dict[str, Any]", container)
            for key in [one for one in mapping if not _is_clean(one)]:
                mapping[_clean(key, notes)] = mapping.pop(key)
            pairs: Any = mapping.items()
        else:
            pairs = enumerate(cast("list[Any]", container))
        for key, inner in list(pairs):
            if isinstance(inner, str):
                if not _is_clean(inner):
                    container[key] = _clean(inner, notes)
            elif isinstance(inner, (dict, list)):
                left.append(inner)
    return top[0]


def _is_clean(text: str) -> bool:
    if text.isascii():
        return "\x00" not in text
    return not (_CONTROL.search(text) or _SURROGATE.search(text))


def _clean(text: str, notes: Notes) -> str:
    if _SURROGATE.search(text):
        notes.add("surrogates")
        # Pairs that were written as two escapes are one character; a half is none.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if _CONTROL.search(text):
        notes.add("control-characters")
        text = _CONTROL.sub(_REPLACEMENT, text)
    return text


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else float("inf")


def _constant(notes: Notes) -> Any:
    def none(_: str) -> None:
        notes.add("not-a-number")

    return none


# -- fields -------------------------------------------------------------------------------------------
def mapping(value: Any) -> Json:
    """Return a value that should be an object; empty when it is none."""
    return cast("Json", value) if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return a value that should be a list; empty when it is none."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def objects(value: Any) -> list[Json]:
    """Return the objects of a value that should be a list of them."""
    return [cast("Json", one) for one in sequence(value) if isinstance(one, dict)]


def text(value: Any) -> str:
    """Return a value that should be text; numbers are written out, everything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def name(value: Any, *, most: int = 500) -> str:
    """Return text for one line: a title, a name."""
    return " ".join(text(value).split())[:most]


def identifier(value: Any) -> str:
    """Return an id, which may be a number; empty when there is none, a digest when it is absurdly long."""
    found = text(value).strip()
    return found if len(found) <= 200 else f"sha256-{hashlib.sha256(found.encode()).hexdigest()[:32]}"


def whole(value: Any) -> int | None:
    """Return a count that is not negative."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return int(value) if is_number and 0 <= value < 2**62 else None


def digest(value: Any) -> str:
    """Return what names a value by its content: for what has no id of its own."""
    encoded = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True, default=str).encode()
    return f"sha256-{hashlib.sha256(encoded).hexdigest()[:32]}"


def without(value: Mapping[str, Any], *names: str) -> Json:
    """Return the fields that were not read, without those that say nothing."""
    left = {key: inner for key, inner in value.items() if key not in names}
    return {key: inner for key, inner in left.items() if inner not in (None, "", [], {}, False)}


def shortened(words: str, notes: Notes) -> str:
    """Return a text as long as one may be."""
    if len(words) <= MAX_TEXT:
        return words
    notes.add("shortened", f"{len(words)} characters")
    return words[:MAX_TEXT]

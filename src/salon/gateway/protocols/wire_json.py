"""JSON as it really comes over the wire: strict first, then what sloppy providers send.

Every failure is a ``BrokenJsonError``, a ``ValueError``: recursion bombs, bad UTF-8 and bad syntax alike.
"""

import json
from typing import Any, TypeGuard

import msgspec

JsonObject = dict[str, Any]

decode_any = msgspec.json.Decoder(Any).decode
"""Parses strictly; raises one of ``UNREADABLE``. ``loads`` is for whoever is in no hurry."""
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
dumps = msgspec.json.Encoder().encode
"""Compact JSON bytes of any value; non-ASCII stays as it is."""


def is_object(value: Any) -> TypeGuard[JsonObject]:
    """Tell whether a parsed value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Tell whether a parsed value is a JSON array."""
    return isinstance(value, list)


def objects_in(value: Any) -> list[JsonObject]:
    """Return the objects of a JSON array; nothing for any other value."""
    return [item for item in value if is_object(item)] if is_list(value) else []


_LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""


def seconds(value: Any) -> int | None:
    """Return a time in whole seconds since 1970, or None if ``value`` is no such time."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        return None
    return int(value)


def count_of(value: Any) -> int:
    """Return a provider's count of something; 0 where it is no number above 0."""
    if value is None:  # most counts an answer could have are not there
        return 0
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0


def key_of(value: Any) -> int | str | None:
    """Return a provider's number of something as a key; None for what is neither a number nor a word."""
    return value if isinstance(value, int | str) else None


def own_data(provider_data: JsonObject | None, dialect: str) -> JsonObject:
    """Return what ``dialect`` keeps in a value's provider data; empty if nothing."""
    value = provider_data.get(dialect) if provider_data else None
    return value if is_object(value) else {}


class BrokenJsonError(ValueError):
    """The bytes are not JSON that can be read; the text says why, without quoting them."""


def loads(data: bytes | bytearray | memoryview | msgspec.Raw) -> Any:
    """Parse ``data``. Raises: BrokenJsonError."""
    try:
        return decode_any(data)
    except UNREADABLE as error:
        raise BrokenJsonError(why_unreadable(error)) from error


def why_unreadable(error: Exception) -> str:
    """Say what is wrong with bytes that were not read."""
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


def loads_lenient(data: bytes | msgspec.Raw) -> Any:
    """Parse what a provider sent, also ``NaN``, ``Infinity`` and lone surrogates. Raises: BrokenJsonError.

    vLLM-based servers send ``-Infinity`` as a log probability; some cut an emoji's surrogate pair
    between two events. The first becomes null, the second U+FFFD, and the answer goes on.
    """
    try:
        return decode_any(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        value = json.loads(bytes(data), parse_constant=_no_number)
        text = json.dumps(value, ensure_ascii=False)
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return decode_any(whole.encode())
    except (ValueError, msgspec.DecodeError) as error:
        raise BrokenJsonError(str(error)) from error
    except RecursionError as error:
        raise BrokenJsonError("it is nested too deep") from error


def _no_number(_: str) -> None:
    return None


def is_json(data: bytes) -> bool:
    """Tell whether ``data`` is whole JSON, as lenient as providers need."""
    try:
        loads_lenient(data)
    except BrokenJsonError:
        return False
    return True


def text_size(text: str) -> int:
    """Return the UTF-8 size of ``text`` in bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def dumps_text(value: Any) -> str:
    """Return compact JSON text of any value."""
    return dumps(value).decode()

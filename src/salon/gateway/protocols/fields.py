"""Reading values out of served requests: each failure names the field's path and what was expected."""

from typing import Any, TypeVar

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.protocols.long_bodies import LONG_BYTES, split_long
from salon.gateway.protocols.wire_json import (
    UNREADABLE,
    JsonObject,
    decode_any,
    dumps,
    is_list,
    is_object,
    why_unreadable,
)

T = TypeVar("T")
Edits = dict[str, Any]
"""Fields to write anew, by name: what JSON can say, ``Raw`` as it stands, or None to leave the field out."""
_SAFE_INTEGER = 2**53
_envelope_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAMES: dict[type[Any], str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
    int: "a whole number",
}


def invalid(field: str, problem: str) -> InvalidRequest:
    """Make the error for a field that cannot be served."""
    return InvalidRequest(field=field, problem=problem)


def read_fields(body: bytes) -> dict[str, msgspec.Raw]:
    """Split a JSON object into its top-level fields, values verbatim. Raises: InvalidRequest."""
    try:
        return (len(body) >= LONG_BYTES and split_long(body)) or _envelope_decoder.decode(body)
    except RecursionError as error:
        raise invalid("body", "It is nested too deep.") from error
    except UnicodeDecodeError as error:
        raise invalid("body", "It is not UTF-8.") from error
    except msgspec.ValidationError as error:
        raise invalid("body", "It must be a JSON object.") from error
    except msgspec.DecodeError as error:
        raise invalid("body", f"It is not valid JSON: {error}.") from error


class Fields:
    """Takes fields out of one object, checking types; what nobody took is ``rest``."""

    __slots__ = ("_path", "_values")

    def __init__(self, value: Any, path: str) -> None:
        if not is_object(value):
            raise _wrong(path, dict, value)
        self._values: JsonObject = dict(value)
        self._path = path

    def path(self, name: str) -> str:
        """Return the full path of a field of this object."""
        return f"{self._path}.{name}" if self._path else name

    def take(self, name: str) -> Any:
        """Take a field of any type; None if absent."""
        return self._values.pop(name, None)

    def text(self, name: str) -> str | None:
        """Take an optional string."""
        return optional(self._values.pop(name, None), str, self.path(name))

    def required_text(self, name: str) -> str:
        """Take a string that must be there."""
        value = self._values.pop(name, None)
        if value is None:
            raise invalid(self.path(name), "It is missing.")
        return of_type(value, str, self.path(name))

    def flag(self, name: str) -> bool | None:
        """Take an optional boolean."""
        return optional(self._values.pop(name, None), bool, self.path(name))

    def whole(self, name: str) -> int | None:
        """Take an optional whole number; 1.0 counts as 1."""
        return whole(self._values.pop(name, None), self.path(name))

    def number(self, name: str) -> float | None:
        """Take an optional number."""
        return number(self._values.pop(name, None), self.path(name))

    def object(self, name: str) -> JsonObject | None:
        """Take an optional object."""
        return optional_object(self._values.pop(name, None), self.path(name))

    def array(self, name: str) -> list[Any] | None:
        """Take an optional array."""
        value = self._values.pop(name, None)
        return None if value is None else array_at(value, self.path(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Take an optional string or array of strings."""
        value = self._values.pop(name, None)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        items = array_at(value, self.path(name))
        return tuple(of_type(item, str, f"{self.path(name)}[{i}]") for i, item in enumerate(items))

    @property
    def rest(self) -> JsonObject:
        """The fields nobody took, without nulls."""
        return {name: value for name, value in self._values.items() if value is not None}


def of_type(value: Any, kind: type[T], path: str) -> T:
    """Return ``value`` if it is of ``kind``. Raises: InvalidRequest."""
    if not isinstance(value, kind):
        raise _wrong(path, kind, value)
    return value


def optional(value: Any, kind: type[T], path: str) -> T | None:
    """Return ``value`` if it is None or of ``kind``. Raises: InvalidRequest."""
    return None if value is None else of_type(value, kind, path)


def object_at(value: Any, path: str) -> JsonObject:
    """Return ``value`` if it is an object. Raises: InvalidRequest."""
    if not is_object(value):
        raise _wrong(path, dict, value)
    return value


def optional_object(value: Any, path: str) -> JsonObject | None:
    """Return ``value`` if it is None or an object. Raises: InvalidRequest."""
    return None if value is None else object_at(value, path)


def array_at(value: Any, path: str) -> list[Any]:
    """Return ``value`` if it is an array. Raises: InvalidRequest."""
    if not is_list(value):
        raise _wrong(path, list, value)
    return value


def whole(value: Any, path: str) -> int | None:
    """Return a whole number or None. Raises: InvalidRequest."""
    if value is None or (type(value) is int and -_SAFE_INTEGER < value < _SAFE_INTEGER):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _SAFE_INTEGER:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(path, int, value)
    if abs(value) >= 2**63:
        raise invalid(path, "It is out of range.")
    return value


def number(value: Any, path: str) -> float | None:
    """Return a number or None. Raises: InvalidRequest."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(path, f"It must be a number, not {_name(value)}.")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise invalid(path, "It is out of range.")
    return value


def field_value(fields: dict[str, msgspec.Raw], name: str) -> Any:
    """Parse one top-level field; None if absent. Raises: InvalidRequest."""
    raw = fields.get(name)
    if raw is None:
        return None
    try:
        return decode_any(raw)
    except UNREADABLE as error:
        raise invalid(name, f"It cannot be read: {why_unreadable(error)}.") from error


def parse_all(fields: dict[str, msgspec.Raw]) -> JsonObject:
    """Parse every top-level field. Raises: InvalidRequest."""
    return {name: field_value(fields, name) for name in fields}


def join_fields(fields: dict[str, msgspec.Raw], edits: Edits) -> bytes:
    """Write the object again, values verbatim but for ``edits``."""
    merged = {**fields, **edits}
    if None in edits.values():
        merged = {name: value for name, value in merged.items() if value is not None}
    return dumps(merged)


def _name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        return "a number"
    return next((name for kind, name in _NAMES.items() if type(value) is kind), "something else")


def _wrong(path: str, kind: type[Any], value: Any) -> InvalidRequest:
    return invalid(path or "body", f"It must be {_NAMES.get(kind, kind.__name__)}, not {_name(value)}.")

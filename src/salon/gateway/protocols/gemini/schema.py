"""The dialect's own Schema, a part of OpenAPI 3.0's, read as JSON Schema."""

from typing import Any

from salon.gateway.protocols.fields import invalid
from salon.gateway.protocols.gemini.proto import camel_keys
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object

_WHOLE = {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}


def json_schema(value: JsonObject, path: str) -> JsonObject:
    """Return the JSON Schema that says the same. Raises: InvalidRequest when it is nested too deep."""
    try:
        return _convert(value)
    except RecursionError as error:
        raise invalid(path, "It is nested too deep.") from error


def _convert(value: JsonObject) -> JsonObject:
    given = camel_keys(value)
    nullable = given.pop("nullable", None)
    given.pop("propertyOrdering", None)
    out: JsonObject = {name: _keyword(name, item) for name, item in given.items() if item is not None}
    kind = out.get("type")
    if kind == "type_unspecified":
        del out["type"]
    elif nullable is True and isinstance(kind, str):
        out["type"] = [kind, "null"]
    return out


def _keyword(name: str, item: Any) -> Any:
    if name == "type" and isinstance(item, str):
        return item.lower()
    if name in _WHOLE and isinstance(item, str) and item.isdecimal():
        return int(item[:18])  # an int64 is a string in protobuf's JSON
    if name in {"items", "additionalProperties", "not"} and is_object(item):
        return _convert(item)
    if name in {"properties", "$defs", "defs"} and is_object(item):
        return {key: _convert(inner) if is_object(inner) else inner for key, inner in item.items()}
    if name in {"anyOf", "oneOf", "allOf", "prefixItems"} and is_list(item):
        return [_convert(inner) if is_object(inner) else inner for inner in item]
    return item

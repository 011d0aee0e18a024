"""Makes a JSON value that is valid against a JSON Schema: the smallest sensible one, always the same."""

from typing import Any, Final, cast

_DEPTH_OF_OPTIONAL: Final = 3
_DEPTH: Final = 12
_FORMATS: Final = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT1S",
    "email": "demo@example.com",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}

Schema = dict[str, Any]


def example(schema: Any) -> Any:
    """Return a value valid against ``schema``; patterns are not solved."""
    root = cast(Schema, schema) if isinstance(schema, dict) else {}
    return _value(root, root, 0, "demo")


def _resolve(schema: Any, root: Schema) -> Schema:
    """Follow ``$ref`` within the document and merge ``allOf``."""
    seen = 0
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and seen < _DEPTH:  # pyright: ignore[reportUnknownMemberType]
        seen += 1
        found: Any = root
        for step in cast(str, schema["$ref"]).lstrip("#/").split("/"):
            if step:
                key = step.replace("~1", "/").replace("~0", "~")
                found = cast(Schema, found).get(key) if isinstance(found, dict) else None
        siblings = {key: value for key, value in cast(Schema, schema).items() if key != "$ref"}
        schema = {**cast(Schema, found), **siblings} if isinstance(found, dict) else siblings
    if not isinstance(schema, dict):
        return {}
    merged = cast(Schema, schema)
    for part in merged.get("allOf") or ():
        inner = _resolve(part, root)
        properties = {**inner.get("properties", {}), **merged.get("properties", {})}
        required = [*inner.get("required", ()), *merged.get("required", ())]
        merged = {**inner, **merged}
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = required
    return merged


def _value(schema: Any, root: Schema, depth: int, name: str) -> Any:
    resolved = _resolve(schema, root)
    if "const" in resolved:
        return resolved["const"]
    if resolved.get("enum"):
        return resolved["enum"][0]
    for union in ("anyOf", "oneOf"):
        choices: list[Any] = resolved.get(union) or []
        if choices:
            plain = [choice for choice in choices if _resolve(choice, root).get("type") != "null"]
            if not plain or (depth >= _DEPTH_OF_OPTIONAL and len(plain) < len(choices)):
                return None  # deep inside a recursive schema null, where allowed, is the way out
            rest = {key: value for key, value in resolved.items() if key != union}
            return _value({**rest, **_resolve(plain[0], root)}, root, depth, name)
    return _typed(resolved, root, depth, name)


def _type_of(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kinds = cast(list[str], kind)
        kind = next((one for one in kinds if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "required" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "string"


def _typed(schema: Schema, root: Schema, depth: int, name: str) -> Any:
    kind = _type_of(schema)
    if kind == "object":
        return _object(schema, root, depth)
    if kind == "array":
        return _array(schema, root, depth, name)
    if kind in {"integer", "number"}:
        value = _number(schema, 1)
        return int(value) if kind == "integer" else value
    return {"boolean": True, "null": None}[kind] if kind in {"boolean", "null"} else _string(schema, name)


def _object(schema: Schema, root: Schema, depth: int) -> dict[str, Any]:
    properties = cast(Schema, schema.get("properties") or {})
    required = cast(list[str], schema.get("required") or [])
    wanted = (
        required
        if depth >= _DEPTH_OF_OPTIONAL
        else [*properties, *(n for n in required if n not in properties)]
    )
    if depth >= _DEPTH:
        return {}
    return {name: _value(properties.get(name, {}), root, depth + 1, name) for name in wanted}


def _array(schema: Schema, root: Schema, depth: int, name: str) -> list[Any]:
    prefix = cast(list[Any], schema.get("prefixItems") or [])
    values = [_value(item, root, depth + 1, name) for item in prefix]
    least = int(schema.get("minItems") or 0)
    most = int(schema.get("maxItems", max(least, 1)))
    wanted = max(least, min(most, 1 if depth < _DEPTH_OF_OPTIONAL else 0))
    items = _resolve(schema.get("items", {}), root)
    choices = cast(list[Any], items.get("enum") or [])
    for position in range(len(values), wanted):
        value = choices[position % len(choices)] if choices else _value(items, root, depth + 1, name)
        if schema.get("uniqueItems") and not choices and value in values:
            value = f"{value} {position}" if isinstance(value, str) else value + position
        values.append(value)
    return values


def _number(schema: Schema, start: float) -> float:
    low = schema.get("minimum")
    if isinstance(schema.get("exclusiveMinimum"), int | float):
        low = schema["exclusiveMinimum"] + (1 if _type_of(schema) == "integer" else 0.5)
    high = schema.get("maximum")
    if isinstance(schema.get("exclusiveMaximum"), int | float):
        high = schema["exclusiveMaximum"] - (1 if _type_of(schema) == "integer" else 0.5)
    value: float = start
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high if low is None or high >= low else low
    step = schema.get("multipleOf")
    if step:
        value = -(-value // step) * step
        if high is not None and value > high:
            value -= step
    return value


def _string(schema: Schema, name: str) -> str:
    text = _FORMATS.get(str(schema.get("format")), name)
    least = int(schema.get("minLength") or 0)
    text += "." * (least - len(text))
    most = schema.get("maxLength")
    return text[: int(most)] if most is not None else text

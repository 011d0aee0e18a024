"""The frames of the client WebSocket as JSON Schema, for the OpenAPI document and the documentation."""

from typing import Any

import msgspec

from salon.surfaces.api.live import frames

PREFIX = "Socket"
CLIENT = (frames.Follow, frames.Listen, frames.Leave, frames.Stop, frames.Ping)
SERVER = (
    frames.Hello,
    frames.Following,
    frames.Events,
    frames.Rewound,
    frames.Behind,
    frames.Listening,
    frames.Happened,
    frames.Gap,
    frames.Left,
    frames.Stopped,
    frames.Pong,
    frames.Error,
)


def schemas() -> dict[str, Any]:
    """Return the schema of every frame and of what is in it, by name."""
    _, found = msgspec.json.schema_components(
        (*CLIENT, *SERVER), ref_template=f"#/components/schemas/{PREFIX}{{name}}"
    )
    named: dict[str, Any] = {f"{PREFIX}{name}": _open(schema) for name, schema in found.items()}
    for side, kinds in (("ClientFrame", CLIENT), ("ServerFrame", SERVER)):
        # Without a mapping the names of the schemas would be the values of ``type``.
        mapping = {kind.__struct_config__.tag: _reference(kind) for kind in kinds}
        named[PREFIX + side] = {
            "oneOf": [{"$ref": place} for place in mapping.values()],
            "discriminator": {"propertyName": "type", "mapping": mapping},
        }
    return named


def _reference(kind: type[msgspec.Struct]) -> str:
    return f"#/components/schemas/{PREFIX}{kind.__name__}"


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose objects without names of their own may hold any, said aloud."""
    fields: dict[str, dict[str, Any]] = schema.get("properties", {})
    for name, field in fields.items():
        if field.get("type") == "object" and "properties" not in field:
            fields[name] = {**field, "additionalProperties": True}
    return schema


def describe(operation: dict[str, Any]) -> None:
    """Say in the description of the address what is spoken there."""
    operation["description"] = (
        "A WebSocket. Both sides send JSON objects in text messages: the client `SocketClientFrame`, the "
        "server `SocketServerFrame`. A browser sends its cookie, or a key as the subprotocol "
        "`openai-insecure-api-key.KEY`."
    )
    reference = {"$ref": f"#/components/schemas/{PREFIX}ServerFrame"}
    operation["responses"] = {
        "101": {
            "description": "The socket is open; the first frame is `hello`.",
            "content": {"application/json": {"schema": reference}},
        },
        "4XX": {
            "description": "It is not opened.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        },
    }
    operation["x-client-frame"] = {"$ref": f"#/components/schemas/{PREFIX}ClientFrame"}

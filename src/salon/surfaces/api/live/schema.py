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
    named: dict[str, Any] = {f"{PREFIX}{name}": schema for name, schema in found.items()}
    for side, kinds in (("ClientFrame", CLIENT), ("ServerFrame", SERVER)):
        references = [{"$ref": f"#/components/schemas/{PREFIX}{kind.__name__}"} for kind in kinds]
        named[PREFIX + side] = {"oneOf": references, "discriminator": {"propertyName": "type"}}
    return named


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

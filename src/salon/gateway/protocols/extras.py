"""Fields of a request that only the caller's dialect understands, on their way to another dialect."""

from salon.gateway.protocols import losses
from salon.gateway.protocols.base import AnyRequest
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, is_object, own_data

_CARRIED_OTHERWISE = {"thinking", "think", "thinkingConfig", "additional_tools"}
"""Kept word for word for the same dialect, and carried to others as effort, budget or tools."""
_NESTED = {"options", "output_config", "generationConfig", "toolConfig"}
"""Objects of fields, each told by its own name."""


def split_extra(request: AnyRequest, dialect: str, lost: Lost) -> JsonObject:
    """Return a copy of what ``dialect`` keeps of a request; name in ``lost`` what others keep."""
    for other, values in (request.extra or {}).items():
        if other != dialect and is_object(values):
            lost.update(losses.fields(_names(values)))
    return dict(own_data(request.extra, dialect))


def _names(values: JsonObject) -> list[str]:
    names: list[str] = []
    for name, value in values.items():
        if name in _NESTED and is_object(value):
            names += [f"{name}.{inner}" for inner in value if inner != "effort"]
        elif name not in _CARRIED_OTHERWISE:
            names.append(name)
    return names

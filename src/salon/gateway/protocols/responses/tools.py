"""Tools of the responses dialect that other dialects know only as functions.

A *custom* tool takes free text: elsewhere it is a function with the one argument ``input``. A *namespace*
holds tools under a name of their own: elsewhere each carries both names. Calls come back as the caller knows
them.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from salon.foundation.messages import Tool
from salon.gateway.protocols.fields import Fields, array_at, invalid, object_at
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps_text,
    is_list,
    is_object,
    loads,
    objects_in,
    own_data,
)

_NAME_LIMIT = 64
"""The longest name of a function that every provider takes."""
ADDED = "additional_tools"
"""An item of the input that offers tools."""
_FREE_TEXT = "The tool's whole input, as free text."


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """How the caller knows a tool."""

    name: str
    namespace: str | None
    is_custom: bool


def full_name(name: str, namespace: str | None) -> str:
    """Return the one name of a tool in a namespace; cut to what providers take, yet its own."""
    if namespace is None:
        return name
    joined = f"{namespace}__{name}"
    if len(joined) <= _NAME_LIMIT:
        return joined
    mark = hashlib.sha256(joined.encode()).hexdigest()[:8]
    return f"{joined[: _NAME_LIMIT - 9]}_{mark}"


def read_tools(items: list[Any]) -> tuple[Tool, ...]:
    """Read the tools that are offered. Raises: InvalidRequest naming the path."""
    return tuple(tool for i, item in enumerate(items) for tool in _read(item, f"tools[{i}]"))


def read_added_tools(items: Any) -> tuple[tuple[Tool, ...], list[JsonObject]]:
    """Read the tools that stand in the input, and the items they stand in. Raises: InvalidRequest.

    To a provider of this dialect they go as those items; to any other they are tools like the rest.
    """
    tools: list[Tool] = []
    found: list[JsonObject] = []
    for i, item in enumerate(items if is_list(items) else ()):
        if not is_object(item) or item.get("type") != ADDED:
            continue
        found.append(item)
        path = f"input[{i}].tools"
        for j, value in enumerate(array_at(item.get("tools"), path)):
            tools += (_within(tool) for tool in _read(value, f"{path}[{j}]"))
    return tuple(tools), found


def _within(tool: Tool) -> Tool:
    own: JsonObject = own_data(tool.provider_data, "responses")
    data: JsonObject = {"responses": {"group": None, "type": own.get("type")}}
    return msgspec.structs.replace(tool, provider_data=data)


def _read(value: Any, path: str) -> list[Tool]:
    raw = object_at(value, path)
    fields = Fields(raw, path)
    kind = fields.required_text("type")
    if kind != "namespace":
        return [_read_tool(raw, fields, kind)]
    space, tools = fields.required_text("name"), fields.array("tools") or []
    found: list[Tool] = []
    for i, inner in enumerate(tools):
        own = object_at(inner, f"{path}.tools[{i}]")
        inner_fields = Fields(own, f"{path}.tools[{i}]")
        kind = inner_fields.required_text("type")
        if kind not in {"function", "custom"}:
            raise invalid(inner_fields.path("type"), "It must be function or custom.")
        tool = _read_tool(own, inner_fields, kind)
        # The first one holds all of them as they came, for a provider that knows the whole.
        group: JsonObject = {"namespace": space, "group": None if found else raw}
        name, data = full_name(tool.name, space), {"responses": group}
        found.append(msgspec.structs.replace(tool, name=name, provider_data=data))
    return found


def _read_tool(raw: JsonObject, fields: Fields, kind: str) -> Tool:
    if kind == "custom":
        return _read_custom(raw, fields)
    if kind != "function":
        name = raw.get("name") or raw.get("server_label")
        return Tool(name=name if isinstance(name, str) else kind, provider_data={"responses": raw})
    return Tool(
        name=fields.required_text("name"),
        description=fields.text("description"),
        parameters=fields.object("parameters"),
        strict=fields.flag("strict"),
        provider_data={"responses": kept} if (kept := fields.rest) else None,
    )


def _read_custom(raw: JsonObject, fields: Fields) -> Tool:
    told = fields.object("format") or {}
    text: JsonObject = {"type": "string", "description": _FREE_TEXT}
    if told.get("type") == "grammar":
        text["description"] = f"{_FREE_TEXT} Its {told.get('syntax')} grammar:\n{told.get('definition')}"
    parameters: JsonObject = {
        "type": "object",
        "properties": {"input": text},
        "required": ["input"],
        "additionalProperties": False,
    }
    return Tool(
        name=fields.required_text("name"),
        description=fields.text("description"),
        parameters=parameters,
        provider_data={"responses": {"custom": raw}},
    )


def own_forms(tool: Tool) -> list[JsonObject] | None:
    """Return the tool as this dialect wrote it, which may be none again; None for a function."""
    own: JsonObject = own_data(tool.provider_data, "responses")
    if "group" in own:
        return [own["group"]] if is_object(own["group"]) else []
    whole = own if own.get("type") else own.get("custom")
    return [whole] if is_object(whole) else None


def called_by(fields: Mapping[str, msgspec.Raw] | None) -> dict[str, Called]:
    """Return the tools that the caller knows otherwise than a provider, by the name that a provider has."""
    given = fields or {}
    found: dict[str, Called] = {}
    for item in _offered(given.get("tools")) + _added(given.get("input")):
        is_group = item.get("type") == "namespace"
        space = str(item.get("name")) if is_group else None
        for tool in objects_in(item.get("tools")) if is_group else [item]:
            is_custom = tool.get("type") == "custom"
            if is_group or is_custom:
                name = str(tool.get("name"))
                found[full_name(name, space)] = Called(name=name, namespace=space, is_custom=is_custom)
    return found


def _offered(raw: msgspec.Raw | None) -> list[JsonObject]:
    if raw is None or (b'"custom"' not in (body := bytes(raw)) and b'"namespace"' not in body):
        return []
    return objects_in(loads(raw))


def _added(raw: msgspec.Raw | None) -> list[JsonObject]:
    if raw is None or b'"additional_tools"' not in bytes(raw):
        return []
    items = (item for item in objects_in(loads(raw)) if item.get("type") == ADDED)
    return [tool for item in items for tool in objects_in(item.get("tools"))]


def write_input(text: str) -> str:
    """Return the arguments of a function that stands for a custom tool."""
    return dumps_text({"input": text})


def free_text(arguments: str) -> str:
    """Return what a custom tool is called with; a model that forgets the argument is taken at its word."""
    try:
        value = loads(arguments.encode())
    except BrokenJsonError:
        return arguments
    text = value.get("input") if is_object(value) else None
    return text if isinstance(text, str) else ("" if value == {} else arguments)

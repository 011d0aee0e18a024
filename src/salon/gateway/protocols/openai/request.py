"""Requests of the chat dialect, read, and edited in place for another chat provider."""

from collections.abc import Mapping
from typing import Any

import msgspec

from salon.foundation.messages import ModelRequest, ResponseFormat, Tool, ToolChoice
from salon.gateway.protocols.base import EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.fields import (
    Edits,
    Fields,
    field_value,
    invalid,
    join_fields,
    object_at,
    optional,
    optional_object,
    parse_all,
    read_fields,
    whole,
)
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai import strict
from salon.gateway.protocols.openai.messages import read_messages
from salon.gateway.protocols.wire_json import JsonObject, is_object


def read_envelope(body: bytes, said: str = "messages") -> Envelope:
    """Read what routing needs; ``said`` is what must be there. Raises: InvalidRequest naming the field."""
    fields = read_fields(body)
    model = field_value(fields, "model")
    if not isinstance(model, str) or not model:
        raise invalid("model", "It must be a string that names a model.")
    wants_usage = is_stream = False
    if "stream_options" in fields:
        options = optional_object(field_value(fields, "stream_options"), "stream_options") or {}
        wants_usage = options.get("include_usage") is True
    if "stream" in fields:
        is_stream = bool(optional(field_value(fields, "stream"), bool, "stream"))
    limit = None
    for name in ("max_completion_tokens", "max_tokens"):
        if limit is None and name in fields:
            limit = whole(field_value(fields, name), name)
    if said not in fields:
        raise invalid(said, "It is missing.")
    return Envelope(
        fields=fields,
        model=model,
        stream=is_stream,
        max_output_tokens=limit,
        wants_usage=wants_usage,
        size_bytes=len(body),
        body=body,
    )


def rewrite_request(
    envelope: Envelope, *, model: str, stream: bool, quirks: Quirks, lost: Lost | None = None
) -> bytes:
    """Return the caller's body with another model, stream flag, and our request for usage.

    With ``lost`` what the provider refuses is left out, and its name put there.
    """
    edits: Edits = {}
    if model != envelope.model:
        edits["model"] = model
    if stream != envelope.stream:
        edits["stream"] = stream
    asks = quirks.get("stream_usage", True)
    if not stream or asks == "unasked":
        if "stream_options" in envelope.fields:
            edits["stream_options"] = None
    elif not envelope.wants_usage and asks:
        options = optional_object(field_value(envelope.fields, "stream_options"), "stream_options") or {}
        edits["stream_options"] = {**options, "include_usage": True}
    if renamed := quirks.get("renamed"):
        _rename(envelope, renamed, edits)
    if lost is not None:
        strict.leave_out(envelope.fields, edits, quirks, lost)
    if not edits:
        return envelope.body
    return join_fields(envelope.fields, edits)


def rewrite_strictly(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> EncodedRequest:
    """Return what ``rewrite_request`` does without what the provider refuses, and the names of that."""
    lost: Lost = {}
    body = rewrite_request(envelope, model=model, stream=stream, quirks=quirks, lost=lost)
    return EncodedRequest(body=body, lost=tuple(lost))


def _rename(envelope: Envelope, renamed: Mapping[str, str], edits: Edits) -> None:
    """Give fields the name that the provider takes instead of refusing the request."""
    for name, other in renamed.items():
        if name in envelope.fields:
            edits[name] = None
            if other not in envelope.fields:
                edits[other] = envelope.fields[name]


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    fields.take("stream_options")
    fields.take("max_completion_tokens")
    fields.take("max_tokens")
    reasoning = fields.object("reasoning") or {}
    effort = fields.text("reasoning_effort") or optional(reasoning.get("effort"), str, "reasoning.effort")
    if effort is None and reasoning.get("enabled") is not None:
        effort = "medium" if reasoning["enabled"] else "none"
    choice, parallel = fields.take("tool_choice"), fields.flag("parallel_tool_calls")
    legacy_tools = fields.array("functions") or []
    legacy_choice = fields.take("function_call")
    tools = _read_tools(fields.array("tools") or [], "tools")
    tools += tuple(_read_function(item, f"functions[{i}]", None) for i, item in enumerate(legacy_tools))
    metadata = fields.object("metadata")
    request = ModelRequest(
        model=envelope.model,
        messages=read_messages(fields.take("messages")),
        tools=tools,
        tool_choice=_read_choice(choice) if choice is not None else _read_legacy_choice(legacy_choice),
        parallel_tool_calls=parallel,
        max_output_tokens=envelope.max_output_tokens,
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.whole("top_k"),
        presence_penalty=fields.number("presence_penalty"),
        frequency_penalty=fields.number("frequency_penalty"),
        seed=fields.whole("seed"),
        stop=fields.texts("stop"),
        n=_positive(fields.whole("n"), "n"),
        logprobs=fields.flag("logprobs"),
        top_logprobs=fields.whole("top_logprobs"),
        response_format=_read_format(fields.object("response_format")),
        reasoning_effort=effort,
        reasoning_budget_tokens=whole(reasoning.get("max_tokens"), "reasoning.max_tokens"),
        stream=envelope.stream,
        include_usage=envelope.wants_usage,
        user=fields.text("user"),
        metadata=metadata,
        service_tier=fields.text("service_tier"),
    )
    fields.take("model")
    fields.take("stream")
    extra: JsonObject = dict(fields.rest)
    if is_object(choice) and choice.get("type") in {"allowed_tools", "custom"}:
        extra["tool_choice"] = choice
    return msgspec.structs.replace(request, extra={"openai": extra}) if extra else request


def _positive(number: int | None, path: str) -> int | None:
    if number is not None and number < 1:
        raise invalid(path, "It must be at least 1.")
    return number


def _read_tools(items: list[Any], path: str) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for i, item in enumerate(items):
        here = f"{path}[{i}]"
        raw = object_at(item, here)
        kind = raw.get("type", "function")
        if kind == "function":
            tools.append(_read_function(raw.get("function"), f"{here}.function", raw.get("cache_control")))
            continue
        inner = raw.get(kind) if isinstance(kind, str) else None
        name = inner.get("name") if is_object(inner) else None
        tools.append(Tool(name=name if isinstance(name, str) else str(kind), provider_data={"openai": raw}))
    return tuple(tools)


def _read_function(value: Any, path: str, cache_control: Any) -> Tool:
    function = Fields(value, path)
    return Tool(
        name=function.required_text("name"),
        description=function.text("description"),
        parameters=function.object("parameters"),
        strict=function.flag("strict"),
        cache=cache_control is not None,
    )


def _read_choice(value: Any) -> ToolChoice:
    if value in ("auto", "none", "required"):
        return ToolChoice(mode=value)
    if is_object(value):
        kind = value.get("type")
        if kind == "allowed_tools" and is_object(value.get("allowed_tools")):
            return ToolChoice(mode="required" if value["allowed_tools"].get("mode") == "required" else "auto")
        named = value.get(kind) if kind in ("function", "custom") else None
        if is_object(named) and isinstance(named.get("name"), str):
            return ToolChoice(mode="tool", name=named["name"])
    if value == "any":  # Mistral
        return ToolChoice(mode="required")
    raise invalid("tool_choice", "It must be auto, none, required or name a function.")


def _read_legacy_choice(value: Any) -> ToolChoice | None:
    if value is None:
        return None
    if value in ("auto", "none"):
        return ToolChoice(mode=value)
    if is_object(value) and isinstance(value.get("name"), str):
        return ToolChoice(mode="tool", name=value["name"])
    raise invalid("function_call", "It must be auto, none or name a function.")


def _read_format(value: JsonObject | None) -> ResponseFormat | None:
    if value is None:
        return None
    kind = value.get("type")
    if kind == "text":
        return ResponseFormat(kind="text")
    if kind == "json_object":
        return ResponseFormat(kind="json")
    if kind != "json_schema":
        raise invalid("response_format.type", "It must be text, json_object or json_schema.")
    schema = Fields(value.get("json_schema"), "response_format.json_schema")
    return ResponseFormat(
        kind="json-schema",
        name=schema.text("name"),
        schema=schema.object("schema"),
        strict=schema.flag("strict"),
        description=schema.text("description"),
    )

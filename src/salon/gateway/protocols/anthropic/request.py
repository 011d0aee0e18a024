"""Requests of the messages dialect, read, and edited in place for another such provider."""

from typing import Any

from salon.foundation.messages import (
    Message,
    ModelRequest,
    Part,
    ResponseFormat,
    Tool,
    ToolChoice,
    ToolResultPart,
)
from salon.gateway.protocols.anthropic.blocks import read_content
from salon.gateway.protocols.base import Envelope, Quirks
from salon.gateway.protocols.fields import (
    Edits,
    Fields,
    array_at,
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
from salon.gateway.protocols.wire_json import JsonObject, is_object


def read_envelope(body: bytes, *, is_limited: bool = True) -> Envelope:
    """Read what routing needs; ``is_limited`` if a limit must be named. Raises: InvalidRequest."""
    fields = read_fields(body)
    model = field_value(fields, "model")
    if not isinstance(model, str) or not model:
        raise invalid("model", "It must be a string that names a model.")
    limit = whole(field_value(fields, "max_tokens"), "max_tokens")
    if limit is None and is_limited:
        raise invalid("max_tokens", "It is missing.")
    if limit is not None and limit < 1:
        raise invalid("max_tokens", "It must be at least 1.")
    if "messages" not in fields:
        raise invalid("messages", "It is missing.")
    return Envelope(
        fields=fields,
        model=model,
        stream=bool(optional(field_value(fields, "stream"), bool, "stream")),
        max_output_tokens=limit,
        wants_usage=True,
        size_bytes=len(body),
        body=body,
    )


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model and stream flag."""
    edits: Edits = {}
    version = quirks.get("body_version")
    if version is not None:  # a cloud: its address names the model, its body the version
        edits["model"] = None
        if "anthropic_version" not in envelope.fields:
            edits["anthropic_version"] = version
        if quirks.get("stream_in_address"):
            edits["stream"] = None
        elif stream != envelope.stream:
            edits["stream"] = stream
        return join_fields(envelope.fields, edits)
    if model != envelope.model:
        edits["model"] = model
    if stream != envelope.stream:
        edits["stream"] = stream
    return join_fields(envelope.fields, edits) if edits else envelope.body


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    system = read_content(fields.take("system"), "system")
    messages = _read_messages(fields.take("messages"))
    if system:
        messages = (Message(role="system", parts=system), *messages)
    tool_choice, parallel = _read_choice(fields.object("tool_choice"))
    output = Fields(fields.take("output_config") or {}, "output_config")
    shape = output.object("format") or fields.object("output_format")
    effort = effort_asked = output.text("effort")
    thinking = fields.object("thinking")
    metadata = Fields(fields.take("metadata") or {}, "metadata")
    user = metadata.text("user_id")
    budget: int | None = None
    if thinking is not None:
        kind = thinking.get("type")
        budget = whole(thinking.get("budget_tokens"), "thinking.budget_tokens")
        if kind == "disabled":
            budget = 0
        elif kind == "enabled" and budget is None:
            raise invalid("thinking.budget_tokens", "It is missing.")
        elif effort is None and kind != "enabled":
            effort = "high"
    extra: JsonObject = {}
    if thinking is not None:
        extra["thinking"] = thinking
    kept_output = {**output.rest, **({"effort": effort_asked} if effort_asked else {})}
    if kept_output:
        extra["output_config"] = kept_output
    for name in ("model", "max_tokens", "stream"):
        fields.take(name)
    return ModelRequest(
        model=envelope.model,
        messages=messages,
        tools=_read_tools(fields.array("tools") or []),
        tool_choice=tool_choice,
        parallel_tool_calls=parallel,
        max_output_tokens=envelope.max_output_tokens,
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.whole("top_k"),
        stop=fields.texts("stop_sequences"),
        response_format=_read_format(shape),
        reasoning_effort=effort,
        reasoning_budget_tokens=budget,
        stream=envelope.stream,
        include_usage=True,
        user=user,
        metadata=metadata.rest or None,
        service_tier=fields.text("service_tier"),
        extra={"anthropic": {**extra, **fields.rest}} if extra or fields.rest else None,
    )


def _read_messages(value: Any) -> tuple[Message, ...]:
    items = array_at(value, "messages")
    if not items:
        raise invalid("messages", "It must hold at least one message.")
    messages: list[Message] = []
    for i, item in enumerate(items):
        fields = Fields(item, f"messages[{i}]")
        role = fields.required_text("role")
        if role not in {"user", "assistant", "system"}:
            raise invalid(fields.path("role"), "It must be user, assistant or system.")
        content = fields.take("content")
        if content is None:
            raise invalid(fields.path("content"), "It is missing.")
        parts = read_content(content, fields.path("content"))
        if role == "user":
            messages += _split_results(parts)
        else:
            messages.append(Message(role="assistant" if role == "assistant" else "system", parts=parts))
    return tuple(messages)


def _split_results(parts: tuple[Part, ...]) -> list[Message]:
    """Give tool results messages of their own, as every other dialect has them."""
    results = tuple(part for part in parts if isinstance(part, ToolResultPart))
    rest = tuple(part for part in parts if not isinstance(part, ToolResultPart))
    messages: list[Message] = []
    if results:
        messages.append(Message(role="tool", parts=results))
    if rest or not results:
        messages.append(Message(role="user", parts=rest))
    return messages


def _read_tools(items: list[Any]) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for i, item in enumerate(items):
        raw = object_at(item, f"tools[{i}]")
        fields = Fields(raw, f"tools[{i}]")
        kind = fields.text("type")
        if kind not in {None, "custom"}:
            name = raw.get("name")
            tools.append(
                Tool(name=name if isinstance(name, str) else str(kind), provider_data={"anthropic": raw})
            )
            continue
        name, description = fields.required_text("name"), fields.text("description")
        schema, strict = fields.object("input_schema"), fields.flag("strict")
        mark = fields.take("cache_control")
        own = fields.rest
        if is_object(mark) and mark != {"type": "ephemeral"}:
            own["cache_control"] = mark
        tools.append(
            Tool(
                name=name,
                description=description,
                parameters=schema,
                strict=strict,
                cache=mark is not None,
                provider_data={"anthropic": own} if own else None,
            )
        )
    return tuple(tools)


def _read_choice(value: JsonObject | None) -> tuple[ToolChoice | None, bool | None]:
    if value is None:
        return None, None
    choice = Fields(value, "tool_choice")
    kind = choice.required_text("type")
    alone = choice.flag("disable_parallel_tool_use")
    parallel = None if alone is None else not alone
    if kind == "auto":
        return ToolChoice(mode="auto"), parallel
    if kind == "any":
        return ToolChoice(mode="required"), parallel
    if kind == "none":
        return ToolChoice(mode="none"), parallel
    if kind == "tool":
        return ToolChoice(mode="tool", name=choice.required_text("name")), parallel
    raise invalid("tool_choice.type", "It must be auto, any, tool or none.")


def _read_format(value: JsonObject | None) -> ResponseFormat | None:
    if value is None:
        return None
    if value.get("type") != "json_schema":
        raise invalid("output_config.format.type", "It must be json_schema.")
    schema = optional_object(value.get("schema"), "output_config.format.schema")
    return ResponseFormat(kind="json-schema", schema=schema, strict=True)

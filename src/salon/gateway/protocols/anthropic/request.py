"""Requests of the messages dialect, read and written."""

from typing import Any

from salon.foundation.kit.errors import Unsupported
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
from salon.gateway.protocols.anthropic.messages import MessageWriter
from salon.gateway.protocols.base import EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import (
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
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object

DEFAULT_MAX_TOKENS = 4096
_LEAST_BUDGET = 1024
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 24576, "max": 32000}
_EFFORTS = {
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
    "max": "max",
}


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    fields = read_fields(body)
    model = field_value(fields, "model")
    if not isinstance(model, str) or not model:
        raise invalid("model", "It must be a string that names a model.")
    limit = whole(field_value(fields, "max_tokens"), "max_tokens")
    if limit is None:
        raise invalid("max_tokens", "It is missing.")
    if limit < 1:
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
    edits: dict[str, bytes | None] = {}
    if model != envelope.model:
        edits["model"] = dumps(model)
    if stream != envelope.stream:
        edits["stream"] = b"true" if stream else b"false"
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


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider.

    Quirks: ``max_tokens`` (what to ask for when the caller named no limit, 4096), ``thinking``
    (``adaptive``; ``budget`` for models that only know ``budget_tokens``), ``json_schema`` (true).
    Raises: Unsupported.
    """
    lost: dict[str, None] = {}
    own = split_extra(request, "anthropic", lost)
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="This provider gives one answer per request.")
    for name in ("presence_penalty", "frequency_penalty", "seed", "logprobs", "top_logprobs", "metadata"):
        if getattr(request, name):
            lost[name] = None
    system, messages = MessageWriter(lost).write(request.messages)
    limit = request.max_output_tokens or int(quirks.get("max_tokens", DEFAULT_MAX_TOKENS))
    wire: JsonObject = {
        "model": request.model,
        "max_tokens": limit,
        "system": system,
        "messages": messages,
        "top_p": request.top_p,
        "top_k": request.top_k,
        "temperature": request.temperature,
        "stop_sequences": list(request.stop) or None,
        "service_tier": _tier(request.service_tier, lost),
        "metadata": {"user_id": request.user} if request.user else None,
        "stream": True if request.stream else None,
    }
    if request.temperature is not None and request.temperature > 1:
        wire["temperature"] = 1.0
        lost["temperature"] = None
    if request.tools:
        wire["tools"] = [_write_tool(tool, i, lost) for i, tool in enumerate(request.tools)]
        wire["tool_choice"] = _write_choice(request)
    output: JsonObject = dict(own.pop("output_config", None) or {})
    _write_thinking(request, wire, output=output, own=own, quirks=quirks, lost=lost)
    _write_format(request.response_format, output, quirks, lost)
    wire["output_config"] = output or None
    wire.update(own)
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


def _tier(tier: str | None, lost: dict[str, None]) -> str | None:
    if tier in {None, "auto", "standard_only"}:
        return tier
    if tier == "default":
        return "standard_only"
    lost["service_tier"] = None
    return None


def _write_tool(tool: Tool, number: int, lost: dict[str, None]) -> JsonObject:
    kept = tool.provider_data or {}
    own: JsonObject = kept.get("anthropic") or {}
    if own.get("type"):
        return own
    if any(is_object(value) and value.get("type") for value in kept.values()):
        raise Unsupported(field=f"tools[{number}]", problem=f"{tool.name} is a tool of another provider.")
    wire: JsonObject = {
        "name": tool.name,
        "description": tool.description,
        "input_schema": tool.parameters or {"type": "object", "properties": {}},
        "strict": tool.strict,
        **own,
    }
    if tool.cache and "cache_control" not in wire:
        wire["cache_control"] = {"type": "ephemeral"}
    return {name: value for name, value in wire.items() if value is not None}


def _write_choice(request: ModelRequest) -> JsonObject | None:
    choice = request.tool_choice
    wire: JsonObject | None = None
    if choice is not None:
        kind = {"auto": "auto", "none": "none", "required": "any", "tool": "tool"}[choice.mode]
        wire = {"type": kind}
        if choice.mode == "tool":
            wire["name"] = choice.name
    if request.parallel_tool_calls is False and (wire is None or wire["type"] != "none"):
        wire = {**(wire or {"type": "auto"}), "disable_parallel_tool_use": True}
    return wire


def _write_thinking(
    request: ModelRequest,
    wire: JsonObject,
    *,
    output: JsonObject,
    own: JsonObject,
    quirks: Quirks,
    lost: dict[str, None],
) -> None:
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    kept = own.pop("thinking", None)
    if is_object(kept):
        wire["thinking"] = kept
    elif "effort" in output:
        return  # this dialect's own caller asked for effort alone
    elif effort == "none" or budget == 0:
        wire["thinking"] = {"type": "disabled"}
    elif effort is None and budget is None:
        return
    elif budget is None and quirks.get("thinking", "adaptive") == "adaptive":
        wire["thinking"] = {"type": "adaptive"}
        output["effort"] = _EFFORTS.get(effort or "", "high")
    else:
        wanted = budget or _BUDGETS.get(effort or "", 8192)
        room = int(wire["max_tokens"]) - 1
        if room < _LEAST_BUDGET:
            lost["reasoning_effort"] = None
            return
        wire["thinking"] = {"type": "enabled", "budget_tokens": max(_LEAST_BUDGET, min(wanted, room))}
    if wire["thinking"].get("type") != "disabled" and wire["temperature"] not in {None, 1}:
        wire["temperature"] = None  # the provider refuses another temperature while thinking
        lost["temperature"] = None


def _write_format(
    wanted: ResponseFormat | None, output: JsonObject, quirks: Quirks, lost: dict[str, None]
) -> None:
    if wanted is None or wanted.kind == "text":
        return
    if wanted.kind == "json-schema" and wanted.schema is not None and quirks.get("json_schema", True):
        output["format"] = {"type": "json_schema", "schema": wanted.schema}
    elif wanted.kind == "json":
        lost["response_format.json_object"] = None
    else:
        raise Unsupported(field="response_format", problem="This provider cannot hold an answer to a schema.")

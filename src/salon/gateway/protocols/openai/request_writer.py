"""Requests of the chat dialect, written for a provider."""

from collections.abc import Mapping
from typing import Any

from salon.foundation.messages import ModelRequest, ResponseFormat, Tool, ToolChoice
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai.messages import MessageWriter
from salon.gateway.protocols.openai.strict import known_tier
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object

_EFFORT_BUDGETS = ((0, "none"), (2048, "low"), (8192, "medium"))


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider.

    Quirks: ``max_tokens_field`` (``max_completion_tokens``), ``stream_usage`` (true; false asks only
    for callers who want counts; ``unasked``: they come anyway, and to ask fails), ``top_k`` (false),
    ``developer_role`` (``developer``), ``reasoning_field`` (the field that carries past reasoning back,
    none), ``reasoning_details`` (false), ``reasoning_object`` (false: ``reasoning_effort``; true:
    OpenRouter's ``reasoning``), ``cache_marks`` (``cache_control``, ``prompt_cache_breakpoint``, none),
    ``file_urls`` (false), ``json_schema`` (true; false sends ``json_object`` instead), ``json_object``
    (true; false leaves that out), ``plain_text``
    (false; true sends text parts as one string), ``renamed`` (top-level fields by another name, none),
    ``refused`` (top-level fields left out, because a request with one of them fails, none),
    ``service_tiers`` (those that are taken, any), ``names`` (true; false leaves out who wrote a message),
    ``media`` (which of ``images``, ``audio``, ``video`` and ``files`` are taken, any),
    ``media_form`` (``mistral``: recordings as their bytes alone and documents by address, OpenAI's).
    Raises: Unsupported.
    """
    lost: Lost = {}
    extra = split_extra(request, "openai", lost)
    wire: JsonObject = {
        "model": request.model,
        "messages": MessageWriter(quirks, lost).write(request.messages),
        "stop": list(request.stop) or None,
        "user": request.user,
        "metadata": request.metadata,
        "service_tier": known_tier(request.service_tier, quirks, lost),
    }
    for name in _SAME_NAME:
        wire[name] = getattr(request, name)
    if request.top_k is not None and not quirks.get("top_k"):
        wire["top_k"] = None
        lost["top_k"] = None
    wire[str(quirks.get("max_tokens_field", "max_completion_tokens"))] = request.max_output_tokens
    tools = known_tools(request, "openai", lost)
    if tools:
        wire["tools"] = [_write_tool(tool, quirks, lost) for tool in tools]
        wire["parallel_tool_calls"] = request.parallel_tool_calls
        wire["tool_choice"] = _write_choice(request.tool_choice)
    wire["response_format"] = _write_format(request.response_format, quirks, lost)
    _write_reasoning(request, wire, quirks, lost)
    if request.stream:
        wire["stream"] = True
        asks = quirks.get("stream_usage", True)
        if asks != "unasked" and (asks or request.include_usage):
            wire["stream_options"] = {"include_usage": True}
    wire.update(extra)
    _bend(wire, quirks, lost)
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


_SAME_NAME = (
    "temperature",
    "top_p",
    "top_k",
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "n",
    "logprobs",
    "top_logprobs",
)


def _bend(wire: JsonObject, quirks: Quirks, lost: Lost) -> None:
    renamed: Mapping[str, str] = quirks.get("renamed") or {}
    for name, other in renamed.items():
        if name in wire:
            wire[other] = wire.pop(name)
    for name in quirks.get("refused") or ():
        if wire.pop(name, None) is not None:
            lost[losses.field(name)] = None


def _write_tool(tool: Tool, quirks: Quirks, lost: Lost) -> JsonObject:
    kept = tool.provider_data or {}
    own = kept.get("openai")
    if is_object(own) and own.get("type"):
        return own
    if kept:
        lost["tools.provider_data"] = None
    function: JsonObject = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": tool.strict,
    }
    wire: JsonObject = {
        "type": "function",
        "function": {name: value for name, value in function.items() if value is not None},
    }
    if tool.cache:
        if quirks.get("cache_marks") == "cache_control":
            wire["cache_control"] = {"type": "ephemeral"}
        else:
            lost["cache_control"] = None
    return wire


def _write_choice(choice: ToolChoice | None) -> Any:
    if choice is None:
        return None
    if choice.mode == "tool":
        return {"type": "function", "function": {"name": choice.name}}
    return choice.mode


def _write_format(wanted: ResponseFormat | None, quirks: Quirks, lost: Lost) -> Any:
    if wanted is None:
        return None
    if wanted.kind == "text":
        return {"type": "text"}
    if wanted.kind == "json" and not quirks.get("json_object", True):
        lost["response_format.json_object"] = None
        return None
    if wanted.kind == "json" or not quirks.get("json_schema", True):
        if wanted.kind == "json-schema":
            lost["response_format.json_schema"] = None
        return {"type": "json_object"}
    schema: JsonObject = {
        "name": wanted.name or "answer",
        "description": wanted.description,
        "schema": wanted.schema,
        "strict": wanted.strict,
    }
    return {"type": "json_schema", "json_schema": {k: v for k, v in schema.items() if v is not None}}


def _write_reasoning(request: ModelRequest, wire: JsonObject, quirks: Quirks, lost: Lost) -> None:
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    if quirks.get("reasoning_object"):
        if budget:
            wire["reasoning"] = {"max_tokens": budget}
        elif effort is not None or budget == 0:
            off = effort == "none" or budget == 0
            wire["reasoning"] = {"enabled": False} if off else {"effort": effort}
        return
    if effort is None and budget is not None:
        lost["reasoning_budget_tokens"] = None
        effort = next((word for limit, word in _EFFORT_BUDGETS if budget <= limit), "high")
    wire["reasoning_effort"] = effort

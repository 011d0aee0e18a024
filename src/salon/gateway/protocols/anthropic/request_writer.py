"""Requests of the messages dialect, written for a provider."""

import re

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest, ReasoningPart, ResponseFormat, Tool, ToolCallPart
from salon.gateway.protocols.anthropic.messages import MessageWriter
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.losses import Lost
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

_ONLY_BUDGETS = re.compile(
    r"claude-3|(?:opus|sonnet|haiku)-4(?:[-.][015])?(?:-20\d{6})?(?:-v\d|:|@|-latest|$)"
)
"""Models from before adaptive thinking (Claude 4.6): they know ``budget_tokens`` alone."""


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider.

    Quirks: ``max_tokens`` (what to ask for when the caller named no limit, 4096), ``thinking``
    (``adaptive`` or ``budget``, by the model's name), ``json_schema`` (true), ``body_version`` (written as
    ``anthropic_version``; the address names the model) and ``stream_in_address`` (and the stream).
    Raises: Unsupported.
    """
    lost: Lost = {}
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
    tools = known_tools(request, "anthropic", lost)
    if tools:
        wire["tools"] = [_write_tool(tool) for tool in tools]
        wire["tool_choice"] = _write_choice(request)
    output: JsonObject = dict(own.pop("output_config", None) or {})
    _write_thinking(request, wire, output=output, own=own, quirks=quirks, lost=lost)
    _write_format(request.response_format, output, quirks, lost)
    wire["output_config"] = output or None
    wire.update(own)
    version = quirks.get("body_version")
    if version is not None:
        wire["model"] = None
        wire.setdefault("anthropic_version", version)
        if quirks.get("stream_in_address"):
            wire["stream"] = None
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


def _tier(tier: str | None, lost: Lost) -> str | None:
    if tier in {None, "auto", "standard_only"}:
        return tier
    if tier == "default":
        return "standard_only"
    lost["service_tier"] = None
    return None


def _write_tool(tool: Tool) -> JsonObject:
    kept = tool.provider_data or {}
    own: JsonObject = kept.get("anthropic") or {}
    if own.get("type"):
        return own
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


def _thinks_adaptively(model: str, quirks: Quirks) -> bool:
    wanted = quirks.get("thinking")
    return _ONLY_BUDGETS.search(model) is None if wanted is None else wanted == "adaptive"


def _is_within_tools(request: ModelRequest) -> bool:
    """Tell whether a tool's result is answered whose call has no signed thinking before it.

    With a budget, the provider refuses to begin thinking in the middle of such a turn.
    """
    for message in reversed(request.messages):
        if message.role == "assistant":
            called = any(isinstance(part, ToolCallPart) for part in message.parts)
            return called and not any(
                isinstance(part, ReasoningPart) and (part.signature or part.redacted)
                for part in message.parts
            )
        if message.role != "tool":
            return False
    return False


def _write_thinking(
    request: ModelRequest,
    wire: JsonObject,
    *,
    output: JsonObject,
    own: JsonObject,
    quirks: Quirks,
    lost: Lost,
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
    elif request.tool_choice is not None and request.tool_choice.mode in {"required", "tool"}:
        lost["reasoning_effort"] = None  # the provider does not think before a forced tool call
        return
    elif budget is None and _thinks_adaptively(request.model, quirks):
        wire["thinking"] = {"type": "adaptive"}
        output["effort"] = _EFFORTS.get(effort or "", "high")
    else:
        wanted = budget or _BUDGETS.get(effort or "", 8192)
        room = int(wire["max_tokens"]) - 1
        if room < _LEAST_BUDGET or _is_within_tools(request):
            lost["reasoning_effort"] = None
            return
        wire["thinking"] = {"type": "enabled", "budget_tokens": max(_LEAST_BUDGET, min(wanted, room))}
    if wire["thinking"].get("type") != "disabled" and wire["temperature"] not in {None, 1}:
        wire["temperature"] = None  # the provider refuses another temperature while thinking
        lost["temperature"] = None


def _write_format(wanted: ResponseFormat | None, output: JsonObject, quirks: Quirks, lost: Lost) -> None:
    if wanted is None or wanted.kind == "text":
        return
    if wanted.kind == "json-schema" and wanted.schema is not None and quirks.get("json_schema", True):
        output["format"] = {"type": "json_schema", "schema": wanted.schema}
    elif wanted.kind == "json":
        lost["response_format.json_object"] = None
    else:
        raise Unsupported(field="response_format", problem="This provider cannot hold an answer to a schema.")

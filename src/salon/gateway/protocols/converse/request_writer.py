"""Requests in Converse, written for Bedrock."""

import re
from typing import Final

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest, ResponseFormat, Tool, ToolCallPart
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.converse.messages import MessageWriter
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, dumps_text

_NOT_KNOWN: Final = ("presence_penalty", "frequency_penalty", "seed", "logprobs", "top_logprobs", "user")
_TIERS: Final = {"default", "priority", "flex", "reserved"}
_NOVA = re.compile(r"(?:[a-z-]+\.)?amazon\.nova")
_GPT_OSS = re.compile(r"(?:[a-z-]+\.)?openai\.gpt-oss")
_EFFORTS: Final = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high"}
_SHORT: Final = 256
_MOST_METADATA: Final = 16


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request; model and stream stand in the address it goes to.

    Quirks: ``cache_points`` (whether marks of a prompt cache are sent; by the model's name, for Nova).
    Raises: Unsupported.
    """
    lost: Lost = {}
    wire = write_request(request, lost, quirks=quirks)
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def write_request(request: ModelRequest, lost: Lost, *, quirks: Quirks) -> JsonObject:
    """Return the request as a value; name in ``lost`` what has no place. Raises: Unsupported."""
    own = split_extra(request, "converse", lost)
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="Bedrock gives one answer per request.")
    for name in _NOT_KNOWN:
        if getattr(request, name):
            lost[name] = None
    if request.parallel_tool_calls is False:
        lost["parallel_tool_calls"] = None
    caches = bool(quirks.get("cache_points", _NOVA.match(request.model)))
    system, messages = MessageWriter(lost, caches=caches).write(request.messages)
    settings: JsonObject = {
        "maxTokens": request.max_output_tokens,
        "temperature": request.temperature,
        "topP": request.top_p,
        "stopSequences": list(request.stop) or None,
    }
    settings = {name: value for name, value in settings.items() if value is not None}
    wire: JsonObject = {
        "messages": messages,
        "system": system or None,
        "inferenceConfig": settings or None,
        "toolConfig": _write_tools(request, lost),
        "additionalModelRequestFields": _write_additions(request, lost) or None,
        "outputConfig": _write_format(request.response_format, lost),
        "requestMetadata": _write_metadata(request, lost),
        "serviceTier": _write_tier(request.service_tier, lost),
        **own,
    }
    return {name: value for name, value in wire.items() if value is not None}


def _write_tools(request: ModelRequest, lost: Lost) -> JsonObject | None:
    choice = request.tool_choice
    called = [
        part.name for message in request.messages for part in message.parts if isinstance(part, ToolCallPart)
    ]
    if choice is not None and choice.mode == "none":
        if called:
            problem = "Bedrock cannot be kept from calling tools once one was called."
            raise Unsupported(field="tool_choice", problem=problem)
        return None
    # Calls and results of the past are refused without a declaration of their tools.
    tools = known_tools(request, "converse", lost)
    offered = tools or tuple(Tool(name=name) for name in dict.fromkeys(called))
    if not offered:
        return None
    wire: JsonObject = {"tools": [_write_tool(tool, lost) for tool in offered]}
    if choice is not None and choice.mode == "required":
        wire["toolChoice"] = {"any": {}}
    elif choice is not None and choice.mode == "tool":
        wire["toolChoice"] = {"tool": {"name": choice.name}}
    return wire


def _write_tool(tool: Tool, lost: Lost) -> JsonObject:
    kept = tool.provider_data or {}
    if tool.cache:
        lost["cache_control"] = None
    if kept:
        lost["tools.provider_data"] = None
    if tool.strict:
        lost["tools.strict"] = None  # most of its models refuse the word
    schema = tool.parameters or {"type": "object", "properties": {}}
    wire: JsonObject = {"name": tool.name, "inputSchema": {"json": schema}}
    if tool.description:
        wire["description"] = tool.description
    return {"toolSpec": wire}


def _write_additions(request: ModelRequest, lost: Lost) -> JsonObject:
    """Return what only some makers' models take, each in its own words."""
    wire: JsonObject = {}
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    is_nova = _NOVA.match(request.model) is not None
    if request.top_k is not None:
        if is_nova:
            wire["inferenceConfig"] = {"topK": request.top_k}
        else:
            lost["top_k"] = None
    if budget:
        lost["reasoning_budget_tokens"] = None
    if effort is None and budget is None:
        return wire
    if is_nova and (effort == "none" or budget == 0):
        wire["reasoningConfig"] = {"type": "disabled"}
    elif is_nova and effort is not None:
        wire["reasoningConfig"] = {"type": "enabled", "maxReasoningEffort": _EFFORTS.get(effort, "medium")}
    elif _GPT_OSS.match(request.model) and effort in _EFFORTS:
        wire["reasoning_effort"] = _EFFORTS[effort]
    elif effort is not None:
        lost["reasoning_effort"] = None
    elif budget == 0:
        lost["reasoning_budget_tokens"] = None
    return wire


def _write_format(wanted: ResponseFormat | None, lost: Lost) -> JsonObject | None:
    if wanted is None or wanted.kind == "text":
        return None
    if wanted.kind == "json" or wanted.schema is None:
        lost["response_format.json_object"] = None
        return None
    schema: JsonObject = {"schema": dumps_text(wanted.schema), "name": wanted.name or "answer"}
    if wanted.description:
        schema["description"] = wanted.description
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}


def _write_metadata(request: ModelRequest, lost: Lost) -> JsonObject | None:
    given = request.metadata
    if not given:
        return None
    words = [*given, *given.values()]
    if len(given) > _MOST_METADATA or any(
        not isinstance(word, str) or len(word) > _SHORT or not word for word in words
    ):
        lost["metadata"] = None
        return None
    return given


def _write_tier(tier: str | None, lost: Lost) -> JsonObject | None:
    if tier in {None, "auto"}:
        return None
    if tier not in _TIERS:
        lost["service_tier"] = None
        return None
    return {"type": tier}

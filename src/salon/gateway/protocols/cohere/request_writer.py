"""Requests in Cohere's dialect, written for its service."""

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest, ResponseFormat, Tool
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.cohere.messages import MessageWriter
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.losses import LossName, Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps

_LEAST_P, _MOST_P = 0.01, 0.99
_NOT_KNOWN = ("user", "metadata", "service_tier", "top_logprobs")


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Quirks: none are known. Raises: Unsupported."""
    lost: Lost = {}
    own = split_extra(request, "cohere", lost)
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="Cohere gives one answer per request.")
    for name in _NOT_KNOWN:
        if getattr(request, name):
            lost[name] = None
    if request.parallel_tool_calls is False:
        lost["parallel_tool_calls"] = None
    tools, choice = _write_tools(request, lost)
    wire: JsonObject = {
        "model": request.model,
        "messages": MessageWriter(lost).write(request.messages),
        "stream": request.stream,
        "tools": tools,
        "tool_choice": choice,
        "strict_tools": True if tools and any(tool.strict for tool in request.tools) else None,
        "max_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "p": _within(request.top_p, _LEAST_P, _MOST_P, "top_p", lost),
        "k": request.top_k,
        "seed": request.seed,
        "stop_sequences": list(request.stop) or None,
        "frequency_penalty": _within(request.frequency_penalty, 0.0, 1.0, "frequency_penalty", lost),
        "presence_penalty": _within(request.presence_penalty, 0.0, 1.0, "presence_penalty", lost),
        "logprobs": request.logprobs,
        "response_format": _write_format(request.response_format, lost),
        "thinking": _write_thinking(request, lost),
        **own,
    }
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


def _within(value: float | None, least: float, most: float, name: LossName, lost: Lost) -> float | None:
    """Return the nearest value that is taken; one that had to move further than a hair is told."""
    if value is None or least <= value <= most:
        return value
    moved = min(max(value, least), most)
    if abs(moved - value) > _LEAST_P + 1e-9:
        lost[name] = None
    return moved


def _write_tools(request: ModelRequest, lost: Lost) -> tuple[list[JsonObject] | None, str | None]:
    """Return the tools and whether one must be called: one that is named is the only one offered."""
    choice, offered = request.tool_choice, known_tools(request, "cohere", lost)
    word = None
    if choice is not None:
        word = {"auto": None, "none": "NONE", "required": "REQUIRED", "tool": "REQUIRED"}[choice.mode]
        if choice.mode == "tool":
            offered = tuple(tool for tool in offered if tool.name == choice.name)
            if not offered:
                raise Unsupported(field="tool_choice", problem=f"There is no tool {choice.name}.")
    tools = [_write_tool(tool, lost) for tool in offered]
    return tools or None, word if tools else None


def _write_tool(tool: Tool, lost: Lost) -> JsonObject:
    kept = tool.provider_data or {}
    if tool.cache:
        lost["cache_control"] = None
    if kept:
        lost["tools.provider_data"] = None
    function: JsonObject = {
        "name": tool.name,
        "parameters": tool.parameters or {"type": "object", "properties": {}},
    }
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}


def _write_format(wanted: ResponseFormat | None, lost: Lost) -> JsonObject | None:
    if wanted is None or wanted.kind == "text":
        return None
    if wanted.kind == "json" or wanted.schema is None:
        return {"type": "json_object"}
    if wanted.description:
        lost["response_format.description"] = None
    return {"type": "json_object", "json_schema": wanted.schema}


def _write_thinking(request: ModelRequest, lost: Lost) -> JsonObject | None:
    """Return what is said about thinking, which is on by default for the models that can."""
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    if effort == "none" or budget == 0:
        return {"type": "disabled"}
    if budget is not None:
        return {"type": "enabled", "token_budget": budget}
    if effort is not None:
        lost["reasoning_effort"] = None
    return None

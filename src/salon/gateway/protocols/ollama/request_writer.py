"""Requests of Ollama's chat dialect, written for an Ollama."""

from typing import Any

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest, ResponseFormat
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.ollama.messages import MessageWriter
from salon.gateway.protocols.wire_json import JsonObject, dumps

_OPTIONS = ("temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "seed")
_LEVELS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for an Ollama. Quirks: none. Raises: Unsupported."""
    lost: Lost = {}
    body = dumps(write_request(request, lost))
    return EncodedRequest(body=body, lost=tuple(lost))


def write_request(request: ModelRequest, lost: Lost) -> JsonObject:
    """Return the request as a value; name in ``lost`` what has no place. Raises: Unsupported."""
    own = split_extra(request, "ollama", lost)
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="Ollama gives one answer per request.")
    for name in ("user", "metadata"):
        if getattr(request, name):
            lost[name] = None
    if request.service_tier not in {None, "auto", "default"}:
        lost["service_tier"] = None
    if request.parallel_tool_calls is False:
        lost["parallel_tool_calls"] = None
    options: JsonObject = {name: getattr(request, name) for name in _OPTIONS}
    options["num_predict"] = request.max_output_tokens
    options["stop"] = list(request.stop) or None
    options = {name: value for name, value in options.items() if value is not None}
    options.update(own.pop("options", None) or {})
    wire: JsonObject = {
        "model": request.model,
        "messages": MessageWriter(lost).write(request.messages),
        "stream": request.stream,
        "tools": _write_tools(request, lost),
        "format": _write_format(request.response_format, lost),
        "options": options or None,
        "logprobs": request.logprobs,
        "top_logprobs": request.top_logprobs,
        "think": _write_think(request, lost),
        **own,
    }
    return {name: value for name, value in wire.items() if value is not None}


def _write_tools(request: ModelRequest, lost: Lost) -> list[JsonObject] | None:
    choice = request.tool_choice
    if choice is not None and choice.mode == "none":
        return None
    if choice is not None and choice.mode in {"required", "tool"}:
        raise Unsupported(field="tool_choice", problem="Ollama cannot be made to call a tool.")
    tools: list[JsonObject] = []
    for tool in known_tools(request, "ollama", lost):
        kept = tool.provider_data or {}
        if tool.strict:
            lost["tools.strict"] = None
        if tool.cache:
            lost["cache_control"] = None
        if kept:
            lost["tools.provider_data"] = None
        function: JsonObject = {
            "name": tool.name,
            "description": tool.description or "",
            "parameters": tool.parameters or {"type": "object", "properties": {}},
        }
        tools.append({"type": "function", "function": function})
    return tools or None


def _write_format(wanted: ResponseFormat | None, lost: Lost) -> Any:
    if wanted is None or wanted.kind == "text":
        return None
    if wanted.kind == "json" or wanted.schema is None:
        return "json"
    return wanted.schema


def _write_think(request: ModelRequest, lost: Lost) -> Any:
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    if effort == "none" or budget == 0:
        return False
    if budget is not None:
        lost["reasoning_budget_tokens"] = None
    if effort is not None:
        return _LEVELS.get(effort, True)
    return True if budget is not None else None

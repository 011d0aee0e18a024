"""Requests of the responses dialect, written for a provider."""

from typing import Any, Final

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest, ResponseFormat, Tool, ToolChoice
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.losses import LossName, Lost
from salon.gateway.protocols.responses.items import ItemWriter
from salon.gateway.protocols.responses.reasoning import ENCRYPTED, is_needed_back
from salon.gateway.protocols.responses.request import SHARED
from salon.gateway.protocols.responses.tools import ADDED, own_forms
from salon.gateway.protocols.wire_json import JsonObject, dumps, own_data

_EFFORT_BUDGETS = ((0, "none"), (2048, "low"), (8192, "medium"))
_NO_PLACE: Final[tuple[LossName, ...]] = ("top_k", "presence_penalty", "frequency_penalty", "seed", "stop")


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider.

    Quirks: ``store`` (true: the provider is told to store nothing, and asked for reasoning that can go
    back; false for one that does not know the field).
    Raises: Unsupported.
    """
    lost: Lost = {}
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="This provider gives one answer per request.")
    extra = split_extra(request, "responses", lost)
    shared = own_data(request.extra, "openai")
    for name in (*SHARED, "verbosity"):
        lost.pop(losses.field(name), None)
    for name in _NO_PLACE:
        if getattr(request, name):
            lost[name] = None
    instructions, items = ItemWriter(lost).write(request.messages)
    wire: JsonObject = {
        "model": request.model,
        "instructions": instructions,
        "input": [*extra.pop(ADDED, ()), *items],
        "max_output_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "user": request.user,
        "metadata": request.metadata,
        "service_tier": "default" if request.service_tier == "standard_only" else request.service_tier,
        "store": False if quirks.get("store", True) else None,
        "stream": True if request.stream else None,
        **{name: shared.get(name) for name in SHARED},
    }
    tools = known_tools(request, "responses", lost)
    if tools:
        wire["tools"] = [form for tool in tools for form in _write_tool(tool, lost)]
        wire["parallel_tool_calls"] = request.parallel_tool_calls
        wire["tool_choice"] = extra.pop("tool_choice", None) or _write_choice(request.tool_choice)
    extra.pop("tool_choice", None)
    _write_text(request, wire, shared.get("verbosity"))
    _write_reasoning(request, wire, extra, lost)
    _write_include(request, wire, extra.pop("include", None), quirks)
    wire.update(extra)
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


def _write_tool(tool: Tool, lost: Lost) -> list[JsonObject]:
    forms = own_forms(tool)
    if forms is not None:
        return forms
    kept = tool.provider_data or {}
    own: JsonObject = own_data(kept, "responses")
    if any(dialect != "responses" for dialect in kept):
        lost["tools.provider_data"] = None
    if tool.cache:
        lost["cache_control"] = None
    wire: JsonObject = {
        **own,
        "type": "function",
        "name": tool.name,
        "parameters": tool.parameters or {"type": "object", "properties": {}},
        # Absent means strict here, and not strict everywhere else.
        "strict": bool(tool.strict),
    }
    if tool.description is not None:
        wire["description"] = tool.description
    return [wire]


def _write_choice(choice: ToolChoice | None) -> Any:
    if choice is None:
        return None
    if choice.mode == "tool":
        return {"type": "function", "name": choice.name}
    return choice.mode


def _write_text(request: ModelRequest, wire: JsonObject, verbosity: Any) -> None:
    text: JsonObject = {}
    if request.response_format is not None:
        text["format"] = _write_format(request.response_format)
    if verbosity is not None:
        text["verbosity"] = verbosity
    wire["text"] = text or None


def _write_format(wanted: ResponseFormat) -> JsonObject:
    if wanted.kind == "text":
        return {"type": "text"}
    if wanted.kind == "json":
        return {"type": "json_object"}
    schema: JsonObject = {
        "type": "json_schema",
        "name": wanted.name or "answer",
        "description": wanted.description,
        "schema": wanted.schema or {},
        "strict": wanted.strict,
    }
    return {name: value for name, value in schema.items() if value is not None}


def _write_reasoning(request: ModelRequest, wire: JsonObject, extra: JsonObject, lost: Lost) -> None:
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    if effort is None and budget is not None:
        lost["reasoning_budget_tokens"] = None
        effort = next((word for limit, word in _EFFORT_BUDGETS if budget <= limit), "high")
    names = [name for name in extra if name.startswith("reasoning.")]
    reasoning: JsonObject = {name.removeprefix("reasoning."): extra.pop(name) for name in names}
    if effort is not None:
        reasoning["effort"] = effort
    wire["reasoning"] = reasoning or None


def _write_include(request: ModelRequest, wire: JsonObject, include: Any, quirks: Quirks) -> None:
    wanted: list[Any] = list(include or ())
    reasoning: JsonObject = wire["reasoning"] or {}
    effort = reasoning.get("effort")
    if is_needed_back(request.model, effort, quirks):
        wanted.append(ENCRYPTED)
    if request.logprobs:
        wanted.append("message.output_text.logprobs")
    wire["include"] = wanted or None
    wire["top_logprobs"] = request.top_logprobs

"""Requests of the Gemini dialect, written for a provider; the address takes model and stream."""

import re
from typing import Any

from salon.foundation.messages import ModelRequest, ResponseFormat, Tool, ToolChoice
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.gemini.contents_writer import ContentWriter
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object

_LEVELS = {"minimal": "minimal", "low": "low", "medium": "medium", "high": "high"}
_BUDGETS = {"minimal": 512, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
_THINKS_BY_LEVEL = re.compile(r"gemini-(?:[3-9]|\d\d)")
_NEVER_THINKS = re.compile(r"gemini-(?:1|2\.0)|gemma-[1-3]|learnlm")
_ALWAYS_THINKS = re.compile(r"2\.5-pro|gemini-(?:[3-9]|\d\d)[\d.]*-pro")
_LEAST_BUDGET = 128
"""What a model that cannot stop thinking takes."""


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider.

    Quirks: ``thinking`` (``level``, ``budget`` or ``none``, by the model's name), ``signatures`` (whether
    calls of other models get the mark that stands for a signature, by the model's name), ``call_ids``
    (true), ``json_schema`` (true).
    Raises: Unsupported.
    """
    lost: Lost = {}
    own = split_extra(request, "gemini", lost)
    for name in ("user", "metadata"):
        if getattr(request, name):
            lost[name] = None
    if request.parallel_tool_calls is False:
        lost["parallel_tool_calls"] = None
    if request.service_tier not in {None, "auto", "default", "standard_only"}:
        lost["service_tier"] = None
    system, contents = ContentWriter(request.model, quirks, lost).write(request.messages)
    settings: JsonObject = {
        "temperature": request.temperature,
        "topP": request.top_p,
        "topK": request.top_k,
        "maxOutputTokens": request.max_output_tokens,
        "stopSequences": list(request.stop) or None,
        "candidateCount": request.n,
        "seed": request.seed,
        "presencePenalty": request.presence_penalty,
        "frequencyPenalty": request.frequency_penalty,
        "responseLogprobs": request.logprobs,
        "logprobs": request.top_logprobs if request.logprobs else None,
    }
    _write_format(request.response_format, settings, quirks, lost)
    settings["thinkingConfig"] = _write_thinking(request, own, quirks, lost)
    settings.update(own.pop("generationConfig", None) or {})
    settings = {name: value for name, value in settings.items() if value is not None}
    wire: JsonObject = {
        "systemInstruction": system,
        "contents": contents,
        "tools": _write_tools(known_tools(request, "gemini", lost), lost),
        "toolConfig": _write_choice(request, own),
        "generationConfig": settings or None,
        **own,
    }
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


def _write_tools(tools: tuple[Tool, ...], lost: Lost) -> list[JsonObject] | None:
    functions: list[JsonObject] = []
    others: list[JsonObject] = []
    for tool in tools:
        kept = tool.provider_data or {}
        own: JsonObject = kept.get("gemini") or {}
        if is_object(own.get("tool")):
            others.append(own["tool"])
            continue
        if kept.keys() - {"gemini"}:
            lost["tools.provider_data"] = None
        if tool.strict:
            lost["tools.strict"] = None
        if tool.cache:
            lost["cache_control"] = None
        function: JsonObject = {
            "name": tool.name,
            "description": tool.description,
            "parametersJsonSchema": tool.parameters,
            **own,
        }
        functions.append({name: value for name, value in function.items() if value is not None})
    declared: list[JsonObject] = [{"functionDeclarations": functions}] if functions else []
    return [*declared, *others] or None


def _write_choice(request: ModelRequest, own: JsonObject) -> JsonObject | None:
    wire: JsonObject = dict(own.pop("toolConfig", None) or {})
    choice = request.tool_choice
    if choice is not None and "functionCallingConfig" not in wire and request.tools:
        wire["functionCallingConfig"] = _choice(choice)
    return wire or None


def _choice(choice: ToolChoice) -> JsonObject:
    if choice.mode == "tool":
        return {"mode": "ANY", "allowedFunctionNames": [choice.name]}
    return {"mode": {"auto": "AUTO", "none": "NONE", "required": "ANY"}[choice.mode]}


def _write_format(wanted: ResponseFormat | None, settings: JsonObject, quirks: Quirks, lost: Lost) -> None:
    if wanted is None:
        return
    if wanted.kind == "text":
        settings["responseMimeType"] = "text/plain"
        return
    settings["responseMimeType"] = "application/json"
    if wanted.kind == "json-schema" and wanted.schema is not None:
        if quirks.get("json_schema", True):
            settings["responseJsonSchema"] = wanted.schema
        else:
            lost["response_format.json_schema"] = None


def _thinks(model: str, quirks: Quirks) -> str:
    wanted = quirks.get("thinking")
    if wanted is not None:
        return str(wanted)
    if _THINKS_BY_LEVEL.search(model):
        return "level"
    return "none" if _NEVER_THINKS.search(model) else "budget"


def _write_thinking(request: ModelRequest, own: JsonObject, quirks: Quirks, lost: Lost) -> Any:
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    kept = own.pop("thinkingConfig", None)
    if kept is not None:
        return kept
    if effort is None and budget is None:
        return None
    how = _thinks(request.model, quirks)
    is_off = effort == "none" or budget == 0
    if how == "none" or is_off:
        wire, is_whole = _not_thinking(request.model, how, is_off=is_off)
        if not is_whole:
            lost["reasoning_effort" if effort is not None else "reasoning_budget_tokens"] = None
        return wire
    if budget is not None:
        return {"thinkingBudget": budget, "includeThoughts": True}
    if how == "level":
        return {"thinkingLevel": _LEVELS.get(effort or "", "high"), "includeThoughts": True}
    return {"thinkingBudget": _BUDGETS.get(effort or "", 8192), "includeThoughts": True}


def _not_thinking(model: str, how: str, *, is_off: bool) -> tuple[JsonObject | None, bool]:
    """Return what makes a model think least, and whether that is what was asked."""
    if how == "none":
        return None, is_off
    cannot_stop = _ALWAYS_THINKS.search(model) is not None
    if how == "level":
        return {"thinkingLevel": "low" if cannot_stop else "minimal"}, False
    return ({"thinkingBudget": _LEAST_BUDGET}, False) if cannot_stop else ({"thinkingBudget": 0}, True)

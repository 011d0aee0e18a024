"""Requests in Interactions, written for Google. Nothing is stored there: the whole conversation goes along.

https://ai.google.dev/api/interactions-api and google-genai 3.4 (2026-11).
"""

from typing import Any, Final

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest, ResponseFormat, Tool, ToolChoice
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.foreign_tools import known_tools
from salon.gateway.protocols.gemini.interactions.steps_writer import StepWriter
from salon.gateway.protocols.losses import LossName, Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object, own_data

_NOT_KNOWN: Final[tuple[LossName, ...]] = (
    "top_k", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "user", "metadata",
)  # fmt: skip
_LEVELS: Final = {
    "none": "minimal", "minimal": "minimal", "low": "low", "medium": "medium", "high": "high",
}  # fmt: skip
"""An effort, and how much thinking that is; what is not named thinks most."""
_TIERS: Final = {"flex", "priority"}
_USUAL_TIERS: Final = {None, "auto", "default", "standard", "standard_only"}
_BUILT_IN: Final = {
    "googleSearch": "google_search",
    "codeExecution": "code_execution",
    "urlContext": "url_context",
}
"""Google's own tools, as generateContent calls them and as they are called here."""
_LOW_BUDGET: Final = 1024
_MEDIUM_BUDGET: Final = 8192


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request.

    Quirks: ``summaries`` (whether thoughts are told in short where thinking was asked for, true).
    Raises: Unsupported.
    """
    lost: Lost = {}
    split_extra(request, "interactions", lost)
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="An interaction gives one answer.")
    lost.update(dict.fromkeys(name for name in _NOT_KNOWN if getattr(request, name)))
    if request.parallel_tool_calls is False:
        lost["parallel_tool_calls"] = None
    system, steps = StepWriter(lost).write(request.messages)
    tools = _tools(known_tools(request, "gemini", lost), lost)
    settings: JsonObject = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "stop_sequences": list(request.stop) or None,
        "max_output_tokens": request.max_output_tokens,
        **_thinking(request, quirks, lost),
        "tool_choice": _choice(request.tool_choice, tools),
    }
    wire: JsonObject = {
        "model": request.model,
        "input": steps,
        "system_instruction": system,
        "tools": tools or None,
        "response_format": _format(request.response_format),
        "generation_config": {name: value for name, value in settings.items() if value is not None} or None,
        "service_tier": _tier(request.service_tier, lost),
        "store": False,
        "stream": request.stream or None,
    }
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


def _tools(tools: tuple[Tool, ...], lost: Lost) -> list[JsonObject]:
    out: list[JsonObject] = []
    for i, tool in enumerate(tools):
        own = own_data(tool.provider_data, "gemini")
        kind = own.get("type")
        if kind:
            if kind not in _BUILT_IN:
                raise Unsupported(field=f"tools[{i}]", problem=f"An interaction has no tool {kind}.")
            out.append({"type": _BUILT_IN[kind]})
            continue
        if tool.strict:
            lost["tools.strict"] = None
        if tool.cache:
            lost["cache_control"] = None
        function: JsonObject = {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        }
        out.append({name: value for name, value in function.items() if value is not None})
    return out


def _choice(choice: ToolChoice | None, tools: list[JsonObject]) -> Any:
    """Write which tool must be called; it is refused where there is no function to call."""
    if choice is None or all(tool["type"] != "function" for tool in tools):
        return None
    if choice.mode == "tool":
        return {"allowed_tools": {"mode": "any", "tools": [choice.name]}}
    return {"auto": "auto", "none": "none", "required": "any"}[choice.mode]


def _format(wanted: ResponseFormat | None) -> JsonObject | None:
    if wanted is None or wanted.kind == "text":
        return None
    wire: JsonObject = {"type": "text", "mime_type": "application/json"}
    return {**wire, "schema": wanted.schema} if is_object(wanted.schema) else wire


def _thinking(request: ModelRequest, quirks: Quirks, lost: Lost) -> JsonObject:
    """Write how much is to be thought, in levels: there is no budget, and no way to forbid it."""
    effort, budget = request.reasoning_effort, request.reasoning_budget_tokens
    if effort is None and budget is None:
        return {}
    if effort is None:
        lost["reasoning_budget_tokens"] = None
        effort = _effort_of(budget or 0)
    elif effort not in _LEVELS or effort == "none":
        lost["reasoning_effort"] = None
    told = effort != "none" and quirks.get("summaries", True)
    return {
        "thinking_level": _LEVELS.get(effort, "high"),
        "thinking_summaries": "auto" if told else "none",
    }


def _effort_of(budget: int) -> str:
    if budget == 0:
        return "none"
    return "low" if budget <= _LOW_BUDGET else "medium" if budget <= _MEDIUM_BUDGET else "high"


def _tier(wanted: str | None, lost: Lost) -> str | None:
    if wanted in _TIERS:
        return wanted
    if wanted not in _USUAL_TIERS:
        lost["service_tier"] = None
    return None

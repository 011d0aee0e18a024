"""Token counts and finish reasons of the Gemini dialect.

Thoughts are counted beside the candidates and the results of built-in tools beside the prompt; inside
Salon they are part of the output and of the input.
"""

from typing import Any

from salon.foundation.messages import Finish, FinishReason, Usage, UsageDetails, service_tier
from salon.gateway.protocols.gemini.proto import camel_keys
from salon.gateway.protocols.wire_json import JsonObject, count_of, objects_in

_FILTERS = (
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MODEL_ARMOR",
    "JAILBREAK",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
)
_FAILURES = (
    "LANGUAGE",
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE",
    "NO_IMAGE",
)
_TRAFFIC = {
    "ON_DEMAND_PRIORITY": "priority",
    "ON_DEMAND_FLEX": "flex",
    "PROVISIONED_THROUGHPUT": "provisioned",
}
"""How Vertex names the service tier."""
_FINISH: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    **dict.fromkeys(_FILTERS, "content-filter"),
    **dict.fromkeys(_FAILURES, "error"),
}
_WORDS: dict[FinishReason, str] = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool-calls": "STOP",
    "content-filter": "SAFETY",
    "refusal": "PROHIBITED_CONTENT",
    "pause": "STOP",
    "error": "OTHER",
    "unknown": "OTHER",
}
TOLD = frozenset[FinishReason](_WORDS.keys() - {"pause"})
"""The reasons that have a word here."""


def _of(details: Any, modality: str) -> int:
    return sum(
        count_of(item.get("tokenCount"))
        for item in map(camel_keys, objects_in(details))
        if item.get("modality") == modality
    )


def merge_usage(old: JsonObject | None, new: JsonObject) -> JsonObject:
    """Return ``old`` with the keys of ``new`` over it: each chunk repeats the counts so far."""
    return dict(new) if old is None else {**old, **new}


def read_usage(raw: JsonObject) -> Usage:
    """Read ``usageMetadata``."""
    given = camel_keys(raw)
    thoughts = count_of(given.get("thoughtsTokenCount"))
    return Usage(
        input_tokens=count_of(given.get("promptTokenCount")) + count_of(given.get("toolUsePromptTokenCount")),
        output_tokens=count_of(given.get("candidatesTokenCount")) + thoughts,
        cached_tokens=count_of(given.get("cachedContentTokenCount")),
        reasoning_tokens=thoughts,
        details=_rare(given),
        raw=raw,
    )


def _rare(given: JsonObject) -> UsageDetails | None:
    prompt, cached = given.get("promptTokensDetails"), given.get("cacheTokensDetails")
    tools, made = given.get("toolUsePromptTokensDetails"), given.get("candidatesTokensDetails")
    return UsageDetails(
        audio_input_tokens=_of(prompt, "AUDIO") + _of(tools, "AUDIO"),
        audio_cached_tokens=_of(cached, "AUDIO"),
        audio_output_tokens=_of(made, "AUDIO"),
        image_input_tokens=_of(prompt, "IMAGE") + _of(tools, "IMAGE"),
        image_cached_tokens=_of(cached, "IMAGE"),
        image_output_tokens=_of(made, "IMAGE"),
        service=service_tier(given.get("serviceTier")) or _TRAFFIC.get(str(given.get("trafficType"))),
    ).or_none()


def write_usage(usage: Usage) -> JsonObject:
    """Write ``usageMetadata``; a provider's own of this dialect stays as it is."""
    raw = usage.raw or {}
    if "promptTokenCount" in raw:
        return raw
    wire: JsonObject = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
        "totalTokenCount": usage.total_tokens,
    }
    if usage.reasoning_tokens:
        wire["thoughtsTokenCount"] = usage.reasoning_tokens
    if usage.cached_tokens:
        wire["cachedContentTokenCount"] = usage.cached_tokens
    return wire


def read_finish(reason: Any, *, has_tool_calls: bool) -> Finish | None:
    """Read a finish reason; None while there is none. A model that calls a tool says ``STOP``."""
    if not isinstance(reason, str) or not reason:
        return None
    found: FinishReason = _FINISH.get(reason, "unknown")
    return Finish(reason="tool-calls" if has_tool_calls and found == "stop" else found, raw=reason)


def blocked(reason: Any) -> Finish:
    """Return the finish of a prompt that was refused before any answer."""
    return Finish(reason="content-filter", raw=reason if isinstance(reason, str) else "SAFETY")


def write_finish(finish: Finish | None, *, refused: bool) -> str:
    """Return the finish reason; it alone can tell that the words are a refusal."""
    if refused and (finish is None or finish.reason == "stop"):
        return _WORDS["refusal"]
    if finish is None:
        return "STOP"
    if finish.raw in _FINISH and _FINISH[finish.raw] in {finish.reason, "stop"}:
        return finish.raw
    return _WORDS[finish.reason]

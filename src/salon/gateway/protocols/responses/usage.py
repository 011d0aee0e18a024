"""Token counts and endings of the responses dialect."""

from typing import Any

from salon.foundation.messages import Finish, FinishReason, Usage, UsageDetails, service_tier
from salon.gateway.protocols.wire_json import JsonObject, count_of, is_object

_COMMON = frozenset({"cached_tokens", "cache_write_tokens", "reasoning_tokens"})
TOLD = frozenset[FinishReason]({"stop", "length", "tool-calls", "content-filter", "refusal", "error"})
"""The reasons that have a word here."""
_INCOMPLETE: dict[str, FinishReason] = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content-filter",
}


def _details(raw: JsonObject, name: str) -> JsonObject:
    value = raw.get(name)
    return value if is_object(value) else {}


def read_usage(raw: JsonObject, response: JsonObject | None = None) -> Usage:
    """Read a usage object; ``response`` is the object it stands in, which names tier and tools."""
    given, made = _details(raw, "input_tokens_details"), _details(raw, "output_tokens_details")
    input_tokens = count_of(raw.get("input_tokens"))
    cached = min(count_of(given.get("cached_tokens")), input_tokens)
    return Usage(
        input_tokens=input_tokens,
        output_tokens=count_of(raw.get("output_tokens")),
        cached_tokens=cached,
        cache_write_tokens=min(count_of(given.get("cache_write_tokens")), input_tokens - cached),
        reasoning_tokens=count_of(made.get("reasoning_tokens")),
        details=_rare(given, made, response or {}),
        raw=raw,
    )


def _has_more(*details: JsonObject) -> bool:
    for one in details:
        for name, value in one.items():
            if value and name not in _COMMON:
                return True
    return False


def _rare(given: JsonObject, made: JsonObject, response: JsonObject) -> UsageDetails | None:
    service = service_tier(response.get("service_tier"))
    if service is None and "tool_usage" not in response and not _has_more(given, made):
        return None
    cached = _details(given, "cached_tokens_details")
    return UsageDetails(
        audio_input_tokens=count_of(given.get("audio_tokens")),
        audio_cached_tokens=count_of(cached.get("audio_tokens")),
        audio_output_tokens=count_of(made.get("audio_tokens")),
        image_input_tokens=count_of(given.get("image_tokens")),
        image_cached_tokens=count_of(cached.get("image_tokens")),
        image_output_tokens=count_of(made.get("image_tokens")),
        searches=count_of(_details(_details(response, "tool_usage"), "web_search").get("num_requests")),
        service=service,
    ).or_none()


def write_usage(usage: Usage) -> JsonObject:
    """Write a usage object, with everything a provider of this dialect told beside the counts."""
    raw = usage.raw or {}
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
        **(raw if is_object(raw.get("input_tokens_details")) else {}),
    }


def read_finish(status: Any, details: Any, *, has_tool_calls: bool) -> Finish:
    """Read why an answer ended from its ``status`` and ``incomplete_details``."""
    if status == "completed":
        return Finish(reason="tool-calls" if has_tool_calls else "stop", raw="completed")
    word = details.get("reason") if is_object(details) else None
    if status == "incomplete" and isinstance(word, str):
        return Finish(reason=_INCOMPLETE.get(word, "unknown"), raw=word)
    return Finish(reason="unknown", raw=status if isinstance(status, str) and status else None)


def write_finish(finish: Finish | None, *, has_refusal: bool) -> tuple[str, JsonObject | None]:
    """Return ``status`` and ``incomplete_details``."""
    reason = finish.reason if finish is not None else "stop"
    if reason == "length":
        return "incomplete", {"reason": "max_output_tokens"}
    if reason == "content-filter" or (reason == "refusal" and not has_refusal):
        return "incomplete", {"reason": "content_filter"}
    if reason == "error":
        return "failed", None
    return "completed", None

"""Token counts and endings of the responses dialect."""

from typing import Any

from salon.foundation.messages import Finish, FinishReason, Usage
from salon.gateway.protocols.wire_json import JsonObject, is_object

_INCOMPLETE: dict[str, FinishReason] = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content-filter",
}


def _count(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0


def _details(raw: JsonObject, name: str) -> JsonObject:
    value = raw.get(name)
    return value if is_object(value) else {}


def read_usage(raw: JsonObject) -> Usage:
    """Read a usage object."""
    given, made = _details(raw, "input_tokens_details"), _details(raw, "output_tokens_details")
    input_tokens = _count(raw.get("input_tokens"))
    cached = min(_count(given.get("cached_tokens")), input_tokens)
    return Usage(
        input_tokens=input_tokens,
        output_tokens=_count(raw.get("output_tokens")),
        cached_tokens=cached,
        cache_write_tokens=min(_count(given.get("cache_write_tokens")), input_tokens - cached),
        reasoning_tokens=_count(made.get("reasoning_tokens")),
        audio_input_tokens=_count(given.get("audio_tokens")),
        audio_output_tokens=_count(made.get("audio_tokens")),
        raw=raw,
    )


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

"""Token counts and stop reasons of the messages dialect.

Anthropic counts cached prompt tokens beside ``input_tokens``; inside Salon they are part of it.
"""

from typing import Any

from salon.foundation.messages import Finish, FinishReason, Usage, UsageDetails, service_tier
from salon.gateway.protocols.wire_json import JsonObject, count_of, is_object

_FINISH: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool-calls",
    "pause_turn": "pause",
    "refusal": "refusal",
}
_WORDS: dict[FinishReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool-calls": "tool_use",
    "content-filter": "refusal",
    "refusal": "refusal",
    "pause": "pause_turn",
    "error": "end_turn",
    "unknown": "end_turn",
}
TOLD = frozenset[FinishReason](_WORDS.keys() - {"error", "unknown"})
"""The reasons that have a word here."""


def merge_usage(old: JsonObject | None, new: JsonObject) -> JsonObject:
    """Return ``old`` with the non-null keys of ``new`` over it: a message_delta corrects the start."""
    told = {name: value for name, value in new.items() if value is not None}
    return told if old is None else {**old, **told}


def read_usage(raw: JsonObject) -> Usage:
    """Read a usage object."""
    cached = count_of(raw.get("cache_read_input_tokens"))
    written = count_of(raw.get("cache_creation_input_tokens"))
    details = raw.get("output_tokens_details")
    thinking = details.get("thinking_tokens") if is_object(details) else 0
    return Usage(
        input_tokens=count_of(raw.get("input_tokens")) + cached + written,
        output_tokens=count_of(raw.get("output_tokens")),
        cached_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=count_of(thinking),
        details=_rare(raw, written),
        raw=raw,
    )


def _rare(raw: JsonObject, written: int) -> UsageDetails | None:
    """Read what of the cache is kept an hour, searches, and what makes the answer cost otherwise."""
    creation, tools = raw.get("cache_creation"), raw.get("server_tool_use")
    hour = count_of(creation.get("ephemeral_1h_input_tokens")) if is_object(creation) else 0
    return UsageDetails(
        cache_write_1h_tokens=min(hour, written),
        searches=count_of(tools.get("web_search_requests")) if is_object(tools) else 0,
        service=_service(raw),
    ).or_none()


def _service(raw: JsonObject) -> str | None:
    """Return the service tier, with a fast answer and one made in the United States told apart.

    These cost otherwise, together more otherwise still: several words are joined, none is left out.
    """
    words = [
        service_tier(raw.get("service_tier")),
        service_tier(raw.get("speed")),
        "us" if raw.get("inference_geo") == "us" else None,
    ]
    return "+".join([word for word in words if word is not None]) or None


def write_usage(usage: Usage) -> JsonObject:
    """Write a usage object, with everything a provider of this dialect told beside the counts."""
    wire: JsonObject = {
        "input_tokens": max(0, usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens),
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.reasoning_tokens:
        wire["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    raw = usage.raw or {}
    return {**wire, **raw} if "output_tokens" in raw and "total_tokens" not in raw else wire


def read_finish(reason: Any, sequence: Any) -> Finish | None:
    """Read a stop reason; None while there is none."""
    if not isinstance(reason, str) or not reason:
        return None
    return Finish(
        reason=_FINISH.get(reason, "unknown"),
        raw=reason,
        stop_sequence=sequence if isinstance(sequence, str) else None,
    )


def write_finish(finish: Finish | None) -> tuple[str, str | None]:
    """Return stop reason and stop sequence."""
    if finish is None:
        return "end_turn", None
    if finish.raw in _FINISH and _FINISH[finish.raw] == finish.reason:
        return finish.raw, finish.stop_sequence
    if finish.reason == "stop" and finish.stop_sequence is not None:
        return "stop_sequence", finish.stop_sequence
    return _WORDS[finish.reason], None

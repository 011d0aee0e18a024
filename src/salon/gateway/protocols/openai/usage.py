"""Token counts of the chat dialect, with the spellings of the providers that speak it."""

from typing import Any

from salon.foundation.messages import Finish, FinishReason, Usage, UsageDetails, service_tier
from salon.gateway.protocols.wire_json import JsonObject, count_of, is_object

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool-calls",
    "function_call": "tool-calls",
    "content_filter": "content-filter",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "tool_use": "tool-calls",
    "max_tokens": "length",
    "model_length": "length",
    "error": "error",
    "insufficient_system_resource": "error",
}
_WORDS: dict[FinishReason, str] = {
    "stop": "stop",
    "length": "length",
    "tool-calls": "tool_calls",
    "content-filter": "content_filter",
    "refusal": "content_filter",
    "pause": "stop",
    "error": "stop",
    "unknown": "stop",
}
TOLD = frozenset[FinishReason](_WORDS.keys() - {"pause", "error", "unknown"})
"""The reasons that have a word here."""
_NO_DETAILS = UsageDetails()
_STOPPED = Finish(reason="stop", raw="stop")
_OWN_WORDS = {"stop", "length", "tool_calls", "content_filter", "function_call"}


def _details(raw: JsonObject, name: str) -> JsonObject:
    value = raw.get(name)
    return value if is_object(value) else {}


def merge_usage(old: JsonObject | None, new: JsonObject) -> JsonObject:
    """Return ``old`` with the keys of ``new`` over it: the last value of each key, never a sum."""
    return new if old is None else {**old, **new}


def read_usage(raw: JsonObject, *, tier: object = None) -> Usage:
    """Read a usage object as any provider of this dialect writes it; ``tier`` is what served it."""
    service = None if tier is None else service_tier(tier)
    if len(raw) == 3 and service is None:
        given, made, total = raw.get("prompt_tokens"), raw.get("completion_tokens"), raw.get("total_tokens")
        # Three counts that add up and no details: what most servers send.
        if type(given) is int and type(made) is int and given >= 0 <= made and given + made == total:
            return Usage(input_tokens=given, output_tokens=made, raw=raw)
    prompt = _details(raw, "prompt_tokens_details")
    completion = _details(raw, "completion_tokens_details")
    input_tokens = count_of(raw.get("prompt_tokens"))
    output_tokens = count_of(raw.get("completion_tokens"))
    reasoning = count_of(completion.get("reasoning_tokens"))
    total = count_of(raw.get("total_tokens"))
    hidden = total - input_tokens - output_tokens
    if hidden > 0 and reasoning in {0, hidden}:
        # xAI counts reasoning beside the completion, Gemini only in the total.
        output_tokens += hidden
        reasoning = hidden
    cached = count_of(
        prompt.get("cached_tokens")
        or raw.get("prompt_cache_hit_tokens")  # DeepSeek
        or raw.get("cached_tokens")  # Moonshot
        or raw.get("num_cached_tokens")  # Mistral
    )
    if cached > input_tokens:
        input_tokens += cached  # Grok on Azure counts cached tokens beside the prompt
    written = count_of(prompt.get("cache_write_tokens") or raw.get("cache_creation_input_tokens"))
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_tokens=cached,
        cache_write_tokens=min(written, input_tokens - cached),  # OpenRouter can name more than the prompt
        reasoning_tokens=reasoning,
        details=_rare(raw, prompt, completion, service),
        raw=raw,
    )


def _has_more(details: JsonObject, known: str) -> bool:
    for name, value in details.items():  # noqa: SIM110 - a generator would cost as much as all the rest
        if value and name != known:
            return True
    return False


def _rare(
    raw: JsonObject, prompt: JsonObject, completion: JsonObject, service: str | None
) -> UsageDetails | None:
    """Read the counts that few answers have; predictions, right or wrong, are part of the completion."""
    if service is None and not (
        _has_more(prompt, "cached_tokens")
        or _has_more(completion, "reasoning_tokens")
        or "server_tool_use" in raw
    ):
        return None
    cached = _details(prompt, "cached_tokens_details")
    return UsageDetails(
        audio_input_tokens=count_of(prompt.get("audio_tokens")),
        audio_cached_tokens=count_of(cached.get("audio_tokens")),
        audio_output_tokens=count_of(completion.get("audio_tokens")),
        image_input_tokens=count_of(prompt.get("image_tokens")),
        image_cached_tokens=count_of(cached.get("image_tokens")),
        image_output_tokens=count_of(completion.get("image_tokens")),
        accepted_prediction_tokens=count_of(completion.get("accepted_prediction_tokens")),
        rejected_prediction_tokens=count_of(completion.get("rejected_prediction_tokens")),
        searches=count_of(_details(raw, "server_tool_use").get("web_search_requests")),
        service=service,
    ).or_none()


def write_usage(usage: Usage) -> JsonObject:
    """Write a usage object, with everything a provider of this dialect told beside the counts."""
    raw, rare = usage.raw or {}, usage.details or _NO_DETAILS
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "audio_tokens": rare.audio_input_tokens,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": rare.audio_output_tokens,
            "accepted_prediction_tokens": rare.accepted_prediction_tokens,
            "rejected_prediction_tokens": rare.rejected_prediction_tokens,
        },
        **(raw if "prompt_tokens" in raw else {}),
    }


def read_finish(raw: Any, *, has_tool_calls: bool) -> Finish:
    """Read a finish reason; some providers say ``stop`` where they called a tool."""
    if raw == "stop" and not has_tool_calls:
        return _STOPPED
    word = raw if isinstance(raw, str) and raw else None
    reason = _FINISH.get(word, "unknown") if word else "unknown"
    if reason in {"stop", "unknown"} and has_tool_calls:
        reason = "tool-calls"
    return Finish(reason=reason, raw=word)


def write_finish(finish: Finish | None) -> str:
    """Write a finish reason that official clients accept."""
    if finish is None:
        return "stop"
    if finish.raw in _OWN_WORDS and _FINISH[finish.raw] == finish.reason:
        return finish.raw
    return _WORDS[finish.reason]

"""Token counts of a realtime session: of a response, and of a transcription of what was said to it."""

from typing import Any

from salon.foundation.messages import Usage, UsageDetails
from salon.gateway.protocols.wire_json import JsonObject, count_of, is_object

UNCOUNTED = Usage(details=UsageDetails(uncounted=1))
"""Of something that was done and that nobody counted: it has no cost that could be known."""


def _part(value: Any, name: str) -> JsonObject:
    found = value.get(name) if is_object(value) else None
    return found if is_object(found) else {}


def read_usage(raw: JsonObject) -> Usage:
    """Read the usage of a ``response.done``; text is what is neither audio nor a picture."""
    into, out = _part(raw, "input_token_details"), _part(raw, "output_token_details")
    cached = _part(into, "cached_tokens_details")
    input_tokens, output_tokens = count_of(raw.get("input_tokens")), count_of(raw.get("output_tokens"))
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_tokens=min(count_of(into.get("cached_tokens")), input_tokens),
        reasoning_tokens=min(count_of(out.get("reasoning_tokens")), output_tokens),
        details=UsageDetails(
            audio_input_tokens=count_of(into.get("audio_tokens")),
            audio_cached_tokens=count_of(cached.get("audio_tokens")),
            audio_output_tokens=count_of(out.get("audio_tokens")),
            image_input_tokens=count_of(into.get("image_tokens")),
            image_cached_tokens=count_of(cached.get("image_tokens")),
            image_output_tokens=count_of(out.get("image_tokens")),
        ).or_none(),
        raw=raw,
    )


def read_transcription(raw: Any) -> Usage | None:
    """Read the usage of a finished transcription; None when nothing was counted."""
    if not is_object(raw):
        return None
    seconds = raw.get("seconds")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 1e6:
        return Usage(details=UsageDetails(audio_input_ms=round(seconds * 1000)), raw=raw)
    return read_usage(raw) if "input_tokens" in raw or "output_tokens" in raw else None

"""Counts of answers about pictures and audio, as OpenAI and those who copy it write them."""

from typing import Any

import msgspec

from salon.foundation.messages import Usage, UsageDetails, said_of_picture
from salon.gateway.protocols.wire_json import JsonObject, count_of, is_object


def read_media_usage(
    raw: Any,
    *,
    images: int = 0,
    size: str | None = None,
    quality: str | None = None,
    audio_out: bool = False,
    seconds: float | None = None,
) -> Usage | None:
    """Read a usage object; None when there is none and no pictures came either.

    ``images`` of ``size`` and ``quality`` came with it. ``audio_out``: what was made is audio, though nothing
    says so. ``seconds`` is how long a recording is, where that is told beside the counts.
    """
    pictures = UsageDetails(
        images=images, image_size=said_of_picture(size), image_quality=said_of_picture(quality)
    )
    if not is_object(raw) or not raw:
        return Usage(details=pictures) if images else None
    given, made = _details(raw, "input", "prompt"), _details(raw, "output", "completion")
    into = count_of(raw.get("input_tokens") or raw.get("prompt_tokens"))
    out = count_of(raw.get("output_tokens") or raw.get("completion_tokens"))
    into = max(into, count_of(given.get("text_tokens")) + count_of(given.get("audio_tokens")))
    # Mistral counts the recording beside its prompt, and only the total has it.
    into = max(into, count_of(raw.get("total_tokens")) - out)
    heard = raw.get("seconds", raw.get("prompt_audio_seconds", seconds))
    image_out = made.get("image_tokens") if made else (out if images else 0)
    details = msgspec.structs.replace(
        pictures,
        audio_input_tokens=count_of(given.get("audio_tokens")),
        image_input_tokens=count_of(given.get("image_tokens")),
        image_output_tokens=count_of(image_out),
        audio_output_tokens=out if audio_out else count_of(made.get("audio_tokens")),
        audio_input_ms=_milliseconds(heard),
    )
    return Usage(
        input_tokens=into,
        output_tokens=out,
        cached_tokens=count_of(given.get("cached_tokens")),
        details=details.or_none(),
        raw=raw,
    )


def _milliseconds(seconds: Any) -> int:
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return round(seconds * 1000) if is_number and 0 < seconds < 1e9 else 0


def _details(raw: JsonObject, *sides: str) -> JsonObject:
    for side in sides:
        for name in (f"{side}_tokens_details", f"{side}_token_details"):
            value = raw.get(name)
            if is_object(value):
                return value
    return {}

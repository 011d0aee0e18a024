"""Finished interactions, and what they share with their streams: counts, and how an answer ended."""

import re
from datetime import datetime
from typing import Any, Final

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import (
    Finish,
    FinishReason,
    Response,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    Usage,
    UsageDetails,
    UsageReported,
    service_tier,
)
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.classify import error_instead
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.gemini.errors import STATUS_OF, classify_stream_error
from salon.gateway.protocols.gemini.interactions.steps import StepReader
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    count_of,
    is_object,
    loads_lenient,
    objects_in,
    seconds,
)

_PROVIDER: Final = "Gemini"
_WITHOUT_WORDS: Final = "The provider reported an error without a message."
_FINISHES: Final[dict[str, FinishReason]] = {
    "completed": "stop",
    "requires_action": "tool-calls",
    "incomplete": "length",
    "budget_exceeded": "length",
    "requires_continuation": "pause",
}
FAILED: Final = {"failed", "cancelled"}
"""Statuses of an interaction that has no answer."""


def read_usage(raw: Any, *, tier: Any = None) -> Usage | None:
    """Read counts: thoughts stand beside the answer, and results of Google's own tools beside the prompt."""
    if not is_object(raw):
        return None
    thoughts = count_of(raw.get("total_thought_tokens"))
    return Usage(
        input_tokens=count_of(raw.get("total_input_tokens")) + count_of(raw.get("total_tool_use_tokens")),
        output_tokens=count_of(raw.get("total_output_tokens")) + thoughts,
        cached_tokens=count_of(raw.get("total_cached_tokens")),
        reasoning_tokens=thoughts,
        details=_details(raw, tier),
        raw=raw,
    )


def _details(raw: JsonObject, tier: Any) -> UsageDetails | None:
    entered = [
        *objects_in(raw.get("input_tokens_by_modality")),
        *objects_in(raw.get("tool_use_tokens_by_modality")),
    ]
    cached, made = (objects_in(raw.get(f"{name}_tokens_by_modality")) for name in ("cached", "output"))
    searches = [
        one for one in objects_in(raw.get("grounding_tool_count")) if one.get("type") == "google_search"
    ]
    return UsageDetails(
        audio_input_tokens=_of(entered, "audio"),
        audio_cached_tokens=_of(cached, "audio"),
        audio_output_tokens=_of(made, "audio"),
        image_input_tokens=_of(entered, "image"),
        image_cached_tokens=_of(cached, "image"),
        image_output_tokens=_of(made, "image"),
        searches=sum(count_of(one.get("count")) for one in searches),
        service=service_tier(tier),
    ).or_none()


def _of(counts: list[JsonObject], modality: str) -> int:
    return sum(count_of(one.get("tokens")) for one in counts if one.get("modality") == modality)


def start_of(interaction: JsonObject) -> ResponseStart:
    """Return the beginning of an answer."""
    found, model = interaction.get("id"), interaction.get("model")
    return ResponseStart(
        id=found if isinstance(found, str) and found else None,
        model=model if isinstance(model, str) and model else None,
        created_at_s=_time(interaction.get("created")),
    )


def finish_of(status: Any, *, has_calls: bool) -> Finish | None:
    """Read how an answer ended; None while there is no such word. A call is a call, whatever the status."""
    if not isinstance(status, str) or not status:
        return None
    reason = _FINISHES.get(status, "unknown")
    return Finish(reason="tool-calls" if has_calls and reason == "stop" else reason, raw=status)


def failed(interaction: JsonObject, failure: JsonObject | None) -> StreamError:
    """Return why an interaction has no answer: the first fault told, or its status."""
    told = next(iter(objects_in(interaction.get("errors"))), failure or {})
    return error_event(told, otherwise=f"The interaction ended as {interaction.get('status')}.")


def error_event(error: JsonObject, *, otherwise: str = _WITHOUT_WORDS) -> StreamError:
    """Return a failure; its code is a status, or Google's word for it, which may be in small letters."""
    message, code = error.get("message"), error.get("code")
    word = next((w for w in (error.get("status"), code) if isinstance(w, str) and w.upper() in STATUS_OF), "")
    return StreamError(
        message=message if isinstance(message, str) and message else otherwise,
        type=word.upper() or None,
        code=str(code) if isinstance(code, int | str) else None,
        status=_status(code) or STATUS_OF.get(word.upper()),
        raw=error,
    )


def _status(code: Any) -> int | None:
    number = int(code) if isinstance(code, str) and re.fullmatch("[0-9]{3}", code) else code
    return number if isinstance(number, int) and 400 <= number <= 599 else None


def _has_status(value: JsonObject) -> bool:
    status = value.get("status")
    return isinstance(status, str) and bool(status)


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider=_PROVIDER, detail=f"it is not JSON: {error}") from error
    if not is_object(value) or is_object(value.get("error")) or not _has_status(value):
        raise error_instead(value, provider=_PROVIDER)
    steps, events = StepReader(), list[StreamEvent]([start_of(value)])
    for index, step in enumerate(objects_in(value.get("steps"))):
        steps.begin(index, step, events)
        steps.end(index, events)
    if value["status"] in FAILED:
        error = failed(value, steps.failure)
        found = InStreamError(message=error.message, type=error.type, code=error.code, status=error.status)
        raise classify_stream_error(found, provider=_PROVIDER)
    usage = read_usage(value.get("usage"), tier=value.get("service_tier"))
    if usage is not None:
        events.append(UsageReported(usage=usage))
    finish = finish_of(value["status"], has_calls=steps.calls > 0)
    assert finish is not None
    events.append(StreamFinish(finish=finish))
    collector = ResponseCollector()
    collector.add(events)
    return collector.response()


def _time(value: Any) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return seconds(datetime.fromisoformat(value).timestamp())
    except (ValueError, OverflowError):
        return None

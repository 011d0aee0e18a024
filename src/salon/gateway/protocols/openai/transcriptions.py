"""OpenAI's transcriptions and translations, both sides: a recording in a form, and what was said."""

from typing import Any, Final, TypeVar

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import (
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptSegment,
    TranscriptWord,
    TranslationRequest,
    Usage,
)
from salon.gateway.protocols import forms, whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Fields, field_value, invalid, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai.media_usage import read_media_usage
from salon.gateway.protocols.openai.named_events import named_events
from salon.gateway.protocols.openai.subtitles import srt, vtt
from salon.gateway.protocols.recordings import named
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_json

T = TypeVar("T", bound=TranscriptionRequest)
_PLAIN: Final = b"text/plain; charset=utf-8"
_FORMATS: Final = ("json", "text", "srt", "vtt", "verbose_json", "diarized_json")


class _Segment(msgspec.Struct):
    text: str
    start: float = 0.0
    end: float = 0.0
    speaker: str | None = None
    id: int | str | None = None


class _Word(msgspec.Struct):
    word: str
    start: float = 0.0
    end: float = 0.0


class _Answer(msgspec.Struct):
    text: str
    model: str | None = None
    language: str | None = None
    duration: float | None = None
    segments: list[_Segment] | None = None
    words: list[_Word] | None = None
    usage: JsonObject | None = None


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    return forms.envelope_of(body, required=("file",))


def decode_request(envelope: Envelope) -> TranscriptionRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    return _decode(envelope, TranscriptionRequest)


def decode_translation(envelope: Envelope) -> TranslationRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    return _decode(envelope, TranslationRequest)


def _decode(envelope: Envelope, kind: type[T]) -> T:
    assert isinstance(envelope, forms.FormEnvelope)
    files = forms.files_of(envelope.parts, "file")
    if len(files) != 1:
        raise invalid("file", "It must be one file.")
    texts = {
        name: value for name, value in parse_all(envelope.fields).items() if name not in {"file", "stream"}
    }
    fields = Fields(texts, "")
    fields.take("model")
    form = fields.text("response_format")
    if form is not None and form not in _FORMATS:
        raise invalid("response_format", f"It must be one of {', '.join(_FORMATS)}.")
    return kind(
        model=envelope.model,
        file=files[0],
        language=fields.text("language"),
        prompt=fields.text("prompt"),
        temperature=_number(fields.text("temperature")),
        format=form,
        granularities=fields.texts("timestamp_granularities"),
        stream=envelope.stream,
        extra={"openai": fields.rest} if fields.rest else None,
    )


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError as error:
        raise invalid("temperature", "It must be a number.") from error


def encode_response(response: TranscriptionResponse, context: EncodeContext) -> EncodedRequest:
    """Write what was said in the form that was asked for."""
    asked = dict(context.fields or {})
    form = field_value(asked, "response_format") or "json"
    if field_value(asked, "stream") == "true":
        return _streamed(response)
    if form == "text":
        return EncodedRequest(body=response.text.encode() + b"\n", media_type=_PLAIN)
    if form in {"srt", "vtt"}:
        written = srt(response) if form == "srt" else vtt(response)
        return EncodedRequest(body=written.encode(), media_type=_PLAIN)
    told: JsonObject = {"text": response.text}
    if form in {"verbose_json", "diarized_json"}:
        told = {"task": "transcribe", "duration": response.duration_s or 0.0, **told}
        told["segments"] = [_segment(one, place, form) for place, one in enumerate(response.segments)]
        if form == "verbose_json":
            told["language"] = response.language or ""
            told["words"] = [_word(one) for one in response.words] or None
    if response.usage is not None:
        told["usage"] = _usage(response.usage)
    return EncodedRequest(body=dumps(told))


def _streamed(response: TranscriptionResponse) -> EncodedRequest:
    done: JsonObject = {"type": "transcript.text.done", "text": response.text}
    if response.usage is not None and response.usage.total_tokens:
        done["usage"] = _usage(response.usage)
    return named_events({"type": "transcript.text.delta", "delta": response.text}, done)


def _segment(one: TranscriptSegment, place: int, form: str) -> JsonObject:
    told: JsonObject = {"id": place, "start": one.start_s, "end": one.end_s, "text": one.text}
    if form == "diarized_json":
        told |= {"id": one.id or f"seg_{place}", "type": "transcript.text.segment"}
        told["speaker"] = one.speaker or "A"
    return told


def _word(one: TranscriptWord) -> JsonObject:
    return {"word": one.word, "start": one.start_s, "end": one.end_s}


def _usage(usage: Usage) -> JsonObject:
    if usage.raw is not None and "type" in usage.raw:
        return usage.raw
    details = usage.details
    if details is not None and details.audio_input_ms and not usage.total_tokens:
        return {"type": "duration", "seconds": details.audio_input_ms / 1000}
    heard = details.audio_input_tokens if details is not None else 0
    return {
        "type": "tokens",
        "input_tokens": usage.input_tokens,
        "input_token_details": {"audio_tokens": heard, "text_tokens": usage.input_tokens - heard},
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: TranscriptionRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider. Times are asked for where the caller's form has them."""
    lost: Lost = {}
    wire: JsonObject = {"model": request.model, **split_extra(request, "openai", lost)}
    form = request.format
    if form in {"srt", "vtt"}:
        form = "verbose_json"
    for name, value in (
        ("language", request.language),
        ("prompt", request.prompt),
        ("temperature", request.temperature),
        ("response_format", None if form == "text" else form),
        ("timestamp_granularities", request.granularities or None),
    ):
        if value is not None:
            wire[name] = value
    return EncodedRequest(body=forms.form_of(wire, files=[("file", named(request.file))]), lost=tuple(lost))


def decode_response(body: bytes) -> TranscriptionResponse:
    """Read what was said. Raises: UpstreamBroken, or the error that came instead."""
    if not _is_object(body):
        return TranscriptionResponse(text=_text(body))
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="The provider", field="text")
        raise UpstreamBroken(provider="The provider", detail="its answer is no transcription") from error
    return TranscriptionResponse(
        model=answer.model,
        text=answer.text,
        language=answer.language,
        duration_s=answer.duration,
        segments=tuple(_read_segment(one) for one in answer.segments or ()),
        words=tuple(
            TranscriptWord(word=one.word, start_s=one.start, end_s=one.end) for one in answer.words or ()
        ),
        usage=_read_usage(answer.usage, answer.duration),
    )


def _read_segment(one: _Segment) -> TranscriptSegment:
    mark = str(one.id) if one.id is not None else None
    return TranscriptSegment(text=one.text, start_s=one.start, end_s=one.end, speaker=one.speaker, id=mark)


def _read_usage(raw: JsonObject | None, duration_s: Any) -> Usage | None:
    """Return what was counted, with the length of the recording where an answer tells it anywhere."""
    if raw:
        return read_media_usage(raw, seconds=duration_s)
    return read_media_usage({"type": "duration", "seconds": duration_s}) if duration_s else None


def _is_object(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{" and is_json(body)


def _text(body: bytes) -> str:
    try:
        return body.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise UpstreamBroken(provider="The provider", detail="its answer is no text") from error


class _Seen(msgspec.Struct):
    text: msgspec.Raw
    usage: JsonObject | None = None
    duration: float | None = None


def read_answer(body: bytes) -> whole.Answer:
    """Return the usage of an answer that is passed on as it is: JSON, or plain text in some form."""
    if not _is_object(body):
        return None, whole.DONE, len(body)
    try:
        seen = msgspec.json.decode(body, type=_Seen)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    return _read_usage(seen.usage, seen.duration), whole.DONE, len(seen.text)

"""Mistral's speech and recordings, spoken to it: OpenAI's addresses, other fields, and audio inside JSON.

It refuses fields that it does not know, so a form of OpenAI cannot be passed on as it came. Fields: those of
its own client (mistralai/client-python, 2026-06).
"""

import base64
import binascii
from typing import Final

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import (
    Attachment,
    SpeechRequest,
    SpeechResponse,
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptSegment,
)
from salon.gateway.protocols import forms, whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai.media_usage import read_media_usage
from salon.gateway.protocols.recordings import (
    OPENAI_VOICES,
    SEGMENTED,
    Said,
    audio_type,
    named,
    words_of,
)
from salon.gateway.protocols.wire_json import JsonObject, dumps

_PROVIDER: Final = "Mistral"
_FORMATS: Final = ("mp3", "wav", "pcm", "flac", "opus")


class _Segment(msgspec.Struct):
    text: str
    start: float = 0.0
    end: float = 0.0
    speaker_id: str | None = None


class _Transcript(msgspec.Struct):
    text: str
    model: str | None = None
    language: str | None = None
    segments: list[_Segment] | None = None
    usage: JsonObject | None = None


class _Spoken(msgspec.Struct):
    audio_data: str


def encode_speech(request: SpeechRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a text to speak. Raises: Unsupported for a format that it does not have."""
    form = request.format or "mp3"
    if form not in _FORMATS:
        raise Unsupported(field="response_format", problem=f"This provider speaks {', '.join(_FORMATS)}.")
    lost: Lost = {}
    wire: JsonObject = {"model": request.model, "input": request.text, "response_format": form}
    wire |= split_extra(request, "mistral", lost)
    if request.voice in OPENAI_VOICES:
        lost["voice"] = None
    elif request.voice is not None:
        wire["voice_id"] = request.voice
    if request.instructions is not None:
        lost["instructions"] = None
    if request.speed not in {None, 1}:
        lost["speed"] = None
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def decode_speech(body: bytes) -> SpeechResponse:
    """Read audio. Raises: UpstreamBroken, or the error that came instead."""
    try:
        data = base64.b64decode(msgspec.json.decode(body, type=_Spoken).audio_data, validate=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider=_PROVIDER, field="audio_data")
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no audio") from error
    except (binascii.Error, ValueError) as error:
        raise UpstreamBroken(provider=_PROVIDER, detail="its audio is no base64") from error
    if not data:
        raise UpstreamBroken(provider=_PROVIDER, detail="its audio is empty")
    return SpeechResponse(audio=Attachment(data=data, media_type=audio_type(data)))


def encode_recording(request: TranscriptionRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a recording. It tells the times of words or of sentences, not of both."""
    lost: Lost = {}
    wire: JsonObject = {"model": request.model, **split_extra(request, "mistral", lost)}
    for name, value in (("language", request.language), ("temperature", request.temperature)):
        if value is not None:
            wire[name] = value
    if request.format in SEGMENTED:
        wire["timestamp_granularities"] = "word" if "word" in request.granularities else "segment"
    if request.format == "diarized_json":
        wire["diarize"] = "true"
    if request.prompt is not None:
        lost["prompt"] = None
    body = forms.form_of(wire, files=[("file", named(request.file))])
    return EncodedRequest(body=body, lost=tuple(lost))


def decode_recording(body: bytes) -> TranscriptionResponse:
    """Read what was said. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Transcript)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider=_PROVIDER, field="text")
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no transcription") from error
    told, usage = answer.segments or [], read_media_usage(answer.usage)
    heard_ms = usage.details.audio_input_ms if usage is not None and usage.details is not None else 0
    pieces = [Said(text=one.text, start_s=one.start, end_s=one.end, speaker=one.speaker_id) for one in told]
    return TranscriptionResponse(
        model=answer.model,
        text=answer.text,
        language=answer.language,
        duration_s=heard_ms / 1000 if heard_ms else None,
        segments=tuple(
            TranscriptSegment(text=one.text, start_s=one.start_s, end_s=one.end_s, speaker=one.speaker)
            for one in pieces
        ),
        words=words_of(pieces) if all(" " not in one.text.strip() for one in pieces) else (),
        usage=usage,
    )

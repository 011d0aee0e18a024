"""xAI's speech and recordings, spoken to it: addresses and words of its own, and no model to name."""

from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import (
    SpeechRequest,
    SpeechResponse,
    TranscriptionRequest,
    TranscriptionResponse,
)
from salon.gateway.protocols import forms, whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.recordings import OPENAI_VOICES, Said, heard, named, segments_of, words_of
from salon.gateway.protocols.spoken_audio import read_audio
from salon.gateway.protocols.wire_json import JsonObject, dumps

_PROVIDER: Final = "xAI"
_CODECS: Final = ("mp3", "wav", "pcm")


class _Word(msgspec.Struct):
    text: str
    start: float = 0.0
    end: float = 0.0
    speaker: int | str | None = None


class _Answer(msgspec.Struct):
    text: str
    language: str | None = None
    duration: float | None = None
    words: list[_Word] | None = None


def encode_speech(request: SpeechRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a text to speak. Raises: Unsupported for a format that it does not have.

    https://docs.x.ai/developers/rest-api-reference/inference/voice (2026-11-21)
    """
    codec = request.format or "mp3"
    if codec not in _CODECS:
        raise Unsupported(field="response_format", problem=f"This provider speaks {', '.join(_CODECS)}.")
    lost: Lost = {}
    wire: JsonObject = {"text": request.text, "language": "auto", "output_format": {"codec": codec}}
    wire |= split_extra(request, "xai", lost)
    if request.voice in OPENAI_VOICES:
        lost["voice"] = None
    elif request.voice is not None:
        wire["voice_id"] = request.voice
    if request.speed not in {None, 1}:
        wire["speed"] = request.speed
    if request.instructions is not None:
        lost["instructions"] = None
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def decode_speech(body: bytes) -> SpeechResponse:
    """Read audio. Raises: UpstreamBroken, or the error that came instead."""
    return read_audio(body, provider=_PROVIDER)


def encode_recording(request: TranscriptionRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a recording. Its file has to be the last value of the form.

    https://docs.x.ai/developers/model-capabilities/audio/speech-to-text (2026-11-21)
    """
    lost: Lost = {}
    wire: JsonObject = split_extra(request, "xai", lost)
    if request.language is not None:
        wire |= {"language": request.language, "format": "true"}  # it formats the languages it is told
    if request.format == "diarized_json":
        wire["diarize"] = "true"
    if request.prompt is not None:
        lost["prompt"] = None
    if request.temperature is not None:
        lost["temperature"] = None
    body = forms.form_of(wire, files=[("file", named(request.file))])
    return EncodedRequest(body=body, lost=tuple(lost))


def decode_recording(body: bytes) -> TranscriptionResponse:
    """Read what was said. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider=_PROVIDER, field="text")
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no transcription") from error
    pieces = [_piece(one) for one in answer.words or ()]
    return TranscriptionResponse(
        text=answer.text,
        language=answer.language or None,
        duration_s=answer.duration,
        segments=segments_of(pieces),
        words=words_of(pieces),
        usage=heard(answer.duration),
    )


def _piece(word: _Word) -> Said:
    speaker: Any = word.speaker
    return Said(
        text=word.text + " ",
        start_s=word.start,
        end_s=word.end,
        speaker=f"speaker_{speaker}" if isinstance(speaker, int) else speaker,
    )

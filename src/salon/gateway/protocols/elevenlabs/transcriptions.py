"""Recordings for ElevenLabs: a form, and an answer with words and the spaces between them."""

from typing import Final

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import TranscriptionRequest, TranscriptionResponse
from salon.gateway.protocols import forms, whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.recordings import Said, heard, named, segments_of, words_of
from salon.gateway.protocols.wire_json import JsonObject

_PROVIDER: Final = "ElevenLabs"


class _Word(msgspec.Struct):
    text: str
    type: str = "word"
    start: float | None = None
    end: float | None = None
    speaker_id: str | None = None


class _Answer(msgspec.Struct):
    text: str
    language_code: str | None = None
    words: list[_Word] = []
    audio_duration_secs: float | None = None


def encode_request(request: TranscriptionRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Laughter and the like is left out, as by all others; who speaks is told if asked."""
    lost: Lost = {}
    wire: JsonObject = {"model_id": request.model, "tag_audio_events": "false"}
    if request.format == "diarized_json":
        wire["diarize"] = "true"
    wire |= split_extra(request, "elevenlabs", lost)
    for name, value in (("language_code", request.language), ("temperature", request.temperature)):
        if value is not None:
            wire[name] = value
    if request.prompt is not None:
        lost["prompt"] = None
    body = forms.form_of(wire, files=[("file", named(request.file))])
    return EncodedRequest(body=body, lost=tuple(lost))


def decode_response(body: bytes) -> TranscriptionResponse:
    """Read what was said. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider=_PROVIDER, field="text")
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no transcription") from error
    pieces = _pieces(answer.words)
    return TranscriptionResponse(
        text=answer.text,
        language=answer.language_code,
        duration_s=answer.audio_duration_secs,
        segments=segments_of(pieces),
        words=words_of(pieces),
        usage=heard(answer.audio_duration_secs),
    )


def _pieces(told: list[_Word]) -> list[Said]:
    """Return the words, each with the space that follows it."""
    found: list[Said] = []
    for one in told:
        if one.type != "spacing":
            start_s = one.start or 0.0
            found.append(
                Said(text=one.text, start_s=start_s, end_s=one.end or start_s, speaker=one.speaker_id)
            )
        elif found:
            found[-1] = msgspec.structs.replace(found[-1], text=found[-1].text + one.text)
    return found

"""Recordings for Deepgram: bytes as they are, answers with channels, alternatives and words."""

from typing import Final
from urllib.parse import urlencode

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import TranscriptionRequest, TranscriptionResponse, TranscriptSegment
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.recordings import SEGMENTED, Said, heard, segments_of, words_of

_PROVIDER: Final = "Deepgram"


class _Word(msgspec.Struct):
    word: str = ""
    punctuated_word: str | None = None
    start: float = 0.0
    end: float = 0.0
    speaker: int | None = None


class _Alternative(msgspec.Struct):
    transcript: str = ""
    words: list[_Word] = []


class _Channel(msgspec.Struct):
    alternatives: list[_Alternative]
    detected_language: str | None = None


class _Utterance(msgspec.Struct):
    transcript: str = ""
    start: float = 0.0
    end: float = 0.0
    speaker: int | None = None


class _Results(msgspec.Struct):
    channels: list[_Channel]
    utterances: list[_Utterance] | None = None


class _Metadata(msgspec.Struct):
    duration: float | None = None


class _Answer(msgspec.Struct):
    results: _Results
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def encode_request(request: TranscriptionRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Sentences with their times are asked for where the caller's form has them."""
    lost: Lost = {}
    extra = split_extra(request, "deepgram", lost)
    asked = {"model": request.model, "smart_format": "true"}
    asked |= {"language": request.language} if request.language else {"detect_language": "true"}
    if request.format in SEGMENTED:
        asked["utterances"] = "true"
    if request.format == "diarized_json":
        asked["diarize"] = "true"
    if request.prompt is not None:
        lost["prompt"] = None
    if request.temperature is not None:
        lost["temperature"] = None
    address = b"?" + urlencode({**asked, **extra}).encode("ascii")
    return EncodedRequest(body=request.file.data, address=address, lost=tuple(lost))


def decode_response(body: bytes) -> TranscriptionResponse:
    """Read what was said. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider=_PROVIDER, field="results")
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no transcription") from error
    channels = answer.results.channels
    if not channels or not all(channel.alternatives for channel in channels):
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no transcription")
    best = [channel.alternatives[0] for channel in channels]
    pieces = [_piece(word) for one in best for word in one.words]
    return TranscriptionResponse(
        text="\n".join(one.transcript for one in best),
        language=channels[0].detected_language,
        duration_s=answer.metadata.duration,
        segments=_segments(answer.results.utterances) or segments_of(pieces),
        words=words_of(pieces),
        usage=heard(answer.metadata.duration),
    )


def _piece(word: _Word) -> Said:
    return Said(
        text=(word.punctuated_word or word.word) + " ",
        start_s=word.start,
        end_s=word.end,
        speaker=_speaker(word.speaker),
    )


def _segments(told: list[_Utterance] | None) -> tuple[TranscriptSegment, ...]:
    return tuple(
        TranscriptSegment(
            text=one.transcript, start_s=one.start, end_s=one.end, speaker=_speaker(one.speaker)
        )
        for one in told or ()
    )


def _speaker(number: int | None) -> str | None:
    return None if number is None else f"speaker_{number}"

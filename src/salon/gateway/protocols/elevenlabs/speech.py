"""Speech for ElevenLabs: the voice and the format stand in the address."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import SpeechRequest, SpeechResponse
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.recordings import OPENAI_VOICES
from salon.gateway.protocols.spoken_audio import read_audio
from salon.gateway.protocols.wire_json import JsonObject, dumps

_FORMATS: Final[Mapping[str, str]] = {
    "mp3": "mp3_44100_128",
    "opus": "opus_48000_128",
    "wav": "wav_24000",
    "pcm": "pcm_24000",
}
"""OpenAI's words for formats, in its own."""
_USUAL_VOICE: Final = "JBFqnCBsd6RMkjVDRZzb"
"""The one its own documentation begins with; every account has it."""


def encode_request(request: SpeechRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Raises: Unsupported for a format that it does not have."""
    form = _FORMATS.get(request.format or "mp3")
    if form is None:
        raise Unsupported(field="response_format", problem=f"This provider speaks {', '.join(_FORMATS)}.")
    lost: Lost = {}
    wire: JsonObject = {"text": request.text, "model_id": request.model}
    wire |= split_extra(request, "elevenlabs", lost)
    voice = request.voice
    if voice is None or voice in OPENAI_VOICES:
        if voice is not None:
            lost["voice"] = None
        voice = _USUAL_VOICE
    if voice in {".", ".."}:  # nothing to quote in them, and yet they are steps
        raise Unsupported(field="voice", problem="This is the id of no voice.")
    if request.speed not in {None, 1}:
        wire["voice_settings"] = {"speed": request.speed}
    if request.instructions is not None:
        lost["instructions"] = None
    address = f"/{quote(voice, safe='')}?output_format={form}".encode("ascii")
    return EncodedRequest(body=dumps(wire), address=address, lost=tuple(lost))


def decode_response(body: bytes) -> SpeechResponse:
    """Read audio. Raises: UpstreamBroken, or the error that came instead."""
    return read_audio(body, provider="ElevenLabs")

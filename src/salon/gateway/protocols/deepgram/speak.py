"""Speech for Deepgram: a model is a voice, and the format stands in the address."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import SpeechRequest, SpeechResponse
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.spoken_audio import read_audio
from salon.gateway.protocols.wire_json import dumps

_FORMATS: Final[Mapping[str, Mapping[str, str]]] = {
    "mp3": {"encoding": "mp3"},
    "opus": {"encoding": "opus", "container": "ogg"},
    "aac": {"encoding": "aac"},
    "flac": {"encoding": "flac"},
    "wav": {"encoding": "linear16", "container": "wav", "sample_rate": "24000"},
    "pcm": {"encoding": "linear16", "container": "none", "sample_rate": "24000"},
}
"""OpenAI's words for formats, in its own. https://developers.deepgram.com/docs/tts-media-output-settings"""
_VOICE: Final = "aura-"
"""What the names of its voices, which are models, begin with."""


def encode_request(request: SpeechRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Raises: Unsupported for a format that it does not have."""
    form = _FORMATS.get(request.format or "mp3")
    if form is None:
        raise Unsupported(field="response_format", problem=f"This provider speaks {', '.join(_FORMATS)}.")
    lost: Lost = {}
    extra = split_extra(request, "deepgram", lost)
    asked = {"model": request.model, **form}
    if request.voice is not None and request.voice.startswith(_VOICE):
        asked["model"] = request.voice
    elif request.voice is not None:
        lost["voice"] = None
    if request.speed not in {None, 1}:
        asked["speed"] = f"{request.speed:g}"
    if request.instructions is not None:
        lost["instructions"] = None
    address = b"?" + urlencode({**asked, **extra}).encode("ascii")
    return EncodedRequest(body=dumps({"text": request.text}), address=address, lost=tuple(lost))


def decode_response(body: bytes) -> SpeechResponse:
    """Read audio. Raises: UpstreamBroken, or the error that came instead."""
    return read_audio(body, provider="Deepgram")

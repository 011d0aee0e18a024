"""OpenRouter's transcriptions, spoken to it: JSON with the recording as base64, where OpenAI takes a form."""

import base64
from typing import Final

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import TranscriptionRequest
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps

_FORMATS: Final = {"mpeg": "mp3", "mpga": "mp3", "x-wav": "wav", "wave": "wav", "x-m4a": "m4a", "mp4": "m4a"}
"""Its word for a format, where that is not the end of the media type."""


def encode_request(request: TranscriptionRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Raises: Unsupported for answers with times, which it does not give."""
    if request.format not in {None, "json", "text"} or request.granularities:
        raise Unsupported(
            field="response_format", problem="This provider tells the text alone, without times."
        )
    lost: Lost = {}
    extra = split_extra(request, "openai", lost)
    data = base64.b64encode(request.file.data).decode("ascii")
    audio = {"data": data, "format": _format(request)}
    wire: JsonObject = {"model": request.model, "input_audio": audio}
    for name, value in (("language", request.language), ("temperature", request.temperature)):
        if value is not None:
            wire[name] = value
    if request.prompt is not None:
        lost["prompt"] = None
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def _format(request: TranscriptionRequest) -> str:
    """Return the format of a recording: by its file name, else by its media type."""
    _, dot, end = (request.file.name or "").rpartition(".")
    if dot and end.isalnum():
        return end.lower()
    kind = (request.file.media_type or "audio/wav").rpartition("/")[2]
    return _FORMATS.get(kind, kind)

"""Answers that are audio and nothing else, as services of speech send them."""

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import Attachment, SpeechResponse
from salon.gateway.protocols import whole
from salon.gateway.protocols.recordings import audio_type
from salon.gateway.protocols.wire_json import is_json


def is_audio(body: bytes) -> bool:
    """Tell whether an answer may be audio: it is something, and no JSON."""
    return bool(body) and not (body[:1] in b"{[" and is_json(body))


def read_audio(body: bytes, *, provider: str) -> SpeechResponse:
    """Read audio that came whole. Raises: UpstreamBroken, or the error that came instead."""
    if not is_audio(body):
        whole.answer_object(body, provider=provider, field="audio")
        raise UpstreamBroken(provider=provider, detail="its answer is no audio")
    return SpeechResponse(audio=Attachment(data=body, media_type=audio_type(body)))

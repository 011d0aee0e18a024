"""Deepgram: recordings written down and texts spoken, with what is asked for in the address."""

from salon.gateway.protocols import whole
from salon.gateway.protocols.deepgram import listen, speak
from salon.gateway.protocols.deepgram.errors import http_error

__all__ = ["DEEPGRAM_LISTEN", "DEEPGRAM_SPEAK"]

DEEPGRAM_LISTEN = whole.spoken(
    name="deepgram-listen",
    operation="transcriptions",
    title="Deepgram listen",
    request_type=b"application/octet-stream",
    encode_request=listen.encode_request,
    decode_response=listen.decode_response,
    decode_error=http_error,
)
"""``POST /v1/listen``: the recording itself is the body."""

DEEPGRAM_SPEAK = whole.spoken(
    name="deepgram-speak",
    operation="speech",
    title="Deepgram speak",
    encode_request=speak.encode_request,
    decode_response=speak.decode_response,
    decode_error=http_error,
)
"""``POST /v1/speak``."""

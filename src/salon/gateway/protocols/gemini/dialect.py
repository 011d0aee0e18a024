"""The Gemini generateContent dialect, both sides."""

import msgspec

from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.gemini import count, errors, request, request_writer, response, tap
from salon.gateway.protocols.gemini.stream_decoder import GeminiStreamDecoder
from salon.gateway.protocols.gemini.stream_encoder import GeminiStreamEncoder

DIALECT = Dialect(
    name="gemini",
    title="Gemini generateContent",
    stream_media_type=b"text/event-stream",
    streams_as_json=True,
    said_field="contents",
    image_mark=b"image/",
    read_envelope=request.read_envelope,
    decode_request=request.decode_request,
    encode_response=response.encode_response,
    stream_encoder=GeminiStreamEncoder,
    encode_error=errors.encode_error,
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=GeminiStreamDecoder,
    decode_error=errors.decode_error,
    classify_stream_error=errors.classify_stream_error,
    rewrite_request=request.rewrite_request,
    stream_tap=tap.GeminiStreamTap,
    read_answer=tap.read_answer,
)
"""``POST /v1beta/models/{model}:generateContent`` and ``:streamGenerateContent``."""

COUNT = msgspec.structs.replace(
    DIALECT,
    name="gemini-count",
    title="Gemini countTokens",
    counts=True,
    read_envelope=count.read_envelope,
    rewrite_request=count.rewrite_request,
    decode_request=count.decode_request,
    encode_request=count.encode_request,
    encode_response=count.encode_response,
    decode_response=count.decode_response,
    read_answer=count.read_answer,
)
"""``POST /v1beta/models/{model}:countTokens``; no answer is made."""

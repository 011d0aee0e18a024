"""The Anthropic Messages dialect, both sides, and the count of its tokens."""

import msgspec

from salon.gateway.protocols import classify
from salon.gateway.protocols.anthropic import count, errors, files, request, request_writer, response, tap
from salon.gateway.protocols.anthropic.stream_decoder import AnthropicStreamDecoder
from salon.gateway.protocols.anthropic.stream_encoder import AnthropicStreamEncoder
from salon.gateway.protocols.base import Dialect

DIALECT = Dialect(
    name="anthropic",
    title="Anthropic messages",
    stream_media_type=b"text/event-stream",
    stream_end=b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    id_header=b"request-id",
    said_field="messages",
    files=files.FORM,
    image_mark=b'"image"',
    read_envelope=request.read_envelope,
    decode_request=request.decode_request,
    encode_response=response.encode_response,
    stream_encoder=AnthropicStreamEncoder,
    encode_error=errors.encode_error,
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=AnthropicStreamDecoder,
    decode_error=classify.http_error,
    classify_stream_error=classify.stream_error,
    rewrite_request=request.rewrite_request,
    stream_tap=tap.AnthropicStreamTap,
    read_answer=tap.read_answer,
)
"""``POST /v1/messages``: Anthropic and those who copy it."""

COUNT = msgspec.structs.replace(
    DIALECT,
    name="anthropic-count",
    operation="count",
    title="Anthropic token count",
    counts=True,
    read_envelope=count.read_envelope,
    rewrite_request=count.rewrite_request,
    encode_request=count.encode_request,
    encode_response=count.encode_response,
    decode_response=count.decode_response,
    read_answer=count.read_answer,
)
"""``POST /v1/messages/count_tokens``; no answer is made."""

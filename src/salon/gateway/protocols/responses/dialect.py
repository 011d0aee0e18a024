"""The OpenAI Responses dialect, both sides."""

import msgspec

from salon.gateway.protocols import classify, openai_errors
from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.responses import compact, count, files, request, request_writer, response, tap
from salon.gateway.protocols.responses.stream_decoder import ResponsesStreamDecoder
from salon.gateway.protocols.responses.stream_encoder import ResponsesStreamEncoder

DIALECT = Dialect(
    name="responses",
    title="OpenAI Responses",
    stream_media_type=b"text/event-stream",
    id_header=b"x-request-id",
    said_field="input",
    files=files.FORM,
    image_mark=b'"input_image"',
    read_envelope=request.read_envelope,
    decode_request=request.decode_request,
    encode_response=response.encode_response,
    stream_encoder=ResponsesStreamEncoder,
    encode_error=openai_errors.encode_error,
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=ResponsesStreamDecoder,
    decode_error=classify.http_error,
    classify_stream_error=classify.stream_error,
    rewrite_request=request.rewrite_request,
    stream_tap=tap.ResponsesStreamTap,
    read_answer=tap.read_answer,
)
"""``POST /v1/responses``: OpenAI's own, without anything it stores, and that of those who copy it."""

COUNT = msgspec.structs.replace(
    DIALECT,
    name="responses-count",
    title="OpenAI token count",
    operation="count",
    counts=True,
    read_envelope=count.read_envelope,
    rewrite_request=count.rewrite_request,
    encode_request=count.encode_request,
    encode_response=count.encode_response,
    decode_response=count.decode_response,
    read_answer=count.read_answer,
)
"""``POST /v1/responses/input_tokens``; no answer is made."""

COMPACT = msgspec.structs.replace(
    DIALECT,
    name="responses-compact",
    title="OpenAI compaction",
    read_envelope=compact.read_envelope,
    decode_request=compact.decode_request,
    encode_response=compact.encode_response,
)
"""``POST /v1/responses/compact``: a chat whose answer is a conversation in short; never spoken."""

"""Converse as it is spoken, and Nova's own body, which is nearly the same."""

import msgspec

from salon.gateway.protocols import aws_errors, classify
from salon.gateway.protocols.base import SpokenDialect
from salon.gateway.protocols.converse import nova, request_writer, response
from salon.gateway.protocols.converse.stream_decoder import ConverseStreamDecoder

DIALECT = SpokenDialect(
    name="converse",
    title="Bedrock Converse",
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=ConverseStreamDecoder,
    decode_error=aws_errors.decode_error,
    classify_stream_error=classify.stream_error,
)
"""``POST /model/{model}/converse`` and ``/converse-stream``."""

NOVA = msgspec.structs.replace(
    DIALECT,
    name="bedrock-nova",
    title="Nova over InvokeModel",
    encode_request=nova.encode_request,
    stream_decoder=nova.NovaStreamDecoder,
)
"""``POST /model/amazon.nova-…/invoke`` and ``/invoke-with-response-stream``."""

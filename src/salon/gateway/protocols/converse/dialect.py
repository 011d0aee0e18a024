"""Converse as it is spoken."""

from salon.gateway.protocols import aws_errors, classify
from salon.gateway.protocols.base import SpokenDialect
from salon.gateway.protocols.converse import request_writer, response
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

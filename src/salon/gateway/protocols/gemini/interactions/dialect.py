"""Interactions as they are spoken."""

from salon.gateway.protocols.base import SpokenDialect
from salon.gateway.protocols.gemini import errors
from salon.gateway.protocols.gemini.interactions import request_writer, response
from salon.gateway.protocols.gemini.interactions.stream_decoder import InteractionsStreamDecoder

DIALECT = SpokenDialect(
    name="interactions",
    title="Gemini Interactions",
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=InteractionsStreamDecoder,
    decode_error=errors.decode_error,
    classify_stream_error=errors.classify_stream_error,
)
"""``POST /v1beta/interactions``, streaming and not."""

"""Cohere's dialects as they are spoken: chat and embeddings."""

from salon.gateway.protocols import classify, whole
from salon.gateway.protocols.base import SpokenDialect
from salon.gateway.protocols.cohere import embed, request_writer, response
from salon.gateway.protocols.cohere.stream_decoder import CohereStreamDecoder

DIALECT = SpokenDialect(
    name="cohere",
    title="Cohere chat",
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=CohereStreamDecoder,
    decode_error=classify.http_error,
    classify_stream_error=classify.stream_error,
)
"""``POST /v2/chat``."""

EMBED = whole.spoken(
    name="cohere-embed",
    operation="embeddings",
    title="Cohere embed",
    encode_request=embed.encode_request,
    decode_response=embed.decode_response,
)
"""``POST /v2/embed``."""

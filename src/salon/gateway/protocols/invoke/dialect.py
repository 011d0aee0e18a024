"""The dialects of InvokeModel as they are spoken: each maker's own body at the same address."""

import msgspec

from salon.gateway.protocols import classify, whole
from salon.gateway.protocols.aws_errors import decode_error
from salon.gateway.protocols.base import SpokenDialect
from salon.gateway.protocols.invoke import cohere, llama, nova, titan, titan_text

TITAN_EMBED = whole.spoken(
    name="titan-embed",
    operation="embeddings",
    title="Titan embeddings",
    encode_request=titan.encode_request,
    decode_response=titan.decode_response,
    decode_error=decode_error,
)
"""``POST /model/amazon.titan-embed-…/invoke``: one vector for one text."""

NOVA_EMBED = msgspec.structs.replace(
    TITAN_EMBED,
    name="nova-embed",
    title="Nova embeddings",
    encode_request=nova.encode_request,
    decode_response=nova.decode_response,
)
"""``POST /model/amazon.nova-…-embeddings-…/invoke``: one vector for one text."""

COHERE_EMBED = msgspec.structs.replace(
    TITAN_EMBED,
    name="bedrock-cohere-embed",
    title="Cohere embeddings on Bedrock",
    encode_request=cohere.encode_request,
    decode_response=cohere.decode_response,
)
"""``POST /model/cohere.embed-…/invoke``: a vector for each text."""

LLAMA = SpokenDialect(
    name="bedrock-llama",
    title="Llama over InvokeModel",
    encode_request=llama.encode_request,
    decode_response=llama.decode_response,
    stream_decoder=llama.stream_decoder,
    decode_error=decode_error,
    classify_stream_error=classify.stream_error,
)
"""``POST /model/meta.llama…/invoke`` and ``/invoke-with-response-stream``."""

TITAN = SpokenDialect(
    name="bedrock-titan",
    title="Titan text over InvokeModel",
    encode_request=titan_text.encode_request,
    decode_response=titan_text.decode_response,
    stream_decoder=titan_text.stream_decoder,
    decode_error=decode_error,
    classify_stream_error=classify.stream_error,
)
"""``POST /model/amazon.titan-text-…/invoke`` and ``/invoke-with-response-stream``."""

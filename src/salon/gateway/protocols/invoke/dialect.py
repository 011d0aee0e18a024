"""The dialects of InvokeModel as they are spoken: each maker's own body at the same address."""

import msgspec

from salon.gateway.protocols import whole
from salon.gateway.protocols.aws_errors import decode_error
from salon.gateway.protocols.invoke import cohere, nova, titan

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

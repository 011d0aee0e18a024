"""Titan's embeddings, of texts, as they are spoken."""

from typing import Final

import msgspec

from salon.foundation.messages import EmbeddingRequest, EmbeddingResponse
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.invoke.answers import for_each, name_lost, read_each, summed
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps

_OF_PICTURES: Final = "titan-embed-image"
"""Models that embed pictures too, and are told how long a vector is to be in other words."""


class _Answer(msgspec.Struct, rename="camel"):
    embedding: list[float]
    input_text_token_count: int | None = None


def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request, one body for each text. Raises: Unsupported for token numbers."""
    lost: Lost = {}
    split_extra(request, "titan", lost)
    wire: JsonObject = {}
    if request.dimensions is not None and _OF_PICTURES in request.model:
        wire["embeddingConfig"] = {"outputEmbeddingLength": request.dimensions}
    elif request.dimensions is not None:
        wire["dimensions"] = request.dimensions
    name_lost(request, lost, "purpose", "title", "truncate", "user")
    bodies = [dumps({"inputText": text, **wire}) for text in whole.texts_of(request)]
    return EncodedRequest(body=for_each(bodies), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read the vectors. Raises: UpstreamBroken, or the error that came instead."""
    answers = read_each(body, _Answer, field="embedding")
    count = {"inputTextTokenCount": summed(one.input_text_token_count for one in answers)}
    return EmbeddingResponse(
        vectors=tuple(one.embedding for one in answers), usage=whole.input_usage(count, "inputTextTokenCount")
    )

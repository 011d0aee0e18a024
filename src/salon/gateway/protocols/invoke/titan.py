"""Titan's embeddings, of texts, as they are spoken."""

from typing import Final

import msgspec

from salon.foundation.messages import EmbeddingRequest, EmbeddingResponse, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.invoke.answers import name_lost, only_text, read
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps

_OF_PICTURES: Final = "titan-embed-image"
"""Models that embed pictures too, and are told how long a vector is to be in other words."""


class _Answer(msgspec.Struct, rename="camel"):
    embedding: list[float]
    input_text_token_count: int | None = None

    def usage(self) -> Usage | None:
        count = {"inputTextTokenCount": self.input_text_token_count}
        return whole.input_usage(count, "inputTextTokenCount")


def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for one text. Raises: Unsupported for token numbers, or for more texts."""
    lost: Lost = {}
    split_extra(request, "titan", lost)
    wire: JsonObject = {"inputText": only_text(request)}
    if request.dimensions is not None and _OF_PICTURES in request.model:
        wire["embeddingConfig"] = {"outputEmbeddingLength": request.dimensions}
    elif request.dimensions is not None:
        wire["dimensions"] = request.dimensions
    name_lost(request, lost, "purpose", "title", "truncate", "user")
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read the one vector. Raises: UpstreamBroken, or the error that came instead."""
    answer = read(body, _Answer, field="embedding")
    return EmbeddingResponse(vectors=(answer.embedding,), usage=answer.usage())

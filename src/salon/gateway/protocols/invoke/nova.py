"""Nova's embeddings, of texts, as they are spoken."""

from collections.abc import Mapping
from typing import Final

import msgspec

from salon.foundation.messages import EmbeddingPurpose, EmbeddingRequest, EmbeddingResponse
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.invoke.answers import (
    Counted,
    count_as_usage,
    for_each,
    kept_wishes,
    name_lost,
    read_each,
    summed,
)
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import dumps

_PURPOSES: Final[Mapping[EmbeddingPurpose, str]] = {
    "query": "TEXT_RETRIEVAL",
    "question": "TEXT_RETRIEVAL",
    "fact": "TEXT_RETRIEVAL",
    "code": "TEXT_RETRIEVAL",
    "document": "GENERIC_INDEX",
    "classification": "CLASSIFICATION",
    "clustering": "CLUSTERING",
    "similarity": "CLUSTERING",
}


class _Vector(msgspec.Struct):
    embedding: list[float]


class _Answer(Counted, kw_only=True):
    embeddings: list[_Vector]


def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request, one body for each text; without a purpose it is a document to be found.

    Raises: Unsupported for token numbers.
    """
    lost: Lost = {}
    split_extra(request, "nova", lost)
    # The field must be there, and clients of others expect that what is too long is cut.
    mode = "NONE" if request.truncate is False else "END"
    purpose = _PURPOSES[request.purpose or "document"]
    bodies: list[bytes] = []
    for text in whole.texts_of(request):
        wishes = {"embeddingPurpose": purpose, "text": {"truncationMode": mode, "value": text}}
        asked = kept_wishes(wishes, embeddingDimension=request.dimensions)
        bodies.append(dumps({"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": asked}))
    name_lost(request, lost, "title", "user")
    return EncodedRequest(body=for_each(bodies), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read the vectors. Raises: UpstreamBroken, or the error that came instead."""
    answers = read_each(body, _Answer, field="embeddings")
    vectors = tuple(vector.embedding for answer in answers for vector in answer.embeddings)
    return EmbeddingResponse(vectors=vectors, usage=count_as_usage(summed(one.tokens for one in answers)))

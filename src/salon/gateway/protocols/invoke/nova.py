"""Nova's embeddings, of texts, as they are spoken."""

from collections.abc import Mapping
from typing import Final

import msgspec

from salon.foundation.messages import EmbeddingPurpose, EmbeddingRequest, EmbeddingResponse
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.invoke.answers import Counted, kept_wishes, name_lost, only_text, read
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
    """Write a request for one text; without a purpose it is a document to be found.

    Raises: Unsupported for token numbers, or for more texts.
    """
    lost: Lost = {}
    split_extra(request, "nova", lost)
    # The field must be there, and clients of others expect that what is too long is cut.
    mode = "NONE" if request.truncate is False else "END"
    wishes = {
        "embeddingPurpose": _PURPOSES[request.purpose or "document"],
        "text": {"truncationMode": mode, "value": only_text(request)},
    }
    asked = kept_wishes(wishes, embeddingDimension=request.dimensions)
    name_lost(request, lost, "title", "user")
    return EncodedRequest(
        body=dumps({"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": asked}), lost=tuple(lost)
    )


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read the one vector. Raises: UpstreamBroken, or the error that came instead."""
    answer = read(body, _Answer, field="embeddings")
    return EmbeddingResponse(vectors=tuple(one.embedding for one in answer.embeddings), usage=answer.usage())

"""Cohere's embeddings as Bedrock hosts them, versions 3 and 4."""

import re
from typing import Final

import msgspec

from salon.foundation.messages import EmbeddingRequest, EmbeddingResponse
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.invoke.answers import Counted, kept_wishes, name_lost, read
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.purposes import COHERES
from salon.gateway.protocols.wire_json import dumps

_OF_VERSION_3: Final = re.compile(r"embed-[a-z-]+-v3")
"""Models that say START and END for what later ones call LEFT and RIGHT."""


class _ByType(msgspec.Struct):
    float: list[list[float]]


class _Answer(Counted, kw_only=True):
    embeddings: _ByType


def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request; without a purpose the texts are documents to be found.

    Raises: Unsupported for token numbers.
    """
    lost: Lost = {}
    extra = split_extra(request, "cohere", lost)
    end = "END" if _OF_VERSION_3.search(request.model) else "RIGHT"
    wire = kept_wishes(
        {
            "texts": whole.texts_of(request),
            "input_type": COHERES[request.purpose or "document"],
            "embedding_types": ["float"],
        },
        output_dimension=request.dimensions,
        truncate=None if request.truncate is None else end if request.truncate else "NONE",
    )
    name_lost(request, lost, "title", "user")
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read vectors. Raises: UpstreamBroken, or the error that came instead."""
    answer = read(body, _Answer, field="embeddings")
    return EmbeddingResponse(vectors=tuple(answer.embeddings.float), usage=answer.usage())

"""Cohere's embeddings, version 2, as they are spoken."""

from typing import Any

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import EmbeddingRequest, EmbeddingResponse
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.purposes import COHERES
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object


class _Vectors(msgspec.Struct):
    float: list[list[float]]


class _Answer(msgspec.Struct):
    embeddings: _Vectors
    meta: dict[str, Any] | None = None


def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider; without a purpose the texts are documents to be found.

    Raises: Unsupported for token numbers.
    """
    lost: Lost = {}
    extra = split_extra(request, "cohere", lost)
    wire: JsonObject = {
        "model": request.model,
        "texts": whole.texts_of(request),
        "input_type": COHERES[request.purpose or "document"],
        "embedding_types": ["float"],
    }
    if request.dimensions is not None:
        wire["output_dimension"] = request.dimensions
    if request.truncate is not None:
        wire["truncate"] = "END" if request.truncate else "NONE"
    lost.update(dict.fromkeys(name for name in ("title", "user") if getattr(request, name) is not None))
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read vectors. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="Cohere", field="embeddings")
        raise UpstreamBroken(provider="Cohere", detail="its answer is no list of embeddings") from error
    units = answer.meta.get("billed_units") if answer.meta is not None else None
    usage = whole.input_usage(units, "input_tokens") if is_object(units) else None
    return EmbeddingResponse(vectors=tuple(answer.embeddings.float), usage=usage)

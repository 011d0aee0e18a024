"""Reranking as Voyage speaks it: other names for what is wanted and for what comes.

https://docs.voyageai.com/reference/reranker-api (2026-11-21)
"""

from typing import Any

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import Ranked, RerankRequest, RerankResponse
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.rerank.codec import FAMILY
from salon.gateway.protocols.wire_json import JsonObject, dumps


class _Result(msgspec.Struct):
    index: int
    relevance_score: float


class _Answer(msgspec.Struct):
    data: list[_Result]
    model: str | None = None
    usage: dict[str, Any] | None = None


def encode_request(request: RerankRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for the provider."""
    lost: Lost = {}
    extra = split_extra(request, FAMILY, lost)
    wire: JsonObject = {"model": request.model, "query": request.query, "documents": request.documents}
    if request.top is not None:
        wire["top_k"] = request.top
    if request.truncate is not None:
        wire["truncation"] = request.truncate
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def decode_response(body: bytes) -> RerankResponse:
    """Read a ranking. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="Voyage", field="data")
        raise UpstreamBroken(provider="Voyage", detail="its answer is no ranking") from error
    ranked = sorted(answer.data, key=lambda one: -one.relevance_score)
    return RerankResponse(
        model=answer.model,
        usage=whole.input_usage(answer.usage, "total_tokens"),
        results=tuple(Ranked(index=one.index, score=one.relevance_score) for one in ranked),
    )


VOYAGE = whole.spoken(
    name="voyage-rerank",
    operation="rerank",
    title="Voyage rerank",
    encode_request=encode_request,
    decode_response=decode_response,
)
"""``POST /v1/rerank`` of Voyage."""

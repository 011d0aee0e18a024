"""Embeddings of Vertex's text models as they are spoken: ``predict``, for one text or many."""

from typing import Any

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import EmbeddingRequest, EmbeddingResponse, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.gemini.embed import TASKS
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps


class _Statistics(msgspec.Struct):
    token_count: float | None = None
    """A whole number, that some models write with a point."""


class _Vector(msgspec.Struct):
    values: list[float]
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)


class _Prediction(msgspec.Struct):
    embeddings: _Vector


class _Answer(msgspec.Struct):
    predictions: list[_Prediction]
    metadata: dict[str, Any] | None = None


def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Raises: Unsupported for token numbers."""
    lost: Lost = {}
    split_extra(request, "gemini", lost)
    wishes: JsonObject = {}
    if request.purpose is not None:
        wishes["task_type"] = TASKS[request.purpose]
    if request.title is not None:
        wishes["title"] = request.title
    parameters: JsonObject = {}
    if request.dimensions is not None:
        parameters["outputDimensionality"] = request.dimensions
    if request.truncate is not None:
        parameters["autoTruncate"] = request.truncate
    if request.user is not None:
        lost["user"] = None
    instances = [{"content": text, **wishes} for text in whole.texts_of(request)]
    wire = {"instances": instances, **({"parameters": parameters} if parameters else {})}
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read vectors. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="Vertex", field="predictions")
        raise UpstreamBroken(provider="Vertex", detail="its answer is no list of embeddings") from error
    vectors = tuple(one.embeddings.values for one in answer.predictions)
    return EmbeddingResponse(vectors=vectors, usage=_usage(answer))


def _usage(answer: _Answer) -> Usage | None:
    """Return the tokens of all texts; None where one was not counted."""
    counts = [one.embeddings.statistics.token_count for one in answer.predictions]
    known = [int(count) for count in counts if count is not None and count >= 0]
    if not known or len(known) < len(counts):
        return None
    return Usage(input_tokens=sum(known), raw={"token_count": known, **(answer.metadata or {})})

"""Requests and answers of reranking, read and written."""

from typing import Any

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import Ranked, RerankRequest, RerankResponse, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Fields, array_at, field_value, invalid, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_list, is_object

FAMILY = "rerank"
_OF_AN_ANSWER = ("return_documents",)
"""Wishes that the answer's writer grants, whoever made the answer."""


class _Result(msgspec.Struct):
    index: int
    relevance_score: float


class _Answer(msgspec.Struct):
    results: list[_Result]
    model: str | None = None
    usage: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = whole.envelope_of(body, required="documents")
    if "query" not in envelope.fields:
        raise invalid("query", "It is missing.")
    return envelope


def decode_request(envelope: Envelope) -> RerankRequest:
    """Read the whole request. Raises: InvalidRequest naming the field, Unsupported for what is no text."""
    fields = Fields(parse_all(envelope.fields), "")
    fields.take("model")
    documents = array_at(fields.take("documents"), "documents")
    if not documents:
        raise invalid("documents", "It must hold at least one document.")
    for name in _OF_AN_ANSWER:
        fields.flag(name)
    top = fields.whole("top_n")
    return RerankRequest(
        model=envelope.model,
        query=fields.required_text("query"),
        documents=tuple(_text(one, f"documents[{place}]") for place, one in enumerate(documents)),
        top=whole.one_or_more(top, "top_n"),
        truncate=fields.flag("truncation"),
        extra={FAMILY: fields.rest} if fields.rest else None,
    )


def _text(value: Any, path: str) -> str:
    if isinstance(value, str):
        return value
    if is_object(value):
        text = value.get("text")
        if isinstance(text, str):
            return text
        raise Unsupported(field=path, problem="This provider ranks texts. Send the document's text.")
    raise invalid(path, "It must be a text, or an object with one.")


def encode_response(response: RerankResponse, context: EncodeContext) -> EncodedRequest:
    """Write a ranking, with the documents themselves where the request asked for them."""
    fields = dict(context.fields or {})
    documents = field_value(fields, "documents") if field_value(fields, "return_documents") is True else None
    results = [_written(one, documents) for one in response.results]
    told: JsonObject = {"id": context.request_id, "model": context.model, "results": results}
    if response.usage is not None:
        tokens = response.usage.input_tokens
        told["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
        told["meta"] = {"api_version": {"version": "2"}, "billed_units": {"input_tokens": tokens}}
    return EncodedRequest(body=dumps(told))


def _written(one: Ranked, documents: Any) -> JsonObject:
    told: JsonObject = {"index": one.index, "relevance_score": one.score}
    if is_list(documents) and 0 <= one.index < len(documents):
        document = documents[one.index]
        told["document"] = {"text": document} if isinstance(document, str) else document
    return told


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: RerankRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider."""
    lost: Lost = {}
    extra = split_extra(request, FAMILY, lost)
    wire: JsonObject = {"model": request.model, "query": request.query, "documents": request.documents}
    if request.top is not None:
        wire["top_n"] = request.top
    if request.truncate is not None:
        lost["truncation"] = None
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def decode_response(body: bytes) -> RerankResponse:
    """Read a ranking. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="The provider", field="results")
        raise UpstreamBroken(provider="The provider", detail="its answer is no ranking") from error
    ranked = sorted(answer.results, key=lambda one: -one.relevance_score)
    return RerankResponse(
        model=answer.model,
        usage=_usage(answer.usage, answer.meta),
        results=tuple(Ranked(index=one.index, score=one.relevance_score) for one in ranked),
    )


def _usage(usage: dict[str, Any] | None, meta: dict[str, Any] | None) -> Usage | None:
    counted = whole.input_usage(usage, "total_tokens", "prompt_tokens")
    if counted is not None or meta is None:
        return counted
    return whole.input_usage(meta.get("billed_units"), "input_tokens")


class _Counted(msgspec.Struct):
    results: msgspec.Raw
    usage: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None


def read_answer(body: bytes) -> whole.Answer:
    """Return the usage of an answer that is passed on as it is; no end if it is none."""
    try:
        counted = msgspec.json.decode(body, type=_Counted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    return _usage(counted.usage, counted.meta), whole.DONE, 0

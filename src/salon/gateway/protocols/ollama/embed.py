"""Ollama's embeddings, both sides: ``/api/embed``, and the older ``/api/embeddings`` for one text."""

from typing import Any

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import EmbeddingRequest, EmbeddingResponse, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Fields, field_value, invalid, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.ollama import request as chat
from salon.gateway.protocols.wire_json import JsonObject, dumps

_OWN = ("options", "keep_alive")


class _Answer(msgspec.Struct):
    embeddings: list[list[float]]
    model: str | None = None
    prompt_eval_count: int | None = None


class _Older(msgspec.Struct):
    embedding: list[float]


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = chat.read_envelope(body)
    envelope.stream = False
    envelope.max_output_tokens = 1
    envelope.wants_usage = False
    return envelope


def own_answer(envelope: Envelope) -> EmbeddingResponse | None:
    """Answer a request to load a model: without an input, nothing else is asked."""
    given = [field_value(envelope.fields, name) for name in ("input", "prompt")]
    return EmbeddingResponse(vectors=()) if all(value in (None, "", []) for value in given) else None


def decode_request(envelope: Envelope) -> EmbeddingRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    return _request(envelope, fields, fields.texts("input"), "input")


def decode_older(envelope: Envelope) -> EmbeddingRequest:
    """Read a request for the vector of one text. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    prompt = fields.text("prompt")
    return _request(envelope, fields, (prompt,) if prompt else (), "prompt")


def _request(envelope: Envelope, fields: Fields, inputs: tuple[str, ...], name: str) -> EmbeddingRequest:
    if not inputs:
        raise invalid(name, "It must hold a text.")
    own = {one: value for one in _OWN if (value := fields.take(one)) not in (None, {})}
    fields.take("model")
    return EmbeddingRequest(
        model=envelope.model,
        inputs=inputs,
        dimensions=whole.one_or_more(fields.whole("dimensions"), "dimensions"),
        truncate=fields.flag("truncate"),
        extra={"ollama": {**own, **fields.rest}},
    )


def encode_response(response: EmbeddingResponse, context: EncodeContext) -> EncodedRequest:
    """Write vectors."""
    told: JsonObject = {"model": context.model, "embeddings": response.vectors}
    if response.usage is not None:
        told["prompt_eval_count"] = response.usage.input_tokens
    return EncodedRequest(body=dumps(told))


def encode_older(response: EmbeddingResponse, context: EncodeContext) -> EncodedRequest:
    """Write the one vector."""
    return EncodedRequest(body=dumps({"embedding": response.vectors[0] if response.vectors else []}))


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider. Raises: Unsupported for token numbers."""
    lost: Lost = {}
    extra = split_extra(request, "ollama", lost)
    wire: JsonObject = {"model": request.model, "input": whole.texts_of(request)}
    if request.dimensions is not None:
        wire["dimensions"] = request.dimensions
    if request.truncate is not None:
        wire["truncate"] = request.truncate
    lost.update(dict.fromkeys(name for name in ("purpose", "title", "user") if getattr(request, name)))
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def encode_older_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for the vector of one text. Raises: Unsupported for more."""
    lost: Lost = {}
    extra = split_extra(request, "ollama", lost)
    (text, *others) = whole.texts_of(request)
    if others:
        raise Unsupported(field="input", problem="This provider takes one text at a time.")
    if request.dimensions is not None:
        raise Unsupported(field="dimensions", problem="This provider's vectors have the model's own length.")
    names = ("purpose", "title", "user", "truncate")
    lost.update(dict.fromkeys(name for name in names if getattr(request, name) is not None))
    return EncodedRequest(body=dumps({"model": request.model, "prompt": text, **extra}), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read vectors. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="Ollama", field="embeddings")
        raise _broken() from error
    return EmbeddingResponse(
        model=answer.model, vectors=tuple(answer.embeddings), usage=_usage(answer.prompt_eval_count)
    )


def decode_older_response(body: bytes) -> EmbeddingResponse:
    """Read the one vector. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Older)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="Ollama", field="embedding")
        raise _broken() from error
    return EmbeddingResponse(vectors=(answer.embedding,))


def _broken() -> UpstreamBroken:
    return UpstreamBroken(provider="Ollama", detail="its answer is no list of embeddings")


def _usage(count: int | None) -> Usage | None:
    return None if count is None else Usage(input_tokens=count)


def read_answer(body: bytes) -> whole.Answer:
    """Return the usage of an answer that is passed on as it is; no end if it is none."""
    try:
        value: dict[str, msgspec.Raw] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        count: Any = msgspec.json.decode(value.get("prompt_eval_count", b"null"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    if "embeddings" not in value and "embedding" not in value:
        return None, None, 0
    return _usage(count if isinstance(count, int) else None), whole.DONE, 0

"""Gemini's embeddings, both sides: ``embedContent`` for one content, ``batchEmbedContents`` for many."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import EmbeddingPurpose, EmbeddingRequest, EmbeddingResponse, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Edits, field_value, invalid, join_fields, object_at, parse_all
from salon.gateway.protocols.gemini.proto import proto_fields
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_list, is_object

_ADDED: Final = ("model", "stream")
"""Fields that the address says and our door adds."""
_PURPOSES: Final[Mapping[str, EmbeddingPurpose]] = {
    "RETRIEVAL_QUERY": "query",
    "RETRIEVAL_DOCUMENT": "document",
    "CLASSIFICATION": "classification",
    "CLUSTERING": "clustering",
    "SEMANTIC_SIMILARITY": "similarity",
    "QUESTION_ANSWERING": "question",
    "FACT_VERIFICATION": "fact",
    "CODE_RETRIEVAL_QUERY": "code",
}
TASKS: Final = {purpose: task for task, purpose in _PURPOSES.items()}


class _Vector(msgspec.Struct):
    values: list[float]


class _Answer(msgspec.Struct, rename="camel"):
    embeddings: list[_Vector]
    usage_metadata: dict[str, Any] | None = None


class _One(msgspec.Struct, rename="camel"):
    embedding: _Vector
    usage_metadata: dict[str, Any] | None = None


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs of a request for one content. Raises: InvalidRequest naming the field."""
    return _envelope(body, "content")


def read_batch_envelope(body: bytes) -> Envelope:
    """Read what routing needs of a request for many. Raises: InvalidRequest naming the field."""
    return _envelope(body, "requests")


def _envelope(body: bytes, required: str) -> Envelope:
    envelope = whole.envelope_of(body, required=required)
    envelope.model = envelope.model.removeprefix("models/")
    if not envelope.model:
        raise invalid("model", "It must be a string that names a model.")
    return envelope


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body; the model stands in the address it goes to."""
    return join_fields(envelope.fields, dict.fromkeys(_ADDED))


def rewrite_batch(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with the model that the address names in each of its requests."""
    asked = field_value(envelope.fields, "requests")
    if not is_list(asked):
        return rewrite_request(envelope, model=model, stream=stream, quirks=quirks)
    named = [{**one, "model": f"models/{model}"} if is_object(one) else one for one in asked]
    edits: Edits = dict.fromkeys(_ADDED)
    return join_fields(envelope.fields, {**edits, "requests": named})


def decode_request(envelope: Envelope) -> EmbeddingRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    asked = parse_all(envelope.fields)
    asked.pop("stream", None)
    return _read(envelope, asked, "")


def decode_batch(envelope: Envelope) -> EmbeddingRequest:
    """Read a request for many contents. Raises: InvalidRequest naming the field; Unsupported."""
    asked = field_value(envelope.fields, "requests")
    if not is_list(asked) or not asked:
        raise invalid("requests", "It must be an array with at least one request.")
    read = [
        _read(envelope, object_at(one, f"requests[{i}]"), f"requests[{i}]") for i, one in enumerate(asked)
    ]
    first = msgspec.structs.replace(read[0], inputs=())
    for place, one in enumerate(read):
        if msgspec.structs.replace(one, inputs=()) != first:
            problem = "This provider takes one wish for all. Send contents with other wishes on their own."
            raise Unsupported(field=f"requests[{place}]", problem=problem)
    return msgspec.structs.replace(first, inputs=tuple(one.inputs[0] for one in read))


def _read(envelope: Envelope, asked: JsonObject, path: str) -> EmbeddingRequest:
    fields = proto_fields(asked, path)
    fields.take("model")
    text = _read_text(fields.take("content"), fields.path("content"))
    # Newer clients write the same wishes into an object of their own.
    wishes = proto_fields({**asked, **(fields.object("embedContentConfig") or {})}, path)
    for name in ("content", "model", "embedContentConfig"):
        wishes.take(name)
    task = wishes.text("taskType")
    dimensions = whole.one_or_more(wishes.whole("outputDimensionality"), wishes.path("outputDimensionality"))
    title, truncate = wishes.text("title"), wishes.flag("autoTruncate")
    return EmbeddingRequest(
        model=envelope.model,
        inputs=(text,),
        dimensions=dimensions,
        purpose=_PURPOSES.get(task or ""),
        title=title or None,
        truncate=truncate,
        extra={"gemini": wishes.rest} if wishes.rest else None,
    )


def _read_text(value: Any, path: str) -> str:
    """Return the text of a content. Raises: InvalidRequest, Unsupported for what is no text."""
    parts = proto_fields(value, path).array("parts")
    if not parts:
        raise invalid(f"{path}.parts", "It must hold a text.")
    texts: list[str] = []
    for place, part in enumerate(parts):
        text = object_at(part, f"{path}.parts[{place}]").get("text")
        if not isinstance(text, str):
            raise Unsupported(field=f"{path}.parts[{place}]", problem="This provider embeds texts only.")
        texts.append(text)
    return "\n".join(texts)


def encode_response(response: EmbeddingResponse, context: EncodeContext) -> EncodedRequest:
    """Write the one vector."""
    values = response.vectors[0] if response.vectors else []
    return EncodedRequest(body=dumps({"embedding": {"values": values}, **_told_usage(response.usage)}))


def encode_batch_response(response: EmbeddingResponse, context: EncodeContext) -> EncodedRequest:
    """Write vectors."""
    vectors = [{"values": vector} for vector in response.vectors]
    return EncodedRequest(body=dumps({"embeddings": vectors, **_told_usage(response.usage)}))


def _told_usage(usage: Usage | None) -> JsonObject:
    return {} if usage is None else {"usageMetadata": {"promptTokenCount": usage.input_tokens}}


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for one content. Raises: Unsupported for token numbers, or for more."""
    lost: Lost = {}
    first, *others = _written(request, lost)
    if others:
        raise Unsupported(field="input", problem="This provider takes one text at a time.")
    return EncodedRequest(body=dumps(first), lost=tuple(lost))


def encode_batch(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for many contents. Raises: Unsupported for token numbers."""
    lost: Lost = {}
    return EncodedRequest(body=dumps({"requests": _written(request, lost)}), lost=tuple(lost))


def _written(request: EmbeddingRequest, lost: Lost) -> list[JsonObject]:
    wishes: JsonObject = split_extra(request, "gemini", lost)
    if request.purpose is not None:
        wishes["taskType"] = TASKS[request.purpose]
    if request.title is not None:
        wishes["title"] = request.title
    if request.dimensions is not None:
        wishes["outputDimensionality"] = request.dimensions
    lost.update(dict.fromkeys(name for name in ("truncate", "user") if getattr(request, name) is not None))
    model = f"models/{request.model}"
    return [
        {"model": model, "content": {"parts": [{"text": text}]}, **wishes} for text in whole.texts_of(request)
    ]


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read the one vector. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_One)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _what_came(body, "embedding") from error
    return EmbeddingResponse(vectors=(answer.embedding.values,), usage=_usage(answer.usage_metadata))


def decode_batch_response(body: bytes) -> EmbeddingResponse:
    """Read vectors. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _what_came(body, "embeddings") from error
    vectors = tuple(one.values for one in answer.embeddings)
    return EmbeddingResponse(vectors=vectors, usage=_usage(answer.usage_metadata))


def _what_came(body: bytes, field: str) -> UpstreamBroken:
    """Return the error for an answer that has no vectors. Raises: the error it tells, if it tells one."""
    whole.answer_object(body, provider="Gemini", field=field)
    return UpstreamBroken(provider="Gemini", detail="its answer is no list of embeddings")


def _usage(value: dict[str, Any] | None) -> Usage | None:
    return whole.input_usage(value, "promptTokenCount", "totalTokenCount")


def read_answer(body: bytes) -> whole.Answer:
    """Return the usage of an answer that is passed on as it is; no end if it is none."""
    try:
        told: dict[str, msgspec.Raw] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        counted = msgspec.json.decode(told.get("usageMetadata", b"null"), type=dict[str, Any] | None)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    is_answer = "embeddings" in told or "embedding" in told
    return (_usage(counted), whole.DONE, 0) if is_answer else (None, None, 0)

"""OpenAI's embeddings, both sides: also what most others offer beside chat."""

import base64
import binascii
import sys
from array import array
from collections.abc import Mapping
from typing import Any, Final, get_args

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import EmbeddingPurpose, EmbeddingRequest, EmbeddingResponse, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Edits, Fields, field_value, invalid, join_fields, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_list

_PURPOSES: Final[Mapping[str, EmbeddingPurpose]] = {
    "query": "query",
    "search_query": "query",
    "document": "document",
    "passage": "document",
    "search_document": "document",
    **{word: word for word in get_args(EmbeddingPurpose)},
}
"""What Voyage, Jina, NVIDIA and OpenRouter write in ``input_type``."""


class _Vector(msgspec.Struct):
    embedding: list[float] | str
    index: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Vector]
    model: str | None = None
    usage: dict[str, Any] | None = None


class _Counted(msgspec.Struct):
    data: msgspec.Raw
    usage: dict[str, Any] | None = None


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    return whole.envelope_of(body, required="input")


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model, and the provider's name for ``dimensions``."""
    edits: Edits = {}
    if model != envelope.model:
        edits["model"] = model
    other = quirks.get("embedding_dimensions", "dimensions")
    if other != "dimensions" and "dimensions" in envelope.fields:
        edits["dimensions"] = None
        edits.setdefault(other, envelope.fields["dimensions"])
    return join_fields(envelope.fields, edits) if edits else envelope.body


def decode_request(envelope: Envelope) -> EmbeddingRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    fields.take("model")
    inputs = read_inputs(fields.take("input"))
    read_format(fields.text("encoding_format"))
    dimensions = fields.whole("dimensions")
    if dimensions is None:
        dimensions = fields.whole("output_dimension")
    purpose = _PURPOSES.get(fields.text("input_type") or "")
    truncate, user = fields.flag("truncation"), fields.text("user")
    return EmbeddingRequest(
        model=envelope.model,
        inputs=inputs,
        dimensions=whole.one_or_more(dimensions, "dimensions"),
        purpose=purpose,
        truncate=truncate,
        user=user,
        extra={"openai": fields.rest} if fields.rest else None,
    )


def read_inputs(value: Any) -> tuple[str | tuple[int, ...], ...]:
    """Read one input or many: texts or token numbers. Raises: InvalidRequest naming the field."""
    if isinstance(value, str):
        return (value,)
    if not is_list(value) or not value:
        raise invalid("input", "It must be a text, token numbers, or an array of either, and not empty.")
    if _is_token(value[0]):
        return (_tokens(value, "input"),)
    return tuple(
        item if isinstance(item, str) else _tokens(item, f"input[{place}]")
        for place, item in enumerate(value)
    )


def _tokens(value: Any, field: str) -> tuple[int, ...]:
    if not is_list(value) or not value or not all(_is_token(one) for one in value):
        raise invalid(field, "It must be a text or an array of token numbers.")
    return tuple(value)


def _is_token(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def read_format(value: str | None) -> bool:
    """Tell whether vectors are wanted as base64. Raises: InvalidRequest."""
    if value not in {None, "float", "base64"}:
        raise invalid("encoding_format", "It must be “float” or “base64”.")
    return value == "base64"


def encode_response(response: EmbeddingResponse, context: EncodeContext) -> EncodedRequest:
    """Write vectors as numbers, or as base64 where the request asked for that."""
    given = field_value(dict(context.fields or {}), "encoding_format")
    write = _packed if given == "base64" else list[float]
    data = [
        {"object": "embedding", "index": place, "embedding": write(vector)}
        for place, vector in enumerate(response.vectors)
    ]
    tokens = response.usage.input_tokens if response.usage is not None else 0
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    told = {"object": "list", "data": data, "model": context.model, "usage": usage}
    return EncodedRequest(body=dumps(told))


def _packed(vector: list[float]) -> str:
    values = array("f", vector)
    if sys.byteorder == "big":
        values.byteswap()
    return base64.b64encode(values.tobytes()).decode("ascii")


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider.

    Quirks: ``embedding_dimensions`` (``dimensions``: the name of that field), ``embedding_purposes`` (none:
    the provider's words for ``input_type`` by our purposes; what stands under ``""`` is said when the caller
    named no purpose), ``embedding_purpose_field`` (another name for ``input_type``), ``embedding_truncation``
    (none: the field that says whether to cut what is too long).
    """
    lost: Lost = {}
    extra = split_extra(request, "openai", lost)
    inputs = [one if isinstance(one, str) else list(one) for one in request.inputs]
    wire: JsonObject = {"model": request.model, "input": inputs}
    if request.dimensions is not None:
        wire[str(quirks.get("embedding_dimensions", "dimensions"))] = request.dimensions
    purposes: Mapping[str, str] = quirks.get("embedding_purposes", {})
    word = purposes.get(request.purpose or "")
    if word is not None:
        wire[str(quirks.get("embedding_purpose_field", "input_type"))] = word
    elif request.purpose is not None:
        lost["purpose"] = None
    truncation = quirks.get("embedding_truncation")
    if request.truncate is not None:
        if truncation is not None:
            wire[str(truncation)] = request.truncate
        else:
            lost["truncate"] = None
    if request.title is not None:
        lost["title"] = None
    if request.user is not None:
        wire["user"] = request.user
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read vectors in either form. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="The provider", field="data")
        raise _broken() from error
    answer.data.sort(key=lambda one: one.index or 0)
    return EmbeddingResponse(
        model=answer.model,
        vectors=tuple(_vector(one.embedding) for one in answer.data),
        usage=_usage(answer.usage),
    )


def _vector(value: list[float] | str) -> list[float]:
    if isinstance(value, list):
        return value
    try:
        values = array("f", base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError) as error:
        raise _broken() from error
    if sys.byteorder == "big":
        values.byteswap()
    return values.tolist()


def _broken() -> UpstreamBroken:
    return UpstreamBroken(provider="The provider", detail="its answer is no list of embeddings")


def _usage(value: dict[str, Any] | None) -> Usage | None:
    return whole.input_usage(value, "prompt_tokens", "total_tokens")


def read_answer(body: bytes) -> whole.Answer:
    """Return the usage of an answer that is passed on as it is; no end if it is none."""
    try:
        counted = msgspec.json.decode(body, type=_Counted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    return _usage(counted.usage), whole.DONE, 0

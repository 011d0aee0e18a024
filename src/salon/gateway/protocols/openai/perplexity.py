"""Perplexity's embeddings: asked for like OpenAI's, and answered with whole numbers of eight bits.

A vector comes as base64 of signed bytes whatever is asked; read as OpenAI's base64 it would be noise. The
numbers are brought into the range from -1 to 1, which changes no angle between two vectors.
https://docs.perplexity.ai/api-reference/embeddings-post (2026-11-21)
"""

import base64
import binascii
from array import array
from typing import Any

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import EmbeddingRequest, EmbeddingResponse
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps

_LARGEST = 127
_FORMS = {"encoding_format"}


class _Vector(msgspec.Struct):
    embedding: str
    index: int = 0


class _Answer(msgspec.Struct):
    data: list[_Vector]
    model: str | None = None
    usage: dict[str, Any] | None = None


def encode_request(request: EmbeddingRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for the provider. Raises: Unsupported for token numbers."""
    lost: Lost = {}
    extra = split_extra(request, "openai", lost)
    wire: JsonObject = {"model": request.model, "input": whole.texts_of(request)}
    if request.dimensions is not None:
        wire["dimensions"] = request.dimensions
    wire["encoding_format"] = "base64_int8"
    untold = ("purpose", "title", "truncate", "user")
    lost.update(dict.fromkeys(name for name in untold if getattr(request, name) is not None))
    kept = {name: value for name, value in extra.items() if name not in _FORMS}
    return EncodedRequest(body=dumps({**kept, **wire}), lost=tuple(lost))


def decode_response(body: bytes) -> EmbeddingResponse:
    """Read vectors. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
        vectors = [_vector(one.embedding) for one in sorted(answer.data, key=lambda one: one.index)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, binascii.Error) as error:
        whole.answer_object(body, provider="Perplexity", field="data")
        raise UpstreamBroken(provider="Perplexity", detail="its answer is no list of embeddings") from error
    usage = whole.input_usage(answer.usage, "total_tokens", "prompt_tokens")
    return EmbeddingResponse(model=answer.model, vectors=tuple(vectors), usage=usage)


def _vector(value: str) -> list[float]:
    return [number / _LARGEST for number in array("b", base64.b64decode(value, validate=True))]


PERPLEXITY_EMBEDDINGS = whole.spoken(
    name="perplexity-embeddings",
    operation="embeddings",
    title="Perplexity embeddings",
    encode_request=encode_request,
    decode_response=decode_response,
)
"""``POST /v1/embeddings`` of Perplexity."""

"""Gemini's countTokens, where it differs from generateContent: no answer is made.

It takes the contents alone, or a whole request in ``generateContentRequest``, whose system instruction and
tools then count too. Vertex takes them beside the contents.
"""

import contextlib
from collections.abc import Generator, Mapping
from typing import Final

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import Finish, ModelRequest, Response, Usage
from salon.gateway.protocols import counts
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.fields import field_value, join_fields, object_at, read_fields
from salon.gateway.protocols.gemini import request, request_writer
from salon.gateway.protocols.wire_json import dumps

_FIELD: Final = "totalTokens"
_WHOLE: Final = ("generateContentRequest", "generate_content_request")
_READ: Final = frozenset({"contents", "systemInstruction", "tools", "toolConfig", "generationConfig"})


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    fields = read_fields(body)
    with _named_inside(fields):
        envelope = request.read_envelope(_inside(fields) or body)
    envelope.fields = {name: raw for name, raw in fields.items() if name not in {"model", "stream"}}
    envelope.stream = False
    envelope.max_output_tokens = None
    return envelope


def _inside(fields: dict[str, msgspec.Raw], *, model: str | None = None) -> bytes | None:
    """Return the whole request that may stand in a body, for the model of the address, or for ``model``."""
    for name in _WHOLE:
        if name in fields:
            inner = read_fields(dumps(object_at(field_value(fields, name), name)))
            return join_fields(inner, {"model": model or fields["model"]})
    return None


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body; a whole request in it names the model once more."""
    inner = _inside(envelope.fields, model=f"models/{model}")
    if inner is None:
        return join_fields(envelope.fields, {})
    return b'{"%b":%b}' % (_WHOLE[0].encode(), inner)


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    inner = _inside(envelope.fields, model=envelope.model)
    with _named_inside(envelope.fields):
        whole = envelope if inner is None else request.read_envelope(inner)
        return request.decode_request(whole)


@contextlib.contextmanager
def _named_inside(fields: Mapping[str, msgspec.Raw]) -> Generator[None]:
    """Let errors of a whole request in a body name where in the body it stands."""
    outer = next((name for name in _WHOLE if name in fields), None)
    try:
        yield
    except InvalidRequest as error:
        if outer is None or error.param in _WHOLE:
            raise
        raise type(error)(**{**error.fields, "field": f"{outer}.{error.param}"}) from error


def encode_request(asked: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider's count. Raises: Unsupported."""
    wire, lost = counts.only(request_writer.encode_request(asked, quirks=quirks), _READ)
    whole = {"model": f"models/{asked.model}", **wire}
    return EncodedRequest(body=msgspec.json.encode({_WHOLE[0]: whole}), lost=lost)


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a count."""
    return counts.write_count(response, _FIELD)


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return that a count cost nothing, if ``body`` is one."""
    return counts.look_at_count(body, _FIELD)


def decode_response(body: bytes) -> Response:
    """Read a provider's count. Raises: UpstreamBroken."""
    return counts.decode_count(body, _FIELD)

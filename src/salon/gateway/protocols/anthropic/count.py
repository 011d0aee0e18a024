"""Anthropic's count of a request's tokens, where it differs from its messages: no answer is made."""

from typing import Final

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import Finish, ModelRequest, Response, Usage
from salon.gateway.protocols.anthropic import request
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.estimate import estimate_tokens
from salon.gateway.protocols.fields import join_fields
from salon.gateway.protocols.wire_json import dumps

_DONE: Final = Finish(reason="stop", raw="counted")


class _Count(msgspec.Struct):
    input_tokens: int


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = request.read_envelope(body, is_limited=False)
    envelope.stream = False
    envelope.max_output_tokens = 1
    return envelope


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model."""
    if model == envelope.model:
        return envelope.body
    return join_fields(envelope.fields, {"model": dumps(model)})


def decode_request(envelope: Envelope) -> ModelRequest:
    """Refuse: no other dialect has such a request. Raises: Unsupported."""
    raise Unsupported(field="model", problem="This provider does not count tokens.")


def own_answer(envelope: Envelope) -> Response:
    """Estimate the count. Raises: InvalidRequest naming the field."""
    counted = Usage(input_tokens=estimate_tokens(request.decode_request(envelope)), estimated=True)
    return Response(id=None, model=None, parts=(), finish=_DONE, usage=counted)


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a count."""
    tokens = response.usage.input_tokens if response.usage is not None else 0
    return EncodedRequest(body=dumps({"input_tokens": tokens}))


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return that a count cost nothing, if ``body`` is one."""
    try:
        msgspec.json.decode(body, type=_Count)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    return Usage(), _DONE, 0


def decode_response(body: bytes) -> Response:
    """Refuse an answer that is no count. Raises: UpstreamBroken."""
    raise UpstreamBroken(provider="Anthropic", detail="its answer is no count of tokens")

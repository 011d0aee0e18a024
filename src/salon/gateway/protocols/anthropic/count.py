"""Anthropic's count of a request's tokens, where it differs from its messages: no answer is made."""

from typing import Final

import msgspec

from salon.foundation.messages import Finish, ModelRequest, Response, Usage
from salon.gateway.protocols import counts
from salon.gateway.protocols.anthropic import request, request_writer
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.fields import join_fields

_FIELD: Final = "input_tokens"
_READ: Final = frozenset({"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config"})
"""What decides the count; the rest is refused at this address."""


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = request.read_envelope(body, is_limited=False)
    envelope.stream = False
    return envelope


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model."""
    if model == envelope.model:
        return envelope.body
    return join_fields(envelope.fields, {"model": model})


def encode_request(asked: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider's count. Raises: Unsupported."""
    wire, lost = counts.only(request_writer.encode_request(asked, quirks=quirks), _READ)
    return EncodedRequest(body=msgspec.json.encode(wire), lost=lost)


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a count."""
    return counts.write_count(response, _FIELD)


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return that a count cost nothing, if ``body`` is one."""
    return counts.look_at_count(body, _FIELD)


def decode_response(body: bytes) -> Response:
    """Read a provider's count. Raises: UpstreamBroken."""
    return counts.decode_count(body, _FIELD)

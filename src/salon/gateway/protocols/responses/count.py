"""OpenAI's count of a request's tokens, where it differs from its responses: no answer is made."""

from typing import Final

import msgspec

from salon.foundation.messages import Finish, ModelRequest, Response, Usage
from salon.gateway.protocols import counts
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.responses import request, request_writer

_FIELD: Final = "input_tokens"
_READ: Final = frozenset(
    {
        "model",
        "input",
        "instructions",
        "parallel_tool_calls",
        "reasoning",
        "text",
        "tool_choice",
        "tools",
        "truncation",
    }
)
"""What decides the count; the rest is refused at this address."""


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = request.read_envelope(body)
    envelope.stream = False
    envelope.lost = ()
    return envelope


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model; there is nothing to store."""
    return request.rewrite_request(envelope, model=model, stream=False, quirks={**quirks, "store": False})


def encode_request(asked: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider's count. Raises: Unsupported."""
    wire, lost = counts.only(request_writer.encode_request(asked, quirks=quirks), _READ)
    return EncodedRequest(body=msgspec.json.encode(wire), lost=lost)


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a count."""
    return counts.write_count(response, _FIELD, object="response.input_tokens")


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return that a count cost nothing, if ``body`` is one."""
    return counts.look_at_count(body, _FIELD)


def decode_response(body: bytes) -> Response:
    """Read a provider's count. Raises: UpstreamBroken."""
    return counts.decode_count(body, _FIELD)

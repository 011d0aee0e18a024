"""Compaction of a conversation: the model itself says in short what was said, and nothing is stored.

What it says is the one item of the answer. In a later request, to any model, that item stands for the
conversation it was made of.
"""

from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import Message, ModelRequest, Response, TextPart, ToolChoice, Usage
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope
from salon.gateway.protocols.responses import request
from salon.gateway.protocols.responses.compaction import write_compaction
from salon.gateway.protocols.responses.response import answer_id
from salon.gateway.protocols.responses.usage import write_usage
from salon.gateway.protocols.wire_json import dumps

_ASK: Final = (
    "Say in short what was said so far, so that you can go on from your words alone. Keep every fact,"
    " decision, name, number, file and open question, what was tried and what came of it, and what is to be"
    " done next. Write only that."
)


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = request.read_envelope(body)
    envelope.stream = False
    envelope.lost = ()
    return envelope


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the conversation and ask for it in short. Raises: InvalidRequest naming the field."""
    asked = request.decode_request(envelope)
    told = Message(role="user", parts=(TextPart(text=_ASK),))
    # Calls of the past are refused by some without their tools; none is to be called now.
    choice = ToolChoice(mode="none") if asked.tools else None
    return msgspec.structs.replace(
        asked, messages=(*asked.messages, told), tool_choice=choice, response_format=None
    )


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write the conversation in short. Raises: UpstreamBroken when the model said nothing."""
    if not response.text.strip():
        raise UpstreamBroken(provider="The provider", detail="it said nothing in short")
    mark = context.request_id.removeprefix("req_")
    whole: dict[str, Any] = {
        "id": answer_id(context),
        "object": "response.compaction",
        "created_at": context.created_at_s,
        "output": [write_compaction(f"cmp_{mark}", response.text)],
        "usage": write_usage(response.usage or Usage()),
    }
    return EncodedRequest(body=dumps(whole))

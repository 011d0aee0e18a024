"""Asks another model what was asked before: the kept request, through the gateway, as whoever replays it."""

from typing import Any, Protocol, cast

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.kept_reply import KeptReply
from salon.gateway.payloads.models import Payload
from salon.gateway.protocols.base import DialectName


class Serves(Protocol):
    """The gateway."""

    async def serve(self, call: ServedCall, reply: Reply) -> None:
        """Answer one call."""
        ...


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What the other model answered."""

    status: int
    headers: dict[str, str]
    body: Any
    """JSON in the dialect of the kept request."""


async def replay(
    gateway: Serves, payload: Payload, *, model: str, identity: KeyIdentity, clock: Clock
) -> Replayed:
    """Send the kept request to ``model``, without streaming. It is a request of its own, counted and paid.

    Raises: InvalidRequest when the request is not whole.
    """
    call = ServedCall(
        dialect=cast("DialectName", payload.dialect),
        identity=identity,
        headers={b"content-type": b"application/json"},
        body=_request(payload, model),
        received_at_s=clock.monotonic_s(),
    )
    reply = KeptReply()
    await gateway.serve(call, reply)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reply.headers}
    try:
        body = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        body = bytes(reply.body).decode("utf-8", "replace")
    return Replayed(status=reply.status, headers=headers, body=body)


def _request(payload: Payload, model: str) -> bytes:
    """Return the kept request with another model's name in it."""
    try:
        kept = msgspec.json.decode(payload.request or "")
    except msgspec.DecodeError:
        kept = None
    if not isinstance(kept, dict) or "not_kept" in kept:
        problem = "The kept request is not whole, so it cannot be sent again."
        raise InvalidRequest(field="payload_id", problem=problem)
    return msgspec.json.encode({**cast("dict[str, Any]", kept), "model": model, "stream": False})

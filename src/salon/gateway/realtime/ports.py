"""What a door hands to the relay: who wants a session, and the socket it is to run on."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.gateway.protocols.wire_json import JsonObject


class ClientLeft(Exception):
    """The caller closed its socket, or was cut off."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        """The code the caller sent; 1005 when it sent none, 1006 when it was cut off."""
        self.reason = reason


class ClientSocket(Protocol):
    """The caller's side of a session."""

    async def receive(self) -> str | bytes:
        """Return the next message. Raises: ClientLeft."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Send a message once there is room. Raises: ClientLeft."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; nothing happens when the caller has left. Never raises but cancellation."""
        ...


class SessionCall(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants a session, and with which model."""

    identity: KeyIdentity
    """Who it was at the opening."""
    renew: Callable[[], KeyIdentity] | None = None
    """Finds who it is now, with the limits and budgets of now. Raises: NotSignedIn, NotAllowed."""
    headers: Mapping[bytes, bytes]
    """Lower-case names."""
    model: str
    """As the caller named it."""
    settings: JsonObject | None = None
    """What a client secret was made with; the session begins so."""
    is_beta: bool = False
    """The caller speaks the form before the first release."""

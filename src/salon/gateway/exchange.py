"""What a door hands to the gateway: one call to serve, and the reply it goes to.

Both doors (below ASGI, and ASGI) implement ``Reply``; the gateway knows neither of them. All of
``Reply`` is synchronous: a stream is relayed from the upstream socket's callback straight into the
caller's transport, without a task switch per event.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import SalonError
from salon.gateway.protocols.base import DialectName

Headers = list[tuple[bytes, bytes]]


class ServedCall(msgspec.Struct, frozen=True):
    """One request of a caller, authenticated and read whole."""

    dialect: DialectName
    identity: KeyIdentity
    headers: Mapping[bytes, bytes]
    """Lower-case names; a repeated header keeps its last value."""
    body: bytes
    received_at_s: float
    """Monotonic seconds when the request's head was complete."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call that another part of the house made: the words of a door, kept."""

    request_id: str
    """Its row in the ledger."""
    status: int
    body: bytes
    """In the caller's dialect, also when it is an error."""
    error: SalonError | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int


class Reply(Protocol):
    """One HTTP response to one caller."""

    started: bool
    """The head has been sent; from here nothing may be retried."""
    closed: bool
    """The caller left, or the response is complete."""
    writable: bool
    """False while the transport's buffer is above its high-water mark."""

    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Send the head. Without ``content_length`` the body is chunked."""
        ...

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole response: ``start`` with its length, ``write`` and ``finish`` in one."""
        ...

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Do as ``send`` with headers that are rendered: each line ended, no value that could break one."""
        ...

    def write(self, data: bytes) -> None:
        """Send part of the body; never blocks. Ignored once ``closed``."""
        ...

    def finish(self) -> None:
        """End the body."""
        ...

    def abort(self) -> None:
        """Cut the connection: the only honest end when a started body cannot be completed."""
        ...

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once if the caller leaves before ``finish``."""
        ...

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Call ``callback`` with the new value whenever ``writable`` changes."""
        ...


def header_value(text: str) -> bytes:
    """Return text of others' choosing so that it can only ever be one header's value."""
    shown = text if text.isprintable() else "".join([_shown(one) for one in text])
    return shown.encode("ascii", "backslashreplace")


def _shown(one: str) -> str:
    return one if one.isprintable() else repr(one)[1:-1]


def headers_of(lines: bytes) -> Headers:
    """Return rendered header lines as pairs."""
    pairs = [line.partition(b": ") for line in lines.split(b"\r\n") if line]
    return [(name, value) for name, _, value in pairs]

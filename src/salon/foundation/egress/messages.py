"""HTTP requests that go out and what comes back."""

from typing import Final, Protocol

import msgspec

from salon.foundation.egress.errors import EgressError, EgressRefused
from salon.foundation.egress.url import Url

Headers = list[tuple[bytes, bytes]]

IDEMPOTENT: Final = frozenset({b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"})
LENGTH: Final = b"%bcontent-length: %d\r\n\r\n"
"""How a head ends that begins with a prefix."""


class HttpRequest(msgspec.Struct, frozen=True):
    """One request, whole."""

    url: Url
    target: bytes = b"/"
    """Path and query as they go on the wire."""
    method: bytes = b"POST"
    headers: Headers = []
    """Neither ``Host``, ``Content-Length``, ``Connection`` nor ``Transfer-Encoding``: those are ours.
    ``Accept-Encoding: identity`` is sent unless another value is given; nothing is decompressed."""
    body: bytes = b""
    replayable: bool = False
    """The request may be sent twice without harm, whatever its method says."""
    prefix: bytes = b""
    """What ``head_prefix`` returned for a request of the same method, target and headers."""

    def head(self) -> bytes:
        """Return the request line and headers. Raises: EgressRefused for bytes that would split them."""
        if self.prefix:
            return LENGTH % (self.prefix, len(self.body))
        method, headers, body = self.method, self.headers, self.body
        lines = [method + b" " + self.target + b" HTTP/1.1", b"host: " + self.url.authority.encode("ascii")]
        has_encoding = False
        for name, value in headers:
            if name == b"accept-encoding":
                has_encoding = True
            lines.append(name + b": " + value)
        if not has_encoding:
            lines.append(b"accept-encoding: identity")
        if body or method not in IDEMPOTENT:
            lines.append(b"content-length: %d" % len(body))
        head = b"\r\n".join(lines) + b"\r\n\r\n"
        breaks = len(lines) + 1
        if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head or b" " in self.target:
            raise EgressRefused(host=self.url.host, detail="a header or the path holds a line break")
        return head

    def head_prefix(self) -> bytes:
        """Return what every request like this one, with any body, begins with.

        Raises: EgressRefused like ``head``.
        """
        return self.head().rpartition(b"content-length: ")[0]


class HttpReceiver(Protocol):
    """Takes one answer, straight from the socket's callback; must not block.

    ``on_head``, any number of ``on_data``, then exactly one of ``on_end`` and ``on_error``. Nothing is
    called after ``HttpStream.abort``. An exception that escapes ends the stream with ``EgressBroken``.
    """

    def on_head(self, status: int, headers: Headers) -> None:
        """Take the status and headers (names in lower case)."""
        ...

    def on_data(self, data: bytes) -> None:
        """Take part of the body."""
        ...

    def on_end(self) -> None:
        """Take the end of a complete answer."""
        ...

    def on_error(self, error: EgressError) -> None:
        """Take the reason why the answer will never be complete."""
        ...


class HttpResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, whole."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """Return the first header called ``name`` (lower case)."""
        return next((value for key, value in self.headers if key == name), None)

"""The reply of the hot door: bytes straight into the transport.

It also is the ``cycle`` of uvicorn's protocol while it is under way: the base class reads the
attributes from ``disconnected`` on to queue pipelined requests, to shut down
gracefully and to tell a request that its client has left.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Final

import msgspec

from salon.gateway.exchange import Headers, headers_of
from salon.surfaces.api.door import Door

_JOIN_BELOW_BYTES: Final = 64 * 1024
_DROP_CONTROLS: Final = bytes(range(32)) + b"\x7f"


def _render(headers: Headers) -> bytes:
    """Return header lines; a value can never begin a line of its own."""
    lines = b"\r\n".join([b": ".join(header) for header in headers])
    breaks = len(headers) - 1
    if lines.count(b"\n") == breaks == lines.count(b"\r"):
        return lines + b"\r\n"
    if not headers:
        return b""
    drop = _DROP_CONTROLS
    return _render([(name.translate(None, drop), value.translate(None, drop)) for name, value in headers])


class _NobodyWaits:
    def set(self) -> None:
        """Do nothing: no coroutine waits for this cycle's messages."""


class HotReply(msgspec.Struct, eq=False):
    """One response, written by the gateway from its upstream's callbacks."""

    message_event: ClassVar = _NobodyWaits()

    _door: Door
    _transport: asyncio.Transport
    _on_complete: Callable[[], None]
    _default_headers: list[tuple[bytes, bytes]]
    _extra: Headers
    keep_alive: bool
    started: bool = False
    closed: bool = False
    writable: bool = True
    _head: bytes = b""
    _left_bytes: int = -1
    """-1: chunked."""
    _close_callbacks: list[Callable[[], None]] | None = None
    _writable_callbacks: list[Callable[[bool], None]] | None = None
    disconnected: bool = False
    response_complete: bool = False
    more_body: bool = True
    body: bytearray = msgspec.field(default_factory=bytearray)

    # -- for the gateway --------------------------------------------------------------------------
    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Send the head; with a length it waits for the first part of the body, to leave with it."""
        if self.closed:
            return
        if self.started:
            raise RuntimeError("the head was already sent")
        self.started = True
        if self._extra:
            headers = [*headers, *self._extra]
        lines = _render(headers)
        if not self.keep_alive:
            lines += b"connection: close\r\n"
        prefix = self._door.prefix(status, self._default_headers)
        if content_length is None:
            self._transport.write(b"%b%btransfer-encoding: chunked\r\n\r\n" % (prefix, lines))
            return
        self._left_bytes = content_length
        self._head = b"%b%bcontent-length: %d\r\n\r\n" % (prefix, lines, content_length)

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole response."""
        self.send_lines(status, _render(headers), body)

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Send a whole response: one write where it is small and plain."""
        if self.closed:
            return
        size = len(body)
        if self.started or self._extra or not self.keep_alive or not 0 < size < _JOIN_BELOW_BYTES:
            self.start(status, headers_of(lines), content_length=size)
            self.write(body)
            self.finish()
            return
        self.started = self.closed = self.response_complete = True
        self._close_callbacks = None
        prefix = self._door.prefix(status, self._default_headers)
        self._transport.write(b"%b%bcontent-length: %d\r\n\r\n%b" % (prefix, lines, size, body))
        self._on_complete()

    def write(self, data: bytes) -> None:
        """Send part of the body."""
        if self.closed or not data:
            return
        if self._left_bytes < 0:
            size = len(data)
            if size < _JOIN_BELOW_BYTES:
                self._transport.write(b"%x\r\n%b\r\n" % (size, data))
            else:
                self._transport.writelines((b"%x\r\n" % size, data, b"\r\n"))
            return
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            self.abort()
            raise RuntimeError("the body is longer than its declared length")
        head = self._head
        if not head:
            self._transport.write(data)
            return
        self._head = b""
        if len(data) < _JOIN_BELOW_BYTES:
            self._transport.write(head + data)
        else:
            self._transport.writelines((head, data))

    def finish(self) -> None:
        """End the body; a body shorter than declared is cut instead."""
        if self.closed:
            return
        if self._left_bytes > 0 or not self.started:
            self.abort()
            return
        if self._left_bytes < 0:
            self._transport.write(b"0\r\n\r\n")
        elif self._head:
            self._transport.write(self._head)
        self._end()
        if not self.keep_alive:
            self._transport.close()
        self._on_complete()

    def abort(self) -> None:
        """Cut the connection."""
        if self.closed:
            return
        self._end()
        self._transport.abort()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once if the caller leaves before ``finish``."""
        if self.disconnected:
            callback()
        elif not self.closed:
            if self._close_callbacks is None:
                self._close_callbacks = [callback]
            else:
                self._close_callbacks.append(callback)

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Call ``callback`` whenever ``writable`` changes."""
        if self._writable_callbacks is None:
            self._writable_callbacks = []
        self._writable_callbacks.append(callback)

    # -- for the protocol -------------------------------------------------------------------------
    @property
    def response_started(self) -> bool:
        """Tell whether the head has been sent, by the name that the base of the protocol asks for."""
        return self.started

    def leave(self) -> None:
        """Hear that the caller has left."""
        if self.closed:
            return
        self.disconnected = True
        callbacks = self._close_callbacks
        self._end()
        for callback in callbacks or ():
            callback()

    def set_writable(self, writable: bool) -> None:
        """Hear that the transport's buffer crossed a mark."""
        if self.closed or self.writable is writable:
            return
        self.writable = writable
        for callback in self._writable_callbacks or ():
            callback(writable)

    def _end(self) -> None:
        self.closed = self.response_complete = True
        self._close_callbacks = None

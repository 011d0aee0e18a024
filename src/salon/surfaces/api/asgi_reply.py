"""The reply of the ASGI door: the same synchronous face, queued and sent by the request's own task."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from salon.gateway.exchange import Headers, headers_of

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HIGH_WATER_BYTES: Final = 64 * 1024
LOW_WATER_BYTES: Final = 16 * 1024


class ClientCut(Exception):
    """Nobody is left to answer, or the answer was aborted.

    The application returns without completing the response, which makes the server cut the connection.
    """


class AsgiReply:
    """One response over ASGI ``send``."""

    def __init__(self, *, extra: Headers) -> None:
        self.started = False
        self.closed = False
        self.writable = True
        self.is_pumped = False
        """The row's own handler sends what is queued."""
        self._extra = extra
        self._queue: deque[Message] = deque()
        self._queued_bytes = 0
        self._left_bytes: int | None = None
        self._wake = asyncio.Event()
        self._ended = False
        self._aborted = False
        self._disconnected = False
        self._close_callbacks: list[Callable[[], None]] = []
        self._writable_callbacks: list[Callable[[bool], None]] = []

    # -- for the gateway --------------------------------------------------------------------------
    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Queue the head."""
        if self.closed:
            return
        if self.started:
            raise RuntimeError("the head was already sent")
        self.started = True
        self._left_bytes = content_length
        sent = [(name, value.replace(b"\r", b"").replace(b"\n", b"")) for name, value in headers]
        if content_length is not None:
            sent.append((b"content-length", b"%d" % content_length))
        sent += [(b"x-content-type-options", b"nosniff"), *self._extra]
        self._put({"type": "http.response.start", "status": status, "headers": sent}, 0)

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Queue a whole response."""
        self.start(status, headers, content_length=len(body))
        self.write(body)
        self.finish()

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Queue a whole response."""
        self.send(status, headers_of(lines), body)

    def write(self, data: bytes) -> None:
        """Queue part of the body."""
        if self.closed or not data:
            return
        if self._left_bytes is not None:
            self._left_bytes -= len(data)
            if self._left_bytes < 0:
                self.abort()
                raise RuntimeError("the body is longer than its declared length")
        self._put({"type": "http.response.body", "body": data, "more_body": True}, len(data))

    def finish(self) -> None:
        """Queue the end; a body shorter than declared is cut instead."""
        if self.closed:
            return
        if self._left_bytes or not self.started:
            self.abort()
            return
        self.closed = self._ended = True
        self._put({"type": "http.response.body", "body": b"", "more_body": False}, 0)

    def abort(self) -> None:
        """Cut the connection."""
        if not self.closed:
            self.closed = self._ended = self._aborted = True
            self._wake.set()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once if the caller leaves before ``finish``."""
        if self._disconnected:
            callback()
        elif not self.closed:
            self._close_callbacks.append(callback)

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Call ``callback`` whenever ``writable`` changes."""
        self._writable_callbacks.append(callback)

    # -- for the door -----------------------------------------------------------------------------
    async def pump(self, send: Send) -> None:
        """Send what is queued until the end. Raises: ClientCut after ``abort``."""
        while True:
            await self.flush(send)
            if self._aborted:
                raise ClientCut
            if self._ended:
                return
            self._wake.clear()
            await self._wake.wait()

    async def flush(self, send: Send) -> None:
        """Send what is queued now, as fast as the client takes it."""
        while self._queue:
            message = self._queue.popleft()
            self._queued_bytes -= len(message.get("body", b""))
            await send(message)
            if not self.writable and self._queued_bytes <= LOW_WATER_BYTES:
                self._set_writable(True)

    def leave(self) -> None:
        """Hear that the caller has left."""
        if self.closed:
            return
        self.closed = self._ended = self._disconnected = True
        self._queue.clear()
        self._wake.set()
        callbacks, self._close_callbacks = self._close_callbacks, []
        for callback in callbacks:
            callback()

    def _put(self, message: Message, size: int) -> None:
        self._queue.append(message)
        self._queued_bytes += size
        self._wake.set()
        if self.writable and self._queued_bytes > HIGH_WATER_BYTES:
            self._set_writable(False)

    def _set_writable(self, writable: bool) -> None:
        self.writable = writable
        if not self.closed:
            for callback in self._writable_callbacks:
                callback(writable)


async def watch_client(receive: Receive, reply: AsgiReply) -> None:
    """Tell ``reply`` when the client leaves; a server says so only to those who ask."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reply.leave()

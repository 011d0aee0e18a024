"""One accepted connection: HTTP/1.1 read with httptools, answered in order, one request at a time."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Coroutine
from typing import Any, Protocol

import httptools

from salon.testing.fake_provider.journal import Exchange, Journal

_MAX_WAIT_S = 3600.0


class CallerGoneError(Exception):
    """The other side closed the connection."""


class Handler(Protocol):
    """Who answers requests; spawns its own tasks."""

    journal: Journal

    def spawn(self, coro: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Run a coroutine as a supervised task."""
        ...

    async def answer(self, connection: "Connection", exchange: Exchange) -> None:
        """Answer one request on ``connection``."""
        ...


class Connection(asyncio.Protocol):
    """Reads requests, hands them to the handler, and lets it write well or badly."""

    def __init__(self, handler: Handler, live: "set[Connection]") -> None:
        self._handler = handler
        self._live = live
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Exchange] = deque()
        self._task: asyncio.Task[None] | None = None
        self._exchange: Exchange | None = None
        self._drained = asyncio.Event()
        self._drained.set()
        self._gone = asyncio.Event()
        self._number = 0
        self._upgraded: asyncio.Queue[bytes] | None = None
        """What comes after a request that offered another protocol."""

    # -- asyncio.Protocol -------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport and turn Nagle off."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._live.add(self)
        journal = self._handler.journal
        journal.counts["connections"] += 1
        journal.open_sockets += 1
        self._number = journal.counts["connections"]

    def data_received(self, data: bytes) -> None:
        """Feed the parser; bytes that are no HTTP end the connection."""
        if self._upgraded is not None:
            self._upgraded.put_nowait(data)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._upgraded = asyncio.Queue()
            if data[offer.args[0] :]:
                self._upgraded.put_nowait(data[offer.args[0] :])
        except httptools.HttpParserError:
            self._transport.close()

    def eof_received(self) -> bool:
        """Treat the caller's half-close as leaving."""
        self._leave()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Let a waiting answer know that nobody listens."""
        self._live.discard(self)
        self._handler.journal.open_sockets -= 1
        self._leave()

    def pause_writing(self) -> None:
        """Hold the answer back while the caller reads slowly."""
        self._drained.clear()

    def resume_writing(self) -> None:
        """Let the answer go on."""
        self._drained.set()

    def _leave(self) -> None:
        self._gone.set()
        self._drained.set()
        if self._upgraded is not None:
            self._upgraded.put_nowait(b"")
        if self._exchange is not None:
            self._handler.journal.end(self._exchange, "caller-left", self._now())

    # -- httptools --------------------------------------------------------------------------------
    def on_message_begin(self) -> None:
        """Begin a request."""
        self._target, self._body = b"", bytearray()
        self._headers: list[tuple[str, str]] = []

    def on_url(self, url: bytes) -> None:
        """Take part of the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Allow a caller that asked first to send its body."""
        if any(key == "expect" for key, _ in self._headers):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Take part of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Queue the request behind those before it."""
        self._waiting.append(
            Exchange(
                number=0,
                method=self._parser.get_method().decode(),
                target=self._target.decode("latin-1"),
                headers=self._headers,
                body=bytes(self._body),
                started_s=self._now(),
                connection=self._number,
            )
        )
        if self._task is None:
            self._task = self._handler.spawn(self._answer_all(), name="fake-provider")

    async def _answer_all(self) -> None:
        try:
            while self._waiting and not self._gone.is_set():
                self._exchange = self._waiting.popleft()
                await self._handler.answer(self, self._exchange)
        except CallerGoneError:
            return
        finally:
            self._exchange = None
            self._task = None

    # -- for the handler --------------------------------------------------------------------------
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def gone(self) -> bool:
        """Whether the other side left."""
        return self._gone.is_set()

    async def write(self, data: bytes) -> None:
        """Write, then wait while the caller reads slowly. Raises: CallerGoneError."""
        if self._gone.is_set() or self._transport.is_closing():
            raise CallerGoneError
        self._transport.write(data)
        if not self._drained.is_set():
            await asyncio.wait_for(self._drained.wait(), _MAX_WAIT_S)

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than the caller stays. Raises: CallerGoneError."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self._gone.wait(), seconds)
            except TimeoutError:
                return
        elif seconds == 0:
            await asyncio.sleep(0)
        if self._gone.is_set():
            raise CallerGoneError

    async def read(self) -> bytes:
        """Return the next bytes of an upgraded connection. Raises: CallerGoneError."""
        assert self._upgraded is not None
        data = await self._upgraded.get()
        if not data:
            raise CallerGoneError
        return data

    async def stall(self) -> None:
        """Say nothing more until the caller leaves. Raises: CallerGoneError."""
        await self.pause(_MAX_WAIT_S)

    def reset(self) -> None:
        """End the connection with RST."""
        raw = self._transport.get_extra_info("socket")
        if raw is not None and raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def close(self) -> None:
        """End the connection with FIN, once what was written is sent."""
        self._transport.close()

    def half_close(self) -> None:
        """Send FIN but go on reading, where the transport can (plain TCP)."""
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

"""How an answer goes onto a connection: the head, the framing, the pace, and the faults of transport."""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from salon.testing.fake_provider.connection import CallerGoneError, Connection
from salon.testing.fake_provider.frames import Frame
from salon.testing.fake_provider.journal import Exchange
from salon.testing.fake_provider.plan import Plan, Point

Headers = list[tuple[bytes, bytes]]
_END_CHUNK = b"0\r\n\r\n"


class CutShortError(Exception):
    """The plan ended the answer early; the connection is gone or useless."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Status and headers of an answer."""

    status: int
    content_type: bytes
    headers: Headers = []

    def encode(self, framing: bytes) -> bytes:
        """Write the head; ``framing`` is the header that says where the body ends."""
        try:
            reason = HTTPStatus(self.status).phrase.encode()
        except ValueError:
            reason = b"Fake"
        lines = [b"HTTP/1.1 %d %s" % (self.status, reason), b"content-type: " + self.content_type]
        lines += [name + b": " + value for name, value in self.headers]
        return b"\r\n".join([*lines, framing, b"", b""])


class Player:
    """Plays one answer onto one connection, as its plan says."""

    def __init__(self, connection: Connection, exchange: Exchange) -> None:
        self._connection = connection
        self._exchange = exchange
        self._plan: Plan = exchange.plan

    async def plain(self, head: Head, body: bytes, *, tokens: int = 0) -> None:
        """Send a body whole. Raises: CutShortError, CallerGoneError."""
        if self._plan.fault("bad-json"):
            body = body[: len(body) // 2]
        chunked = self._plan.at("stall", "after-last") or self._plan.fault("bad-chunk")
        if chunked:
            await self.stream(head, [Frame(data=body, tokens=tokens)])
            return
        length = len(body) * 2 if self._plan.fault("truncated") else len(body)
        await self._head(head, b"content-length: %d" % length)
        await self._connection.pause(self._plan.delay_s or -1)
        middle = len(body) // 2
        await self._raw(body[:middle])
        await self._misbehave("mid-stream")
        self._exchange.tokens_sent += tokens
        await self._raw(body[middle:])
        if self._plan.fault("truncated"):
            await self._cut("close")
        await self._misbehave("after-last")

    async def stream(self, head: Head, frames: Sequence[Frame]) -> None:
        """Send a stream of frames at the plan's rate. Raises: CutShortError, CallerGoneError."""
        unframed = self._plan.fault("truncated")
        await self._head(head, b"content-length: 10000000" if unframed else b"transfer-encoding: chunked")
        await self._connection.pause(self._plan.delay_s or -1)
        middle = max(1, len(frames) // 2)
        for index, frame in enumerate(frames):
            if index == middle or len(frames) == 1:
                await self._misbehave("mid-stream")
            if frame.tokens and self._plan.rate:
                await self._connection.pause(frame.tokens / self._plan.rate)
            await self._frame(frame, chunked=not unframed)
        await self._misbehave("after-last")
        if unframed:
            await self._cut("close")
        await self._connection.write(_END_CHUNK)

    async def _frame(self, frame: Frame, *, chunked: bool) -> None:
        if self._connection.gone:
            raise CallerGoneError
        # Counted before the write: a caller in another thread may look as soon as it has the bytes.
        self._exchange.events_sent += 1
        self._exchange.tokens_sent += frame.tokens
        self._exchange.bytes_sent += len(frame.data)
        split = self._plan.fault("split")
        size = split.size if split else max(1, len(frame.data))
        for start in range(0, len(frame.data), size):
            part = frame.data[start : start + size]
            await self._connection.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            if split:
                await self._connection.pause(0)

    async def _raw(self, data: bytes) -> None:
        split = self._plan.fault("split")
        size = split.size if split else max(1, len(data))
        for start in range(0, len(data), size):
            await self._connection.write(data[start : start + size])
            if split:
                await self._connection.pause(0)
        self._exchange.bytes_sent += len(data)

    async def _head(self, head: Head, framing: bytes) -> None:
        self._exchange.status = head.status
        await self._misbehave("before-headers")
        if self._plan.fault("garbage"):
            await self._connection.write(b"\x00\x01 this is no HTTP \xff\r\n\r\n")
            await self._cut("close")
        encoded = head.encode(framing)
        slow = self._plan.fault("slow-headers")
        if slow:
            for byte in encoded:
                await self._connection.write(bytes([byte]))
                await self._connection.pause(slow.delay_s / len(encoded))
        else:
            await self._connection.write(encoded)
        await self._misbehave("after-headers")

    async def _misbehave(self, point: Point) -> None:
        plan = self._plan
        if plan.at("stall", point):
            await self._connection.stall()
        if plan.at("reset", point):
            await self._cut("reset")
        if plan.at("close", point):
            await self._cut("close")
        if point == "mid-stream" and plan.fault("half-close"):
            self._connection.half_close()
            await self._connection.stall()
        if point == "mid-stream" and plan.fault("bad-chunk"):
            await self._connection.write(b"zz\r\nno chunk\r\n")
            await self._cut("close")

    async def _cut(self, how: str) -> None:
        # A breath first: RST discards what the peer has not read yet, and the bytes before it count.
        await self._connection.pause(0.005)
        if how == "reset":
            self._connection.reset()
        else:
            self._connection.close()
        raise CutShortError

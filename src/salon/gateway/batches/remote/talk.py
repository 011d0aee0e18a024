"""Talking with a provider about its batches: whole answers, and files line by line."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from salon.foundation.egress import EgressError, EgressTimeout, Headers, HttpRequest
from salon.foundation.kit.errors import (
    UpstreamBroken,
    UpstreamError,
    UpstreamForbidden,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from salon.gateway.protocols.classify import http_error
from salon.gateway.providers.base import StreamHandle
from salon.gateway.registry.target import Link
from salon.gateway.relay.attempt import blot_out, translate

_CONNECT_S: Final = 20.0
_QUIET_S: Final = 60.0
"""How long an answer may say nothing."""
_MOST_BYTES: Final = 16 * 1024**2
"""Of an answer that is taken whole."""
_AHEAD_BYTES: Final = 1024**2
"""Of an answer that is read ahead of its reader."""
_MOST_LINE_BYTES: Final = 64 * 1024**2


class _Incoming:
    """Takes an answer, and lets no more of it in than is read."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.stream: StreamHandle | None = None
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self._is_over = False
        self._error: EgressError | None = None

    def on_head(self, status: int, headers: Headers) -> None:
        """Take the head."""
        self.status, self.headers = status, headers
        self._news.set()

    def on_data(self, data: bytes) -> None:
        """Take part of the body."""
        self._chunks.append(data)
        self._size += len(data)
        if self._size > _AHEAD_BYTES and self.stream is not None:
            self.stream.pause()
        self._news.set()

    def on_end(self) -> None:
        """Take the end."""
        self._is_over = True
        self._news.set()

    def on_error(self, error: EgressError) -> None:
        """Take the reason why there will be no end."""
        self._error = error
        self._news.set()

    async def head(self) -> None:
        """Return once the head has come. Raises: EgressError."""
        while not self.status:
            await self._wait()

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes. Raises: EgressError."""
        while True:
            while self._chunks:
                chunk = self._chunks.popleft()
                self._size -= len(chunk)
                yield chunk
            if self._is_over:
                return
            if self.stream is not None:
                self.stream.resume()
            await self._wait()

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        try:
            async with asyncio.timeout(_QUIET_S):
                await self._news.wait()
        except TimeoutError as error:
            raise EgressTimeout(host="", phase="idle", limit_s=_QUIET_S) from error
        self._news.clear()


class Talk:
    """Requests to one provider about its batches."""

    def __init__(self, link: Link) -> None:
        self.link = link
        assert link.batches is not None
        self.way = link.batches

    async def ask(self, request: HttpRequest) -> dict[str, object]:
        """Return an answer that is a JSON object. Raises: UpstreamError."""
        body = bytearray()
        async for chunk in self.read(request):
            body += chunk
            if len(body) > _MOST_BYTES:
                raise UpstreamBroken(provider=self.link.name, detail="its answer is too long")
        try:
            return msgspec.json.decode(bytes(body), type=dict[str, object])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UpstreamBroken(provider=self.link.name, detail="its answer is no JSON object") from error

    async def lines(self, request: HttpRequest) -> AsyncIterator[bytes]:
        """Yield the lines of an answer that are not empty. Raises: UpstreamError."""
        rest = bytearray()
        async for chunk in self.read(request):
            rest += chunk
            if b"\n" in chunk:
                *whole, last = bytes(rest).split(b"\n")
                rest = bytearray(last)
                for line in whole:
                    if line.strip():
                        yield line
            if len(rest) > _MOST_LINE_BYTES:
                raise UpstreamBroken(provider=self.link.name, detail="a line of its answer is too long")
        if rest.strip():
            yield bytes(rest)

    async def read(self, request: HttpRequest) -> AsyncIterator[bytes]:
        """Yield the body of a good answer as it comes. Raises: UpstreamError."""
        incoming = _Incoming()
        try:
            incoming.stream = await self.link.transport.open(
                request, incoming, connect_timeout_s=_CONNECT_S, policy=self.link.policy
            )
            await incoming.head()
            if not 200 <= incoming.status < 300:
                raise self._failure(incoming, b"".join([chunk async for chunk in incoming.body()]))
            async for chunk in incoming.body():
                yield chunk
        except EgressError as error:
            raise self._told(translate(error, self.link.name)) from error
        finally:
            if incoming.stream is not None:
                incoming.stream.abort()

    def _failure(self, incoming: _Incoming, body: bytes) -> UpstreamError:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in incoming.headers}
        return self._told(http_error(incoming.status, headers, body, provider=self.link.name))

    def _told(self, error: UpstreamError) -> UpstreamError:
        for secret in self.link.secrets():
            blot_out(error, secret)
        return error


def http_status(error: UpstreamError) -> int | None:
    """Return the status a provider answered with, if it did."""
    status = error.fields.get("upstream_status")
    return status if isinstance(status, int) else None


def was_not_done(error: UpstreamError) -> bool:
    """Tell whether what was asked was surely not done; else it may have been, unheard."""
    if isinstance(error, UpstreamUnreachable | UpstreamForbidden):
        return True
    if isinstance(error, UpstreamTimeout):
        return error.fields.get("phase") in {"connect", "pool"}
    return 400 <= (http_status(error) or 0) < 500


def is_refusal(error: UpstreamError) -> bool:
    """Tell whether asking again would be answered no as well."""
    return was_not_done(error) and not error.retryable


def without_stream(body: bytes) -> bytes:
    """Return a request without its word on streaming, which batches do not take."""
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return body if fields.pop("stream", None) is None else msgspec.json.encode(fields)

"""One HTTP/1.1 connection to a peer, one request at a time, kept alive between them."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, cast

import httptools
import msgspec

from salon.foundation.egress.errors import EgressBroken, EgressError
from salon.foundation.egress.messages import LENGTH, Headers, HttpReceiver, HttpRequest

MAX_HEAD_BYTES: Final = 64 * 1024
MAX_HEADERS: Final = 200
_JOIN_BELOW_BYTES: Final = 64 * 1024
_WHOLE: Final = LENGTH + b"%b"
_LENGTHS: Final = (b"content-length", b"transfer-encoding")
_NO_BODY_STATUSES: Final = frozenset({204, 304})

_logger = logging.getLogger(__name__)


class HttpStream(msgspec.Struct, eq=False):
    """One request under way. Not thread-safe."""

    request: HttpRequest
    receiver: HttpReceiver
    reused: bool = False
    """The connection had served another request before."""
    _connection: "Connection | None" = None
    received_any: bool = False
    """At least one byte of the answer arrived."""
    done: bool = False
    """The answer is complete, broken or aborted."""
    wait_s: float = 0.0
    """How long it took to get a connection."""
    paused: bool = False
    """Whoever sends it must not read its answer yet."""

    def attach(self, connection: "Connection") -> None:
        """Go on with another connection. Only the client calls this."""
        self._connection = connection
        self.reused = connection.served > 0

    def detach(self) -> None:
        """Forget the connection. Only the client and the connection call this."""
        self._connection = None

    def abort(self) -> None:
        """Close the connection; the receiver hears nothing more."""
        if self.done:
            return
        self.done = True
        if self._connection is not None:
            self._connection.abort()
            self._connection = None

    def pause(self) -> None:
        """Stop reading the answer, so that the peer feels it. Idempotent."""
        self.paused = True
        if self._connection is not None:
            self._connection.pause()

    def resume(self) -> None:
        """Read the answer again. Idempotent."""
        self.paused = False
        if self._connection is not None:
            self._connection.resume()


class Connection(asyncio.Protocol):
    """Parses answers and calls the receiver of the stream under way, without a task in between."""

    __slots__ = (
        "_head_bytes", "_headers", "_in_body", "_is_paused", "_lost", "_max_body_bytes", "_on_idle",
        "_on_lost", "_parser", "_reusable", "_stream", "_transport", "_until_close", "body_bytes",
        "idle_since_s", "served",
    )  # fmt: skip

    def __init__(
        self,
        *,
        on_idle: Callable[["Connection"], None],
        on_lost: Callable[["Connection", HttpStream | None], None],
        max_body_bytes: int,
    ) -> None:
        self._on_idle = on_idle
        self._on_lost = on_lost
        self._max_body_bytes = max_body_bytes
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._stream: HttpStream | None = None
        self._headers: Headers = []
        self._head_bytes = 0
        self.body_bytes = 0
        self._in_body = False
        self._until_close = False
        self._reusable = True
        self._is_paused = False
        self._lost = False
        self.served = 0
        """How many answers this connection has completed."""
        self.idle_since_s = 0.0

    # -- used by the client -----------------------------------------------------------------------
    def is_usable(self) -> bool:
        """Tell whether another request may be sent now; never on a connection that was lost."""
        transport = self._transport
        return (
            self._reusable and self._stream is None and transport is not None and not transport.is_closing()
        )

    def send(self, stream: HttpStream) -> None:
        """Write the request of ``stream`` and take its answer.

        Raises: EgressRefused; nothing was sent, and the connection is idle again.
        """
        transport = self._transport
        assert transport is not None
        request = stream.request
        prefix, body = request.prefix, request.body
        size = len(body)
        is_small = size < _JOIN_BELOW_BYTES
        try:
            head = _WHOLE % (prefix, size, body) if prefix and is_small else request.head()
        except EgressError:
            stream.detach()
            self._on_idle(self)
            raise
        self._stream = stream
        self._head_bytes = self.body_bytes = 0
        if not is_small:
            transport.writelines((head, body))
        else:
            transport.write(head if prefix else head + body)
        if stream.paused:
            self.pause()

    def abort(self) -> None:
        """Close at once; the stream under way hears nothing."""
        self._stream = None
        self._reusable = False
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close after what is written has left."""
        self._reusable = False
        if self._transport is not None:
            self._transport.close()

    def pause(self) -> None:
        """Stop reading."""
        if not self._is_paused and self._transport is not None and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._is_paused:
            self._is_paused = False
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    # -- called by the loop -----------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        stream = self._stream
        if stream is None:
            self.abort()  # nobody asked: an answer to no request must never meet the next one
            return
        stream.received_any = True
        if not self._in_body:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._break("it switched to another protocol")
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            if isinstance(cause, EgressError):
                self._fail(cause)
            else:
                _logger.exception("a receiver failed", exc_info=cause or error)
                self._break("the answer could not be handled")
        except httptools.HttpParserError:
            self._break("it sent something that is no HTTP answer")
        else:
            if stream.done:
                self._settle()
            elif not self._in_body and self._head_bytes > MAX_HEAD_BYTES:
                self._break("its headers are too large")

    def connection_lost(self, exc: Exception | None) -> None:
        """End or break the stream under way."""
        self._lost = True
        self._reusable = False
        stream = self._stream
        if stream is not None and self._until_close and self._in_body and exc is None:
            self._stream = None
            stream.done = True
            stream.detach()
            self._call_end(stream)
            stream = None
        self._stream = None
        self._on_lost(self, stream)

    # -- called by the parser ---------------------------------------------------------------------
    def on_message_begin(self) -> None:
        """Start an answer."""
        if self._stream is None or self._stream.done:
            raise self._broken("it sent an answer to no request")
        self._headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Hand the head to the receiver, unless it is an interim one."""
        stream, headers = self._stream, self._headers
        assert stream is not None
        status = self._parser.get_status_code()
        if len(headers) > MAX_HEADERS:
            raise self._broken("it sent too many headers")
        if status < 200:
            return
        self._in_body = True
        self._until_close = not _has_length(headers) and status not in _NO_BODY_STATUSES
        stream.receiver.on_head(status, headers)
        if stream.request.method == b"HEAD":
            # The parser cannot be told that no body follows, so the connection is not used again.
            self._reusable = False
            self._complete(stream)

    def on_body(self, data: bytes) -> None:
        """Hand part of the body to the receiver."""
        stream = self._stream
        if stream is None or stream.done:
            return
        self.body_bytes += len(data)
        if self.body_bytes > self._max_body_bytes:
            raise self._broken("its answer is too large")
        stream.receiver.on_data(data)

    def on_message_complete(self) -> None:
        """End the answer, unless it was an interim one."""
        stream = self._stream
        if stream is None or stream.done or not self._in_body:
            return
        if not self._parser.should_keep_alive():
            self._reusable = False
        self._complete(stream)

    # -- own --------------------------------------------------------------------------------------
    def _complete(self, stream: HttpStream) -> None:
        stream.done = True
        stream.detach()
        self._in_body = False
        stream.receiver.on_end()

    def _call_end(self, stream: HttpStream) -> None:
        try:
            stream.receiver.on_end()
        except Exception:  # supervises the callback, as the parser does for the others
            _logger.exception("a receiver failed")

    def _settle(self) -> None:
        """Give the connection back after a complete answer, or close it."""
        self._stream = None
        transport = self._transport
        if self._is_paused:
            self.resume()
        if transport is None or self._lost:
            return
        # An answer that came before its request was sent whole leaves the rest of the request in the way.
        if not self._reusable or transport.get_write_buffer_size() > 0:
            self.close()
            return
        self.served += 1
        self._on_idle(self)

    def _broken(self, detail: str) -> EgressBroken:
        stream = self._stream
        host = stream.request.url.host if stream is not None else ""
        reused = stream is not None and stream.reused
        return EgressBroken(host=host, detail=detail, sent_any_response=True, reused=reused)

    def _break(self, detail: str) -> None:
        self._fail(self._broken(detail))

    def _fail(self, error: EgressError) -> None:
        stream = self._stream
        self.abort()
        if stream is not None and not stream.done:
            stream.done = True
            stream.detach()
            stream.receiver.on_error(error)


def _has_length(headers: Headers) -> bool:
    """Tell whether the head says where its body ends."""
    for name, _ in headers:  # noqa: SIM110 - a generator costs more than the whole look
        if name in _LENGTHS:
            return True
    return False

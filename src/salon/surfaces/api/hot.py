"""The hot door: chat requests are served below ASGI, on the same port as everything else.

A subclass of uvicorn's protocol. A request takes the fast way only if it is the exact target of a hot
row, nothing of an earlier request is under way on its connection, and it asks for no interim answer;
otherwise it goes on to the ASGI door, which serves the same rows. The bounds on heads, bodies, rates
and idleness hold on both ways: uvicorn has none of its own.
"""

import time
from math import inf
from typing import Final

import httptools

from salon.foundation.accounts import digest_of
from salon.foundation.kit.errors import InvalidRequest, Overloaded, SalonError, ShuttingDown, TooLarge
from salon.gateway.exchange import Headers, ServedCall
from salon.surfaces.api.credentials import read_key
from salon.surfaces.api.door import Door, as_salon_error
from salon.surfaces.api.endpoints import Endpoint
from salon.surfaces.api.heads import HeadTooLarge, UrlTooLong, check_head
from salon.surfaces.api.hot_connection import GuardedConnection, Phase
from salon.surfaces.api.hot_reply import HotReply
from salon.surfaces.api.repeated_head import RepeatedHead, repeatable
from salon.surfaces.api.websocket_connection import check_lines

_MALFORMED: Final = InvalidRequest(field="request", problem="This is no well-formed HTTP request.")
_READ_ON_BELOW_BYTES: Final = 64 * 1024
_IDLE, _SERVING, _REFUSED = Phase.IDLE, Phase.SERVING, Phase.REFUSED
"""Looked up once: each look through the class costs as much as a call."""
_LESSONS: Final = 4
"""How often a connection keeps a head: a client that never sends one twice is not asked for ever."""


class SalonProtocol(GuardedConnection):
    """One connection of a client. Made by ``protocol_for``."""

    _known: RepeatedHead | None = None
    """The head that may come again."""
    _lessons_left = _LESSONS
    _chunk = _head_chunk = b""
    """What came between two requests, until a head begins in it; and what the head began in."""

    # -- the loop ---------------------------------------------------------------------------------
    def data_received(self, data: bytes) -> None:
        """Parse what came and watch how it comes."""
        phase = self._phase
        if phase is _IDLE:
            known = self._known
            if known is not None and data.startswith(known.before) and self._met_again(known, data):
                return
            self._chunk = data
        elif phase is _REFUSED:
            return
        else:
            self._chunk = b""
        self._chunk_bytes = len(data)
        self._seen_bytes += self._chunk_bytes
        parser = self.parser
        assert parser is not None
        offer_ends = -1
        try:
            try:
                parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                offer_ends = offer.args[0]
            if offer_ends >= 0:  # out of the handler: it would become the context of what follows
                self._offered(data[offer_ends:])
        except httptools.HttpParserCallbackError as error:
            found = error.__context__ or error
            self._refuse(
                _MALFORMED if isinstance(found, httptools.HttpParserError) else as_salon_error(found)
            )
        except httptools.HttpParserError:
            self._refuse(_MALFORMED)
        except SalonError as error:
            self._refuse(error)
        else:
            if self._phase is Phase.HEAD:
                self._head_goes_on()

    def _met_again(self, known: RepeatedHead, data: bytes) -> bool:
        """Serve a request whose head was parsed and checked before; false if it must be parsed."""
        row = known.row
        body = known.body_of(data)
        cycle: HotReply | None = self.cycle  # type: ignore[assignment]
        if (
            body is None
            or len(body) > row.max_body_bytes
            or (cycle is not None and not cycle.response_complete)
        ):
            return False
        identity = self.door.access.recognise(known.digest, row)
        if identity is None:
            return False  # told the usual way
        self.url, self._header_map, self._identity = known.url, known.headers, identity
        self._received_at_s = time.monotonic()
        self._phase, self._deadline_s = _SERVING, inf
        self._serve(row, self._open_reply([], True), body)
        return True

    def _offered(self, rest: bytes) -> None:
        """Speak WebSocket where that is spoken; decline every other offer. Raises: InvalidRequest."""
        headers = dict(self.headers)
        path = self.url.partition(b"?")[0]
        parser, cycle = self.parser, self._current_cycle
        assert parser is not None
        if (
            path not in self.door.sockets
            or headers.get(b"upgrade", b"").lower() != b"websocket"
            or parser.get_method() != b"GET"
            or parser.get_http_version() != "1.1"
            or (cycle is not None and not cycle.response_complete)
        ):
            self._without_upgrade(rest)
            return
        check_head(self.url, self.headers, headers, self.door.limits, may_be_large=True)
        self.door.hosts.check(headers)
        if rest or b"content-length" in headers or b"transfer-encoding" in headers:
            raise InvalidRequest(field="upgrade", problem="Nothing may follow before the offer is answered.")
        check_lines(self.url, self.headers)
        self._become_socket()

    def _without_upgrade(self, rest: bytes) -> None:
        """Read a request that offers another protocol as if it did not: the parser skips its body.

        A server may decline an offer by going on; clients offer HTTP/2 with requests that matter.
        """
        while self._phase is Phase.HEAD:
            offering = self.parser
            assert offering is not None
            kept = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
            version = offering.get_http_version().encode("ascii")
            line = b"%b %b HTTP/%b" % (offering.get_method(), self.url, version)
            data = b"\r\n".join([line, *kept, b"", rest])
            self._phase = Phase.IDLE
            parser = self.parser = httptools.HttpRequestParser(self)
            try:
                parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                rest = data[offer.args[0] :]

    # -- the parser -------------------------------------------------------------------------------
    def on_message_begin(self) -> None:
        """Start a request; the ASGI scope is made only if it goes that way."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._row = None
        # Of a chunk that also held the end of an earlier request, nobody knows how much is ours.
        self._seen_bytes = self._chunk_bytes if self._phase is Phase.IDLE else 0
        self._phase = Phase.HEAD
        self._deadline_s = inf
        self._head_chunk, self._chunk = self._chunk, b""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header; what it expects is looked at once all are there."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Choose the way, and check the head for both."""
        parser = self.parser
        assert parser is not None
        if parser.should_upgrade():
            if parser.get_method() == b"CONNECT":
                raise InvalidRequest(field="method", problem="This is no proxy.")
            return
        header_map = dict(self.headers)
        limits = self.door.limits
        may_be_large = max(self._seen_bytes, self._chunk_bytes) > limits.max_head_bytes
        check_head(self.url, self.headers, header_map, limits, may_be_large=may_be_large)
        self.door.hosts.check(header_map)
        row = self.door.hot.get(self.url)
        # A credential unknown here may be another process's newest: only the other way can wait to see.
        if row is not None and self._is_fast(header_map) and self.door.access.knows(header_map):
            self._begin_hot(row, header_map)
        else:
            self._begin_asgi()

    def on_body(self, body: bytes) -> None:
        """Collect the body of a hot request."""
        row = self._row
        if row is None:
            super().on_body(body)
            return
        if self._refusal is not None:
            return
        self._parts.append(body)
        self._body_bytes += len(body)
        if self._body_bytes > row.max_body_bytes:
            raise TooLarge(what="body", limit_bytes=row.max_body_bytes)

    def on_message_complete(self) -> None:
        """Serve a hot request whose body is whole."""
        if self._phase is Phase.HEAD:
            return  # it offers an upgrade; it will be read again without
        if self._phase is not Phase.REFUSED:
            self._phase = Phase.SERVING
            self._deadline_s = inf
        row = self._row
        if row is None:
            super().on_message_complete()
            return
        self._row = None
        reply = self._reply
        if reply is None or reply.closed:
            return
        if self._refusal is not None:
            self.door.refuse(reply, self._refusal, dialect=row.dialect, headers=[])
            return
        parts = self._parts
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        self._parts = []
        self._serve(row, reply, body)

    def on_response_complete(self) -> None:
        """Go on with what was pipelined, or start to idle. Replaces the base's timer by the watch."""
        self.server_state.total_requests += 1
        self._reply = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._phase is _SERVING:
            self._phase = _IDLE
            self._seen_bytes = 0
            now_s = self._phase_started_s = time.monotonic()
            self._deadline_s = now_s + self.door.limits.keep_alive_s

    # -- the head ---------------------------------------------------------------------------------
    def _is_fast(self, headers: dict[bytes, bytes]) -> bool:
        parser = self.parser
        assert parser is not None
        cycle = self.cycle
        return (
            (not cycle or cycle.response_complete)
            and b"expect" not in headers
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
        )

    def _begin_asgi(self) -> None:
        self._enter(Phase.BODY, self.door.limits.body_grace_s)
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        self.headers.extend(headers)
        self.expect_100_continue = any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in headers
        )
        super().on_headers_complete()

    def _begin_hot(self, row: Endpoint, headers: dict[bytes, bytes]) -> None:
        self._received_at_s = time.monotonic()
        self._row = row
        self._header_map = headers
        self._body_bytes, self._refusal = 0, None
        if self._parts:
            self._parts = []
        self._phase = Phase.BODY
        self._phase_started_s = self._received_at_s
        self._deadline_s = self._received_at_s + self.door.limits.body_grace_s
        self._seen_bytes = 0
        origin = headers.get(b"origin")
        parser = self.parser
        assert parser is not None
        keep_alive = parser.should_keep_alive()
        self._open_reply(self.door.cors_headers(origin) if origin is not None else [], keep_alive)
        length = int(headers.get(b"content-length", b"0"))
        if length > row.max_body_bytes:
            raise TooLarge(what="body", limit_bytes=row.max_body_bytes)
        try:
            self._identity = self.door.access.identify(headers, peer=self._peer, method="POST")
            self.door.access.authorize(row, self._identity)
        except SalonError as error:
            # A short body is read to its end, so that the connection can go on.
            if length > _READ_ON_BELOW_BYTES or b"transfer-encoding" in headers:
                raise
            self._refusal = error
            return
        chunk = self._head_chunk
        self._head_chunk = b""
        if chunk and keep_alive and self._lessons_left:
            self._lessons_left -= 1
            # A connection for one stream has one request: its head is not worth its memory.
            if self._lessons_left < _LESSONS - 1:
                secret = read_key(headers)
                digest = digest_of(secret) if secret is not None else None
                self._known = repeatable(chunk, url=self.url, row=row, headers=headers, digest=digest)

    def _open_reply(self, extra: Headers, keep_alive: bool) -> HotReply:
        reply = HotReply(
            self.door,
            self.transport,
            self.on_response_complete,
            self.server_state.default_headers,
            extra,
            keep_alive,
        )
        if self.flow.write_paused:
            reply.set_writable(False)
        self._reply = reply
        self.cycle = reply  # type: ignore[assignment]
        return reply

    def _serve(self, row: Endpoint, reply: HotReply, body: bytes) -> None:
        assert row.dialect is not None
        call = ServedCall(row.dialect, self._identity, self._header_map, body, self._received_at_s)
        door = self.door
        try:
            work = door.supervisor.in_place("serve")
        except RuntimeError:
            error = (ShuttingDown if door.supervisor.closed else Overloaded)(retry_after_s=1)
            door.refuse(reply, error, dialect=row.dialect, headers=[])
            return
        work.start(door.gateway_of(row.dialect).serve(call, reply, work))

    def _head_goes_on(self) -> None:
        limits = self.door.limits
        if self._deadline_s == inf:
            self._enter(Phase.HEAD, limits.head_timeout_s)
        if len(self.url) > limits.max_url_bytes:
            self._refuse(UrlTooLong(what="address", limit_bytes=limits.max_url_bytes))
        elif self._seen_bytes > limits.max_head_bytes:
            self._refuse(HeadTooLarge(what="head", limit_bytes=limits.max_head_bytes))


def protocol_for(door: Door) -> type[SalonProtocol]:
    """Return the protocol class to give to uvicorn as ``http=``."""
    return type("SalonProtocol", (SalonProtocol,), {"door": door})

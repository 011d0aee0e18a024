"""One connection below ASGI: what it waits for and until when, and how it is refused or cut."""

import asyncio
import socket
import time
from enum import Enum
from math import inf
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from salon.foundation.kit.errors import SalonError
from salon.surfaces.api.door import Door, error_headers, id_of
from salon.surfaces.api.endpoints import Endpoint
from salon.surfaces.api.heads import TooSlow
from salon.surfaces.api.hot_reply import HotReply
from salon.surfaces.api.peers import LOCAL, UNKNOWN, Peer, peer_at
from salon.surfaces.api.websocket_connection import SalonWebSocket


class Phase(Enum):
    """What a connection is waiting for."""

    IDLE = 0
    HEAD = 1
    BODY = 2
    SERVING = 3
    REFUSED = 4


class GuardedConnection(HttpToolsProtocol):
    """A connection with deadlines; the watch of the door asks it twice a second."""

    door: Door

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._phase = Phase.IDLE
        self._deadline_s = inf
        self._chunk_bytes = 0
        self._seen_bytes = 0
        self._phase_started_s = 0.0
        self._stalled_since_s = inf
        self._peer: Peer = UNKNOWN
        self._reply: HotReply | None = None
        self._row: Endpoint | None = None
        self._identity: Any = None
        self._header_map: dict[bytes, bytes] = {}
        self._parts: list[bytes] = []
        self._body_bytes = 0
        self._refusal: SalonError | None = None
        self._received_at_s = 0.0

    # -- the loop ---------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in a connection, or turn it away when there are too many."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._peer = _peer_of(self.transport)
        self._enter(Phase.IDLE, self.door.limits.head_timeout_s)
        if not self.door.enter(self):
            self._say_and_close(503, b'{"error":{"code":"overloaded"}}', (b"retry-after: 1\r\n",))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the requests under way that their client has left."""
        self.door.leave(self)
        reply = self._reply
        self._reply = None
        super().connection_lost(exc)
        if reply is not None:
            reply.leave()
        for cycle, _ in self.pipeline:
            cycle.disconnected = True
            cycle.message_event.set()

    def pause_writing(self) -> None:
        """Hear that the client reads too slowly."""
        super().pause_writing()
        self._stalled_since_s = time.monotonic()
        if self._reply is not None:
            self._reply.set_writable(False)

    def resume_writing(self) -> None:
        """Hear that the client caught up."""
        super().resume_writing()
        self._stalled_since_s = inf
        if self._reply is not None:
            self._reply.set_writable(True)

    @property
    def _current_cycle(self) -> HotReply | None:
        """The latest request's response, of either way; the base declares it never to be missing."""
        return cast("HotReply | None", self.cycle)

    # -- refusing ---------------------------------------------------------------------------------
    def _refuse(self, error: SalonError) -> None:
        """Answer ``error`` and give the connection up; never into another answer under way."""
        row, reply, cycle = self._row, self._reply, self._current_cycle
        if self.pipeline:
            self._abort()
            return
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body or (cycle is reply and row is None):
                # The request is whole and being answered; what is wrong came after it.
                cycle.keep_alive = False
                self._phase = Phase.REFUSED
                return
            if cycle.response_started:
                self._abort()
                return
            cycle.disconnected = True
            cycle.message_event.set()
            if reply is not None:
                reply.leave()
                self._reply = None
        self._tell_and_close(error, row)

    def _tell_and_close(self, error: SalonError, row: Endpoint | None) -> None:
        request_id, dialect = id_of(error), row.dialect if row else None
        body = self.door.render(error, dialect=dialect, request_id=request_id)
        headers = error_headers(error, request_id, dialect=dialect)
        lines = tuple(name + b": " + value + b"\r\n" for name, value in headers)
        self._say_and_close(error.status, body, lines)

    def _say_and_close(self, status: int, body: bytes, lines: tuple[bytes, ...]) -> None:
        """Write a last answer, then read on for a moment so that it is not lost in a reset."""
        self._enter(Phase.REFUSED, self.door.limits.linger_s)
        if self.transport.is_closing():
            return
        head = self.door.prefix(status, self.server_state.default_headers)
        tail = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(head + b"".join(lines) + tail + body)
        if self.transport.can_write_eof() and self in self.door.connections:
            self.transport.write_eof()
        else:
            self.transport.close()

    def _abort(self) -> None:
        """Cut the connection; nobody writes to it from now on, though its end is told a moment later."""
        cycle, reply = self._current_cycle, self._reply
        if cycle is not None:
            cycle.disconnected = True
        if reply is not None:
            self._reply = None
            reply.leave()
        self.transport.abort()

    def check_access(self) -> None:
        """End the request under way if its credential opens it no more: told so, or cut in the middle."""
        reply = self._reply
        if reply is None:
            return
        access, row = self.door.access, self.door.hot.get(self.url)
        assert row is not None
        try:
            access.authorize(row, access.identify_again(self._header_map, peer=self._peer, method="POST"))
        except SalonError as error:
            if reply.started or self.pipeline or self.transport.is_closing():
                self._abort()
                return
            self._row = self._reply = None
            reply.leave()
            self._tell_and_close(error, row)

    def _become_socket(self) -> None:
        """Hand the connection over to WebSocket, with the head it was asked for by."""
        self.door.leave(self)
        self.connections.discard(self)
        lines = [b"GET " + self.url + b" HTTP/1.1", *(name + b": " + value for name, value in self.headers)]
        socket_ = SalonWebSocket(self.config, self.server_state, self.app_state, self.door)
        self.transport.set_protocol(socket_)
        socket_.connection_made(self.transport)
        if socket_.enter():
            socket_.begin(b"\r\n".join([*lines, b"", b""]))
        else:
            self.transport.abort()

    # -- deadlines --------------------------------------------------------------------------------
    def _enter(self, phase: Phase, allowed_s: float) -> None:
        self._phase = phase
        self._seen_bytes = 0 if phase is not Phase.HEAD else self._seen_bytes
        self._phase_started_s = time.monotonic()
        self._deadline_s = self._phase_started_s + allowed_s

    def watch(self, now_s: float) -> None:
        """Act on deadlines that have passed; called by the door twice a second."""
        if now_s - self._stalled_since_s > self.door.limits.write_stall_s:
            self._abort()
        elif now_s >= self._deadline_s:
            self._deadline_passed(now_s)

    def _deadline_passed(self, now_s: float) -> None:
        phase = self._phase
        if self.transport.is_closing():
            self._abort()  # what was written cannot leave
        elif phase is Phase.IDLE:
            self.transport.close()
            self._deadline_s = now_s + self.door.limits.linger_s
        elif phase is Phase.REFUSED:
            self._abort()
        elif phase is Phase.HEAD:
            self._refuse(TooSlow(field="request", problem="The head took too long."))
        elif self.flow.read_paused:
            self._enter(Phase.BODY, self.door.limits.body_grace_s)  # we are the slow ones
        elif self._seen_bytes < (now_s - self._phase_started_s) * self.door.limits.min_body_bytes_per_s:
            self._refuse(TooSlow(field="body", problem="The body comes too slowly."))


def _peer_of(transport: asyncio.Transport) -> Peer:
    own = transport.get_extra_info("socket")
    if own is not None and own.family == getattr(socket, "AF_UNIX", None):
        return LOCAL
    address = transport.get_extra_info("peername")
    return peer_at(str(address[0])) if address else UNKNOWN

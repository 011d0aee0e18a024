"""One WebSocket of a client: uvicorn's, with the bounds of this house and quiet about what is said."""

import logging
import time
from collections.abc import Callable
from math import inf
from typing import Any, Final, cast

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import MAX_LINE_LENGTH, Request

from salon.foundation.kit.errors import InvalidRequest
from salon.surfaces.api.door import Door
from salon.surfaces.api.heads import HeadTooLarge, RawHeaders, UrlTooLong

CONNECTION: Final = "salon.connection"
"""Where a scope keeps its connection."""
PING_S: Final = 20.0
PONG_S: Final = 75.0
"""Longer than a slow provider may keep us from reading."""

# At level debug the library writes down every frame and head; neither words nor keys belong in a log.
_quiet: Final = logging.getLogger(f"{__name__}.library")
_quiet.setLevel(logging.ERROR)


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell whether a line is about us: a client that sends broken words is told so, and no failure here."""
    return not (record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError))


_quiet.addFilter(_is_ours)


_PONG: Final = b"\x8a"
"""How the frame of one begins."""
_LINE_REST: Final = len(b"GET  HTTP/1.1\r\n")


def check_lines(url: bytes, headers: RawHeaders) -> None:
    """Refuse an offer that the library would not read. Raises: UrlTooLong, HeadTooLarge, InvalidRequest."""
    if len(url) + _LINE_REST > MAX_LINE_LENGTH:
        raise UrlTooLong(what="address", limit_bytes=MAX_LINE_LENGTH - _LINE_REST)
    if any(len(name) + len(value) + 4 > MAX_LINE_LENGTH for name, value in headers):
        raise HeadTooLarge(what="header", limit_bytes=MAX_LINE_LENGTH)
    if not url.isascii():
        raise InvalidRequest(field="address", problem="Write other than ASCII characters as %XX.")


class SalonWebSocket(WebSocketsSansIOProtocol):
    """One WebSocket, watched by the door."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], door: Door
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.door = door
        self.logger = _quiet
        self.conn.logger = _quiet
        self.conn.debug = False
        self.ping_interval, self.ping_timeout = PING_S, PONG_S
        self.on_drain: Callable[[], None] | None = None
        """Ends the session in its own time when the server stops; set while one runs."""
        self._stalled_since_s = inf
        self._pong: bytes | None = None
        """The answer to the latest ping, which waits for room."""

    def begin(self, head: bytes) -> None:
        """Answer the offer; one that the library cannot read is refused in its own words."""
        self.data_received(head)
        if not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def enter(self) -> bool:
        """Count it in; false when there are too many connections."""
        return self.door.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self.door.leave(self)
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        """Begin, and let the application find this connection."""
        super().handle_connect(event)
        scope = cast("dict[str, Any] | None", getattr(self, "scope", None))
        if scope is not None:
            scope[CONNECTION] = self

    def handle_ping(self) -> None:
        """Answer a ping; without room only the latest is, later: the rest need none (RFC 6455, 5.5.3)."""
        outgoing = self.conn.data_to_send()
        if not self.writable.is_set():
            pongs = [data for data in outgoing if data.startswith(_PONG)]
            self._pong = pongs[-1] if pongs else self._pong
            outgoing = [data for data in outgoing if not data.startswith(_PONG)]
        self.transport.write(b"".join(outgoing))

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the application says."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # uvicorn 0.54 forgets this after an HTTP answer, and calls each refusal an error in the log.
            self.handshake_complete = True

    def shutdown(self) -> None:
        """Hear that the server stops."""
        if self.on_drain is not None and not self.close_sent:
            self.on_drain()
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """Hear that the client reads too slowly."""
        super().pause_writing()
        self._stalled_since_s = time.monotonic()

    def resume_writing(self) -> None:
        """Hear that the client caught up."""
        super().resume_writing()
        self._stalled_since_s = inf
        pong, self._pong = self._pong, None
        if pong is not None and not self.transport.is_closing():
            self.transport.write(pong)

    def watch(self, now_s: float) -> None:
        """Cut a client that takes nothing."""
        if now_s - self._stalled_since_s > self.door.limits.write_stall_s:
            self.transport.abort()

    def check_access(self) -> None:
        """Do nothing: the session itself is asked, and tells its client why it ends."""

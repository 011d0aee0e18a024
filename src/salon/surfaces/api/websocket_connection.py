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
from websockets.http11 import Request

from salon.surfaces.api.door import Door

CONNECTION: Final = "salon.connection"
"""Where a scope keeps its connection."""
PING_S: Final = 20.0
PONG_S: Final = 75.0
"""Longer than a slow provider may keep us from reading."""

# At level debug the library writes down every frame and head; neither words nor keys belong in a log.
_quiet: Final = logging.getLogger(f"{__name__}.library")
_quiet.setLevel(logging.ERROR)


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

    def watch(self, now_s: float) -> None:
        """Cut a client that takes nothing."""
        if now_s - self._stalled_since_s > self.door.limits.write_stall_s:
            self.transport.abort()

    def check_access(self) -> None:
        """Do nothing: the session itself is asked, and tells its client why it ends."""

"""Runs uvicorn on sockets that are open already, TCP and local alike, and drains it when told to stop.

Signals, the sockets and what happens before and after belong to the composition root.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator, Sequence
from typing import cast

from uvicorn import Config, Server

from salon.surfaces.api.asgi import SalonApp
from salon.surfaces.api.door import Door
from salon.surfaces.api.hot import protocol_for

_BACKLOG = 2048


class _Server(Server):
    """uvicorn's server, with several kinds of sockets and no hands on the process's signals."""

    def __init__(self, config: Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone: the base would raise them again before the house is closed."""
        yield

    async def startup(self, sockets: "Sequence[socket.socket] | None" = None) -> None:
        """Listen on every socket; the base would open a local one as if it were TCP."""
        await self.lifespan.startup()
        await self.on_tick(0)  # the Date header of the very first answer
        loop = asyncio.get_running_loop()
        self.servers = []
        for opened in sockets or ():
            if opened.family == getattr(socket, "AF_UNIX", None):
                server = await loop.create_unix_server(self._connection, sock=opened, backlog=_BACKLOG)
            else:
                server = await loop.create_server(self._connection, sock=opened, backlog=_BACKLOG)
            self.servers.append(server)  # type: ignore[arg-type] - uvloop's servers have the same methods
        self.started = True
        self._on_started()

    def _connection(self) -> asyncio.Protocol:
        make = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


class Listener:
    """One server of one event loop."""

    def __init__(self, door: Door, app: SalonApp, *, drain_s: float) -> None:
        """Prepare to serve ``app``; ``drain_s`` bounds how long answers under way may take at the end."""
        self._config = Config(
            app,
            http=protocol_for(door),
            ws="none",  # the hot door makes its own; of these settings, theirs are
            ws_max_size=door.services.realtime_message_bytes,
            ws_per_message_deflate=False,
            loop="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=max(1, round(drain_s)),
        )
        self._server: _Server | None = None
        self._door = door
        self._stopping = False

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._server.server_state.connections) if self._server else 0

    async def run(self, sockets: Sequence[socket.socket], *, on_started: Callable[[], None]) -> None:
        """Serve until ``stop``; returns when every answer is out or the drain time is over."""
        self._server = _Server(self._config, on_started)
        self._server.should_exit = self._stopping
        await self._server.serve(sockets=list(sockets))

    def stop(self) -> None:
        """Take no new connection and let answers under way finish; called again, cut them."""
        if self._server is not None and self._stopping:
            self._server.force_exit = True
        self._stopping = True
        self._door.draining.set()
        if self._server is not None:
            self._server.should_exit = True

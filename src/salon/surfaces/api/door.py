"""What both doors share: the rules of entry, the answer to a refusal, and the watch over deadlines."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import ceil
from typing import Final, Protocol

from salon.foundation.kit.errors import Internal, SalonError
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.exchange import Headers, Reply
from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.credentials import Access
from salon.surfaces.api.endpoints import CORE, Endpoint
from salon.surfaces.api.errors import error_body
from salon.surfaces.api.hosts import HostRules
from salon.surfaces.api.peers import Proxies
from salon.surfaces.api.services import GatewayDoor, Services
from salon.surfaces.api.storing import STORED_DIALECTS, StoringDoor

STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus
}
TOLD: Final = "salon.told"
"""Where a scope keeps the error that was already answered and logged."""
_NO_SNIFF: Final = b"x-content-type-options: nosniff\r\n"

_logger = logging.getLogger(__name__)


class Watched(Protocol):
    """A connection with deadlines."""

    def watch(self, now_s: float) -> None:
        """Act on deadlines that have passed."""
        ...

    def check_access(self) -> None:
        """Cut the request under way if its credential does not open it any more."""
        ...


class Door:
    """The rules of entry, for one event loop."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.limits = services.limits
        self.gateway = services.gateway
        self._gateways: Mapping[DialectName, GatewayDoor] = {}
        self.hosts = HostRules(
            bound_host=services.bound_host,
            allowed_hosts=services.allowed_hosts,
            allowed_origins=services.allowed_origins,
            public_address=services.public_address,
        )
        self.proxies = Proxies(services.trusted_proxies)
        self.access = Access(
            services.accounts,
            require_key=services.require_key,
            proxies=self.proxies,
            most_wrong=services.most_wrong_credentials,
        )
        self.supervisor = TaskSupervisor("doors")
        if services.conversations is not None:
            storing = StoringDoor(
                services.gateway, services.conversations, self.supervisor, refuse=self._refuse_call
            )
            self._gateways = dict.fromkeys(STORED_DIALECTS, storing)
        self.running: dict[asyncio.Task[object], Callable[[], object]] = {}
        """Requests under way at the ASGI door, and what checks their caller again."""
        self.cut: set[asyncio.Task[object]] = set()
        services.accounts.on_ended(self._access_ended)
        self.hot: Mapping[bytes, Endpoint] = {
            (services.base_path + row.path).encode("ascii"): row for row in CORE if row.hot
        }
        self.sockets: frozenset[bytes] = frozenset(
            (services.base_path + row.path).encode("ascii") for row in CORE if row.is_socket
        )
        """The addresses that speak WebSocket; everywhere else such an offer is declined."""
        self.connections: set[Watched] = set()
        self.refused_connections = 0
        self.draining = asyncio.Event()
        """Set when the server stops: answers that would never end by themselves end then."""
        self._ticker: asyncio.TimerHandle | None = None
        self._prefixes: dict[int, bytes] = {}
        self._prefix_headers: list[tuple[bytes, bytes]] | None = None

    def gateway_of(self, dialect: DialectName) -> GatewayDoor:
        """Return what answers calls of a dialect."""
        return self._gateways.get(dialect, self.gateway)

    # -- heads ------------------------------------------------------------------------------------
    def prefix(self, status: int, default_headers: list[tuple[bytes, bytes]]) -> bytes:
        """Return the status line and the headers every answer has; rendered once per second."""
        if default_headers is not self._prefix_headers:
            self._prefix_headers = default_headers
            self._prefixes.clear()
        prefix = self._prefixes.get(status)
        if prefix is None:
            line = STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status
            common = b"".join([name + b": " + value + b"\r\n" for name, value in default_headers])
            prefix = self._prefixes[status] = line + common + _NO_SNIFF
        return prefix

    def cors_headers(self, origin: bytes | None) -> Headers:
        """Return what lets a page of an allowed foreign origin read the answer."""
        if origin is None or not self.hosts.is_allowed_origin(origin):
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"*"),
            (b"vary", b"origin"),
        ]

    # -- refusals ---------------------------------------------------------------------------------
    def refuse(
        self, reply: Reply, error: SalonError, *, dialect: DialectName | None, headers: Headers
    ) -> None:
        """Answer with ``error`` in the words of ``dialect``."""
        request_id = id_of(error)
        body = self.render(error, dialect=dialect, request_id=request_id)
        own = error_headers(error, request_id, dialect=dialect)
        reply.send(error.status, [*own, *headers], body)

    def _refuse_call(self, reply: Reply, error: Exception, dialect: DialectName) -> None:
        self.refuse(reply, as_salon_error(error), dialect=dialect, headers=[])

    def render(self, error: SalonError, *, dialect: DialectName | None, request_id: str) -> bytes:
        """Return the body for ``error`` in the words of ``dialect``."""
        return error_body(self.services.dialects, error, dialect=dialect, request_id=request_id)

    # -- the watch --------------------------------------------------------------------------------
    def enter(self, connection: Watched) -> bool:
        """Take in a connection; false when there are too many."""
        if len(self.connections) >= self.limits.max_connections:
            self.refused_connections += 1
            return False
        self.connections.add(connection)
        if self._ticker is None:
            self._ticker = asyncio.get_running_loop().call_later(self.limits.tick_s, self._tick)
        return True

    def leave(self, connection: Watched) -> None:
        """Let go of a connection."""
        self.connections.discard(connection)

    def _tick(self) -> None:
        """Look at every connection at once: cheaper than a timer for each request."""
        self._ticker = None
        now_s = time.monotonic()
        self._with_each(lambda connection: connection.watch(now_s))
        if self.connections:
            self._ticker = asyncio.get_running_loop().call_later(self.limits.tick_s, self._tick)

    def _with_each(self, look: Callable[[Watched], None]) -> None:
        for connection in list(self.connections):
            try:
                look(connection)
            except Exception:  # supervises the watch: a defect at one connection must not spare all others
                _logger.exception("a connection could not be looked at")

    # -- rights that end --------------------------------------------------------------------------
    def _access_ended(self, _: frozenset[str]) -> None:
        """Look at every request under way again: a long answer must not outlive its key."""
        self._with_each(lambda connection: connection.check_access())
        for task, check_again in list(self.running.items()):
            try:
                check_again()
            except SalonError:
                self.cut.add(task)
                task.cancel()

    async def close(self) -> None:
        """Stop the watch and end what still runs."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        await self.supervisor.close()


def id_of(error: SalonError) -> str:
    """Return the id under which a refusal is told: the one its sentence and the log name, else a new one."""
    told = error.fields.get("request_id")
    return told if isinstance(told, str) else new_id("req")


def error_headers(error: SalonError, request_id: str, *, dialect: DialectName | None = None) -> Headers:
    """Return the headers that belong to an error answer."""
    told = request_id.encode("ascii")
    headers: Headers = [
        (b"content-type", b"application/json"),
        (b"x-request-id", told),
        (b"x-salon-request-id", told),
    ]
    if dialect in {"anthropic", "anthropic-count"}:
        headers.append((b"request-id", told))
    if error.ends_retries:
        headers.append((b"x-should-retry", b"false"))
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if error.retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % max(1, ceil(error.retry_after_s))))
    return headers


def as_salon_error(error: BaseException) -> SalonError:
    """Return ``error`` if it is expected; else log it and return what a caller may know of it."""
    if isinstance(error, SalonError):
        return error
    request_id = new_id("req")
    _logger.error("a door failed (%s)", request_id, exc_info=error)
    return Internal(request_id=request_id)

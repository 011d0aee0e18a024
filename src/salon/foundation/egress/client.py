"""The HTTP client of the house: keep-alive pools over egress, callbacks instead of tasks.

A request that meets a connection its peer has just closed for age is sent again, once and on a fresh
connection, only if sending it twice does no harm (GET, HEAD, OPTIONS, PUT, DELETE, or
``HttpRequest.replayable``) and no byte of an answer came. Any other request ends with
``EgressBroken(sent_any_response=False, reused=True)``: its sender decides, within its own budget of
attempts, because the peer may have acted on it.
"""

import asyncio
import time
from collections import deque
from functools import partial
from typing import Final

from salon.foundation.egress.connect import Egress
from salon.foundation.egress.connection import Connection, HttpStream
from salon.foundation.egress.errors import EgressBroken, EgressError, EgressRefused, EgressTimeout
from salon.foundation.egress.messages import IDEMPOTENT, Headers, HttpReceiver, HttpRequest, HttpResponse
from salon.foundation.egress.policy import EgressPolicy
from salon.foundation.egress.redirects import redirected
from salon.foundation.egress.url import Url
from salon.foundation.egress.websocket import WebSocket, open_websocket
from salon.foundation.kit.tasks import TaskSupervisor

MAX_BODY_BYTES: Final = 256 * 1024 * 1024
_SWEEP_EVERY_S: Final = 5.0


class _Pool:
    """The connections to one peer under one policy."""

    __slots__ = ("count", "dropped", "idle", "policy", "url", "waiting")

    def __init__(self, url: Url, policy: EgressPolicy) -> None:
        self.url = url
        self.policy = policy
        self.idle: deque[Connection] = deque()
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.count = 0
        self.dropped = False
        """Nothing is taken from it any more."""

    def take(self) -> Connection | None:
        """Return the most recently used idle connection that still lives."""
        idle = self.idle
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.abort()
        return None

    def wake_one(self) -> None:
        """Let the longest waiting request look again."""
        while self.waiting:
            waiter = self.waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return


class HttpClient:
    """Sends requests and hands answers to receivers as they come. One event loop; not thread-safe."""

    def __init__(
        self,
        egress: Egress,
        *,
        max_connections_per_peer: int = 10_000,
        idle_timeout_s: float = 30.0,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        """Keep at most ``max_connections_per_peer``; drop those idle for ``idle_timeout_s``."""
        self._egress = egress
        self._max_connections = max_connections_per_peer
        self._idle_timeout_s = idle_timeout_s
        self._max_body_bytes = max_body_bytes
        self._pools: dict[tuple[Url, str], _Pool] = {}
        self._supervisor = TaskSupervisor("egress")
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False

    def open_now(
        self, request: HttpRequest, receiver: HttpReceiver, *, policy: EgressPolicy
    ) -> HttpStream | None:
        """Send ``request`` if a connection is idle; else return None, and nothing was sent.

        Raises: EgressRefused.
        """
        url = request.url
        pool = self._pools.get((url, policy.name))
        if pool is None or pool.policy is not policy:
            pool = self._pool(url, policy)
        connection = pool.take()
        if connection is None:
            return None
        stream = HttpStream(request, receiver, connection.served > 0, connection)
        connection.send(stream)
        return stream

    async def open(
        self, request: HttpRequest, receiver: HttpReceiver, *, connect_timeout_s: float, policy: EgressPolicy
    ) -> HttpStream:
        """Send ``request`` and return once it is on its way; ``receiver`` hears the rest.

        Raises: EgressRefused, EgressUnreachable, EgressTimeout (phase ``connect`` or ``pool``).
        """
        stream = self.open_now(request, receiver, policy=policy)
        if stream is not None:
            return stream
        pool = self._pool(request.url, policy)
        started_s = time.monotonic()
        connection = await self._new_connection(pool, connect_timeout_s)
        stream = HttpStream(request, receiver, connection.served > 0, connection)
        stream.wait_s = time.monotonic() - started_s
        connection.send(stream)
        return stream

    async def open_websocket(
        self,
        request: HttpRequest,
        *,
        connect_timeout_s: float,
        policy: EgressPolicy,
        max_message_bytes: int,
    ) -> WebSocket:
        """Return a WebSocket at the address of ``request``, on a connection of its own; its caller ends it.

        Raises: EgressRefused, EgressUnreachable, EgressTimeout, EgressBroken, UpgradeRefused.
        """
        return await open_websocket(
            self._egress,
            request,
            connect_timeout_s=connect_timeout_s,
            policy=policy,
            max_message_bytes=max_message_bytes,
        )

    async def fetch(
        self,
        request: HttpRequest,
        *,
        timeout_s: float,
        policy: EgressPolicy,
        max_bytes: int = 10 * 1024 * 1024,
        max_redirects: int = 0,
    ) -> HttpResponse:
        """Return the whole answer, after at most ``max_redirects``, each checked like a first address.

        Raises: EgressRefused, EgressUnreachable, EgressTimeout, EgressBroken.
        """
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._fetch_once(request, timeout_s, policy, max_bytes)
                for _ in range(max_redirects):
                    following = redirected(request, response)
                    if following is None:
                        break
                    request = following
                    response = await self._fetch_once(request, timeout_s, policy, max_bytes)
                return response
        except TimeoutError as error:
            raise EgressTimeout(host=request.url.host, phase="total", limit_s=timeout_s) from error

    async def close(self) -> None:
        """Close every idle connection and end replays; streams under way are cut."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for pool in self._pools.values():
            while pool.idle:
                pool.idle.pop().abort()
        await self._supervisor.close()

    def counts(self) -> tuple[int, int]:
        """Return how many connections are open and how many of them idle."""
        pools = self._pools.values()
        idle = [connection for pool in pools for connection in pool.idle if connection.is_usable()]
        return sum(pool.count for pool in pools), len(idle)

    # -- own --------------------------------------------------------------------------------------
    def _pool(self, url: Url, policy: EgressPolicy) -> _Pool:
        key = (url, policy.name)
        pool = self._pools.get(key)
        if pool is None or pool.policy is not policy:
            if pool is not None and pool.policy == policy:
                return pool
            # A policy that changed under its name must not inherit connections made under the old one.
            self._drop(pool)
            pool = self._pools[key] = _Pool(url, policy)
        return pool

    def _drop(self, pool: _Pool | None) -> None:
        if pool is None:
            return
        pool.dropped = True
        while pool.idle:
            pool.idle.pop().abort()

    async def _new_connection(self, pool: _Pool, timeout_s: float) -> Connection:
        """Connect, or wait for a connection when the peer's limit is reached."""
        if self._closed:
            raise EgressRefused(host=pool.url.host, detail="Salon is shutting down")
        if pool.count >= self._max_connections:
            waited = await self._wait_for_place(pool, timeout_s)
            if waited is not None:
                return waited
        pool.count += 1
        try:
            _, connection = await self._egress.connect(
                lambda: Connection(
                    on_idle=partial(self._became_idle, pool),
                    on_lost=partial(self._lost, pool),
                    max_body_bytes=self._max_body_bytes,
                ),
                pool.url,
                policy=pool.policy,
                timeout_s=timeout_s,
            )
        except BaseException:
            pool.count -= 1
            pool.wake_one()
            raise
        return connection

    async def _wait_for_place(self, pool: _Pool, timeout_s: float) -> Connection | None:
        """Return an idle connection, or ``None`` when a new one may be made."""
        try:
            async with asyncio.timeout(timeout_s):
                while pool.count >= self._max_connections:
                    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    pool.waiting.append(waiter)
                    await waiter
                    connection = pool.take()
                    if connection is not None:
                        return connection
        except TimeoutError as error:
            raise EgressTimeout(host=pool.url.host, phase="pool", limit_s=timeout_s) from error
        return None

    def _became_idle(self, pool: _Pool, connection: Connection) -> None:
        if self._closed or pool.dropped:
            connection.close()
            return
        connection.idle_since_s = time.monotonic()
        pool.idle.append(connection)
        if pool.waiting:
            pool.wake_one()
        if self._sweeper is None:
            self._sweep_later()

    def _sweep_later(self) -> None:
        delay_s = min(_SWEEP_EVERY_S, self._idle_timeout_s)
        self._sweeper = asyncio.get_running_loop().call_later(delay_s, self._sweep)

    def _sweep(self) -> None:
        """Close connections idle for too long; forget peers that have none left."""
        expired_s = time.monotonic() - self._idle_timeout_s
        self._sweeper = None
        for key, pool in list(self._pools.items()):
            while pool.idle and pool.idle[0].idle_since_s <= expired_s:
                pool.idle.popleft().close()
            if pool.count == 0 and not pool.waiting:
                pool.dropped = True
                del self._pools[key]
        if any(pool.idle for pool in self._pools.values()):
            self._sweep_later()

    def _lost(self, pool: _Pool, connection: Connection, stream: HttpStream | None) -> None:
        pool.count -= 1
        if stream is None:
            # It stays among the idle ones until it is met there: to look for it would make thousands that
            # end at once, with their peer, cost the square of that.
            pool.wake_one()
            return
        pool.wake_one()
        stream.detach()
        request = stream.request
        may_replay = request.replayable or request.method in IDEMPOTENT
        if stream.reused and not stream.received_any and may_replay and not self._closed:
            self._supervisor.spawn(self._replay(pool, stream), name="replay")
            return
        stream.done = True
        detail = "the connection closed before the answer was complete"
        if not stream.received_any:
            detail = "the connection closed without an answer"
        stream.receiver.on_error(
            EgressBroken(
                host=request.url.host,
                detail=detail,
                sent_any_response=stream.received_any,
                reused=stream.reused,
            )
        )

    async def _replay(self, pool: _Pool, stream: HttpStream) -> None:
        try:
            connection = await self._new_connection(pool, timeout_s=10.0)
        except EgressError as error:
            if not stream.done:
                stream.done = True
                stream.receiver.on_error(error)
            return
        if stream.done:
            self._became_idle(pool, connection)
            return
        stream.attach(connection)
        connection.send(stream)

    async def _fetch_once(
        self, request: HttpRequest, timeout_s: float, policy: EgressPolicy, max_bytes: int
    ) -> HttpResponse:
        collector = _Collector(request.url.host, max_bytes)
        stream = await self.open(request, collector, connect_timeout_s=timeout_s, policy=policy)
        try:
            return await collector.done
        finally:
            stream.abort()


class _Collector:
    """A receiver that keeps the whole answer."""

    def __init__(self, host: str, max_bytes: int) -> None:
        self.done: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        self._host = host
        self._max_bytes = max_bytes
        self._status = 0
        self._headers: Headers = []
        self._body = bytearray()

    def on_head(self, status: int, headers: Headers) -> None:
        """Keep the head."""
        self._status, self._headers = status, headers

    def on_data(self, data: bytes) -> None:
        """Keep part of the body. Raises: EgressBroken when it grows too large."""
        self._body += data
        if len(self._body) > self._max_bytes:
            raise EgressBroken(host=self._host, detail="its answer is too large", sent_any_response=True)

    def on_end(self) -> None:
        """Resolve."""
        if not self.done.done():
            self.done.set_result(
                HttpResponse(status=self._status, headers=self._headers, body=bytes(self._body))
            )

    def on_error(self, error: EgressError) -> None:
        """Reject."""
        if not self.done.done():
            self.done.set_exception(error)

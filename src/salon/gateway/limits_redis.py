"""The same counters for many processes, in Redis: one script per admission, exact across all of them.

Money is not here: it lives in the database. Should Redis vanish, each process goes on counting by itself,
which is logged and counted, and looks for Redis again every second. A place among the concurrent requests
is a lease that its process renews, so that a killed process gives its places back.
"""

import asyncio
import contextlib
import logging
from typing import Any, Final, cast

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import ConfigError, RateLimited
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.limits import LocalLimiter, LocalTicket, concurrency_reached
from salon.gateway.limits_script import ADMIT, CORRECT

PATIENCE_S: Final = 0.25
"""How long an admission waits for Redis before this process counts alone."""
LOOK_AGAIN_S: Final = 1.0
PLACE_LEASE_S: Final = 60.0
RENEW_S: Final = 20.0
CONNECTIONS: Final = 16
_CLOSE_PATIENCE_S: Final = 2.0

_log = logging.getLogger(__name__)


class RedisTicket:
    """A request counted in Redis, and in this process should Redis vanish."""

    __slots__ = ("_limiter", "_local", "_open", "_step", "_tokens", "key", "place")

    def __init__(
        self, limiter: "RedisLimiter", local: LocalTicket, *, key: str, place: str, step: int, tokens: int
    ) -> None:
        self._limiter = limiter
        self._local = local
        self._step = step
        self._tokens = tokens
        self._open = True
        self.key = key
        self.place = place

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        self._local.settle(tokens)
        if tokens != self._tokens:
            self._limiter.later(("correct", self.key, self._step, tokens - self._tokens))
            self._tokens = tokens

    def release(self) -> None:
        """Give the place among the concurrent requests back."""
        if self._open:
            self._open = False
            self._local.release()
            self._limiter.leave(self)


class RedisLimiter:
    """Counts in Redis for all processes. One event loop."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        """Prepare; connects at the first admission. Raises: ConfigError when redis-py is missing."""
        try:
            from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415 - an optional extra
            from redis.asyncio.retry import Retry  # noqa: PLC0415 - same
            from redis.backoff import NoBackoff  # noqa: PLC0415 - same
            from redis.exceptions import RedisError  # noqa: PLC0415 - same
        except ImportError as error:
            raise ConfigError(
                key="redis.url", problem="needs the extra “redis”.", fix="Install salon[redis]."
            ) from error
        # A repeated admission would count twice: what is not answered in time is not tried again.
        pool = cast("Any", BlockingConnectionPool).from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=PATIENCE_S,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._client: Any = cast("Any", Redis)(connection_pool=pool)
        self._failures = (RedisError, OSError, TimeoutError)
        self._admit: Any = self._client.register_script(ADMIT)
        self._correct: Any = self._client.register_script(CORRECT)
        self._clock = clock or SystemClock()
        self._local = LocalLimiter(self._clock)
        self._tasks = TaskSupervisor("limits")
        self._queue: list[tuple[str, str, int, int] | RedisTicket] = []
        self._open: dict[str, RedisTicket] = {}
        self._wake = asyncio.Event()
        self._alone_until_s = 0.0
        self.alone = False
        """Redis does not answer and this process counts by itself."""
        self.fallbacks = 0
        """How many requests were admitted or refused without Redis."""

    async def start(self) -> None:
        """Begin to hand corrections and releases on."""
        self._tasks.spawn(self._hand_on(), name="limits-redis")

    async def close(self) -> None:
        """Hand on what is left and let the connections go."""
        await self._tasks.close()
        with contextlib.suppress(*self._failures):
            async with asyncio.timeout(_CLOSE_PATIENCE_S):
                await self._send(self._take())
        with contextlib.suppress(*self._failures):
            await self._client.aclose()

    async def admit(self, identity_key: str, limits: KeyLimits, *, tokens: int) -> LocalTicket | RedisTicket:
        """Count one request of about ``tokens`` tokens. Raises: RateLimited with ``retry_after_s``."""
        if not limits.counts_anything:
            return self._local.count(identity_key, tokens)
        if self._clock.monotonic_s() < self._alone_until_s:
            self.fallbacks += 1
            return await self._local.admit(identity_key, limits, tokens=tokens)
        place = new_id("tic")
        try:
            async with asyncio.timeout(PATIENCE_S):
                verdict, number = await self._ask(identity_key, limits, place=place, tokens=tokens)
        except self._failures as error:
            self._lost(error)
            return await self._local.admit(identity_key, limits, tokens=tokens)
        self._found()
        if verdict:
            raise _refusal(verdict, number, limits)
        local = self._local.count(identity_key, tokens)
        ticket = RedisTicket(self, local, key=identity_key, place=place, step=number, tokens=tokens)
        self._open[place] = ticket
        return ticket

    async def _ask(self, identity_key: str, limits: KeyLimits, *, place: str, tokens: int) -> tuple[int, int]:
        answer = await self._admit(
            keys=_keys(identity_key),
            args=[
                limits.requests_per_minute or 0,
                limits.tokens_per_minute or 0,
                limits.concurrency or 0,
                tokens,
                place,
                round(PLACE_LEASE_S * 1000),
            ],
        )
        return int(answer[0]), int(answer[1])

    def _lost(self, error: BaseException) -> None:
        self.fallbacks += 1
        self._alone_until_s = self._clock.monotonic_s() + LOOK_AGAIN_S
        if not self.alone:
            self.alone = True
            _log.warning(
                "Redis does not answer (%s); this process counts limits by itself", type(error).__name__
            )

    def _found(self) -> None:
        if self.alone:
            self.alone = False
            _log.warning("Redis answers again; limits are counted for all processes")

    # Corrections and releases go in the background: nobody waits for them.

    def later(self, act: tuple[str, str, int, int]) -> None:
        """Hand a correction on soon."""
        self._queue.append(act)
        self._wake.set()

    def leave(self, ticket: RedisTicket) -> None:
        """Hand a release on soon."""
        self._open.pop(ticket.place, None)
        self._queue.append(ticket)
        self._wake.set()

    def _take(self) -> list[tuple[str, str, int, int] | RedisTicket]:
        taken, self._queue = self._queue, []
        return taken

    async def _hand_on(self) -> None:
        renewed_s = self._clock.monotonic_s()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_S / 4):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._send(self._take())
                if self._clock.monotonic_s() - renewed_s >= RENEW_S:
                    renewed_s = self._clock.monotonic_s()
                    await self._renew()
            except self._failures as error:
                # What is lost heals: places expire, and windows forget within a minute.
                self._lost(error)
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _send(self, acts: list[tuple[str, str, int, int] | RedisTicket]) -> None:
        if not acts:
            return
        async with self._client.pipeline(transaction=False) as pipe:
            for act in acts:
                if isinstance(act, RedisTicket):
                    pipe.zrem(_keys(act.key)[2], act.place)
                else:
                    await self._correct(keys=[_keys(act[1])[1]], args=[act[2], act[3]], client=pipe)
            await pipe.execute()

    async def _renew(self) -> None:
        tickets = list(self._open.values())
        if not tickets:
            return
        seconds, micros = await self._client.time()
        until_ms = int(seconds) * 1000 + int(micros) // 1000 + round(PLACE_LEASE_S * 1000)
        async with self._client.pipeline(transaction=False) as pipe:
            for ticket in tickets:
                pipe.zadd(_keys(ticket.key)[2], {ticket.place: until_ms}, xx=True)
                pipe.pexpire(_keys(ticket.key)[2], round(PLACE_LEASE_S * 1000))
            await pipe.execute()


def _keys(identity_key: str) -> list[str]:
    """Return where requests, tokens and places of a key are; the braces keep them on one Redis node."""
    base = f"salon:limit:{{{identity_key}}}"
    return [f"{base}:requests", f"{base}:tokens", f"{base}:places"]


def _refusal(verdict: int, retry_s: int, limits: KeyLimits) -> RateLimited:
    if verdict == 1:
        return concurrency_reached(limits.concurrency or 0)
    what = f"{limits.requests_per_minute} requests" if verdict == 2 else f"{limits.tokens_per_minute} tokens"
    return RateLimited(limit=f"{what} per minute", retry_after_s=max(1, retry_s))

"""The same counters for many processes, in Redis: one script per admission, exact across all of them.

Everything that waits goes to Redis in one pipeline, one at a time: under load one round trip and one
system call serve many requests. Money is not here: it lives in the database. Should Redis vanish, each
process goes on counting by itself, which is logged and counted, and looks for Redis again every second.
A place among the concurrent requests is a lease that its process renews, so that a killed process gives
its places back.
"""

import asyncio
import contextlib
import hashlib
import logging
from typing import Any, Final, cast

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import ConfigError, RateLimited
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.limits import LocalLimiter, LocalTicket, concurrency_reached, reached
from salon.gateway.limits_script import ADMIT, CORRECT

PATIENCE_S: Final = 1.0
"""How long an admission waits for Redis before this process counts alone."""
LOOK_AGAIN_S: Final = 1.0
PLACE_LEASE_S: Final = 60.0
RENEW_S: Final = 20.0
_CLOSE_PATIENCE_S: Final = 2.0

_log = logging.getLogger(__name__)


class _Act:
    """One command for Redis, and who waits for its answer."""

    __slots__ = ("answer", "command")

    def __init__(self, *command: str | int, answer: "asyncio.Future[tuple[int, int]] | None" = None) -> None:
        self.command = command
        self.answer = answer


class RedisTicket:
    """A request counted in Redis, and in this process should Redis vanish."""

    __slots__ = ("_limiter", "_local", "_open", "_slot", "_tokens", "key", "place")

    def __init__(
        self, limiter: "RedisLimiter", local: LocalTicket, *, key: str, place: str, slot: int, tokens: int
    ) -> None:
        self._limiter = limiter
        self._local = local
        self._slot = slot
        self._tokens = tokens
        self._open = True
        self.key = key
        self.place = place

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        self._local.settle(tokens)
        if tokens != self._tokens:
            self._limiter.correct(self.key, self._slot, tokens - self._tokens)
            self._tokens = tokens

    def release(self) -> None:
        """Give the place among the concurrent requests back."""
        if self._open:
            self._open = False
            self._local.release()
            self._limiter.leave(self.key, self.place)


class RedisLimiter:
    """Counts in Redis for all processes. One event loop."""

    def __init__(self, url: str, clock: Clock | None = None, *, patience_s: float = PATIENCE_S) -> None:
        """Prepare; connects at the first admission. Raises: ConfigError when redis-py is missing."""
        try:
            from redis.asyncio import Redis  # noqa: PLC0415 - an optional extra
            from redis.asyncio.retry import Retry  # noqa: PLC0415 - same
            from redis.backoff import NoBackoff  # noqa: PLC0415 - same
            from redis.exceptions import NoScriptError, RedisError  # noqa: PLC0415 - same
        except ImportError as error:
            raise ConfigError(
                key="redis.url", problem="needs the extra “redis”.", fix="Install salon[redis]."
            ) from error
        # A repeated admission would count twice: what is not answered in time is not tried again.
        self._client: Any = cast("Any", Redis).from_url(
            url, socket_timeout=patience_s, socket_connect_timeout=patience_s, retry=Retry(NoBackoff(), 0)
        )
        self._failures: tuple[type[Exception], ...] = (RedisError, OSError, TimeoutError)
        self._no_script: type[Exception] = NoScriptError
        self._patience_s = patience_s
        self._clock = clock or SystemClock()
        self._local = LocalLimiter(self._clock)
        self._tasks = TaskSupervisor("limits")
        self._queue: list[_Act] = []
        self._open: dict[str, str] = {}
        """Places held by this process, and the key each belongs to."""
        self._wake = asyncio.Event()
        self._alone_until_s = 0.0
        self.alone = False
        """Redis does not answer and this process counts by itself."""
        self.fallbacks = 0
        """How many requests were admitted or refused without Redis."""

    async def close(self) -> None:
        """Hand on what is left and let the connections go."""
        await self._tasks.close()
        with contextlib.suppress(*self._failures):
            async with asyncio.timeout(_CLOSE_PATIENCE_S):
                await self._send(self._take())
        with contextlib.suppress(*self._failures):
            await self._client.aclose()

    def admit_now(self, identity_key: str, limits: KeyLimits, *, tokens: int) -> None:
        """Return None: Redis has to be asked."""
        del identity_key, limits, tokens

    async def admit(self, identity_key: str, limits: KeyLimits, *, tokens: int) -> LocalTicket | RedisTicket:
        """Count one request of about ``tokens`` tokens. Raises: RateLimited with ``retry_after_s``."""
        if not limits.counts_anything:
            return self._local.count(identity_key, tokens)
        if self._clock.monotonic_s() < self._alone_until_s:
            return await self._admit_alone(identity_key, limits, tokens)
        place = new_id("tic")
        try:
            verdict, number = await self._ask(identity_key, limits, place=place, tokens=tokens)
        except self._failures as error:
            self._lost(error)
            return await self._admit_alone(identity_key, limits, tokens)
        if verdict:
            raise _refusal(verdict, number, limits)
        local = self._local.count(identity_key, tokens)
        self._open[place] = identity_key
        return RedisTicket(self, local, key=identity_key, place=place, slot=number, tokens=tokens)

    async def _admit_alone(self, identity_key: str, limits: KeyLimits, tokens: int) -> LocalTicket:
        self.fallbacks += 1
        return await self._local.admit(identity_key, limits, tokens=tokens)

    async def _ask(self, identity_key: str, limits: KeyLimits, *, place: str, tokens: int) -> tuple[int, int]:
        answer: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
        numbers = (
            limits.requests_per_minute or 0,
            limits.tokens_per_minute or 0,
            limits.concurrency or 0,
            tokens,
        )
        lease_ms = round(PLACE_LEASE_S * 1000)
        keys = _keys(identity_key)
        self._soon(_Act("EVALSHA", _ADMIT_SHA, 3, *keys, *numbers, place, lease_ms, answer=answer))
        try:
            async with asyncio.timeout(self._patience_s * 2):
                return await answer
        except BaseException:
            self.leave(identity_key, place)  # it may have been admitted after all
            raise

    # What nobody waits for

    def correct(self, identity_key: str, slot: int, tokens: int) -> None:
        """Add ``tokens`` to what was counted in ``slot``, soon."""
        self._soon(_Act("EVALSHA", _CORRECT_SHA, 1, _keys(identity_key)[1], slot, tokens))

    def leave(self, identity_key: str, place: str) -> None:
        """Give a place back, soon."""
        self._open.pop(place, None)
        self._soon(_Act("ZREM", _keys(identity_key)[2], place))

    # The conversation with Redis

    def _soon(self, act: _Act) -> None:
        self._queue.append(act)
        self._wake.set()
        if not self._tasks.count and not self._tasks.closed:
            self._tasks.spawn(self._talk(), name="limits-redis")

    def _take(self) -> list[_Act]:
        taken, self._queue = self._queue, []
        return taken

    async def _talk(self) -> None:
        renewed_s = self._clock.monotonic_s()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_S / 4):
                    await self._wake.wait()
            self._wake.clear()
            acts = self._take()
            if self._clock.monotonic_s() - renewed_s >= RENEW_S:
                renewed_s = self._clock.monotonic_s()
                acts += await self._renewals()
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._send(acts)
            except self._failures as error:
                # What is lost heals: places expire, and windows forget within a minute.
                self._lost(error)
                _fail(acts, error)

    async def _send(self, acts: list[_Act]) -> None:
        if not acts:
            return
        answers = await self._pipeline(acts)
        unknown = [a for a, answer in zip(acts, answers, strict=True) if isinstance(answer, self._no_script)]
        if unknown:
            for script in (ADMIT, CORRECT):
                await self._client.script_load(script)
            again = dict(zip(map(id, unknown), await self._pipeline(unknown), strict=True))
            answers = [again.get(id(act), answer) for act, answer in zip(acts, answers, strict=True)]
        self._found()
        for act, answer in zip(acts, answers, strict=True):
            if act.answer is None or act.answer.done():
                continue
            if isinstance(answer, Exception):
                act.answer.set_exception(answer)
            else:
                act.answer.set_result((int(answer[0]), int(answer[1])))

    async def _pipeline(self, acts: list[_Act]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipe:
            for act in acts:
                pipe.execute_command(*act.command)
            return cast("list[Any]", await pipe.execute(raise_on_error=False))

    async def _renewals(self) -> list[_Act]:
        """Return the commands that keep this process's places for another lease."""
        if not self._open:
            return []
        try:
            seconds, micros = await self._client.time()
        except self._failures as error:
            self._lost(error)
            return []
        lease_ms = round(PLACE_LEASE_S * 1000)
        until_ms = int(seconds) * 1000 + int(micros) // 1000 + lease_ms
        acts: list[_Act] = []
        for place, identity_key in self._open.items():
            places = _keys(identity_key)[2]
            acts += [_Act("ZADD", places, "XX", until_ms, place), _Act("PEXPIRE", places, lease_ms)]
        return acts

    def _lost(self, error: BaseException) -> None:
        self._alone_until_s = self._clock.monotonic_s() + LOOK_AGAIN_S
        if not self.alone:
            self.alone = True
            _log.warning("Redis does not answer (%s); limits are counted per process", type(error).__name__)

    def _found(self) -> None:
        if self.alone:
            self.alone = False
            self._alone_until_s = 0.0
            _log.warning("Redis answers again; limits are counted for all processes")


_ADMIT_SHA: Final = hashlib.sha1(ADMIT.encode(), usedforsecurity=False).hexdigest()
_CORRECT_SHA: Final = hashlib.sha1(CORRECT.encode(), usedforsecurity=False).hexdigest()


def _fail(acts: list[_Act], error: Exception) -> None:
    for act in acts:
        if act.answer is not None and not act.answer.done():
            act.answer.set_exception(error)


def _keys(identity_key: str) -> tuple[str, str, str]:
    """Return where requests, tokens and places of a key are; the braces keep them on one Redis node."""
    base = f"salon:limit:{{{identity_key}}}"
    return f"{base}:requests", f"{base}:tokens", f"{base}:places"


def _refusal(verdict: int, retry_s: int, limits: KeyLimits) -> RateLimited:
    if verdict == 1:
        return concurrency_reached(limits.concurrency or 0)
    what = f"{limits.requests_per_minute} requests" if verdict == 2 else f"{limits.tokens_per_minute} tokens"
    return reached(f"{what} per minute", retry_s)

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
from typing import Any, Final, NamedTuple, cast

from salon.foundation.accounts import KeyLimits, Lineage
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import RateLimited
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.redis import redis_client, redis_failures
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.limits import (
    FamilyTicket,
    LocalLimiter,
    LocalTicket,
    concurrency_reached,
    reached,
    shared,
)
from salon.gateway.limits_script import ADMIT, CORRECT

PATIENCE_S: Final = 1.0
"""How long an admission waits for Redis before this process counts alone."""
LOOK_AGAIN_S: Final = 1.0
PLACE_LEASE_S: Final = 60.0
RENEW_S: Final = 20.0
_CLOSE_PATIENCE_S: Final = 2.0

_log = logging.getLogger(__name__)


class _Keys(NamedTuple):
    """Where one key's requests, tokens and places are in Redis."""

    requests: str
    tokens: str
    places: str


class _Act:
    """One command for Redis, and who waits for its answer."""

    __slots__ = ("answer", "command")

    def __init__(self, *command: str | int, answer: "asyncio.Future[list[int]] | None" = None) -> None:
        self.command = command
        self.answer = answer


class RedisTicket:
    """A request counted in Redis, and in this process should Redis vanish."""

    __slots__ = ("_limiter", "_local", "_open", "_tokens", "counted", "place")

    def __init__(
        self,
        limiter: "RedisLimiter",
        local: LocalTicket | FamilyTicket,
        *,
        counted: tuple[tuple[_Keys, int], ...],
        place: str,
        tokens: int,
    ) -> None:
        self._limiter = limiter
        self._local = local
        self._tokens = tokens
        self._open = True
        self.counted = counted
        """Where it is counted, and in which slot of each."""
        self.place = place

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        self._local.settle(tokens)
        if tokens != self._tokens:
            for keys, slot in self.counted:
                self._limiter.correct(keys, slot, tokens - self._tokens)
            self._tokens = tokens

    def release(self) -> None:
        """Give the place among the concurrent requests back."""
        if self._open:
            self._open = False
            self._local.release()
            self._limiter.leave([keys for keys, _ in self.counted], self.place)


class RedisLimiter:
    """Counts in Redis for all processes. One event loop."""

    def __init__(self, url: str, clock: Clock | None = None, *, patience_s: float = PATIENCE_S) -> None:
        """Prepare; connects at the first admission. Raises: ConfigError when redis-py is missing."""
        self._client = redis_client(url, timeout_s=patience_s, connect_timeout_s=patience_s)
        from redis.exceptions import NoScriptError  # noqa: PLC0415 - an optional extra

        self._failures = redis_failures()
        self._no_script: type[Exception] = NoScriptError
        self._patience_s = patience_s
        self._clock = clock or SystemClock()
        self._local = LocalLimiter(self._clock)
        self._tasks = TaskSupervisor("limits")
        self._queue: list[_Act] = []
        self._open: dict[str, list[_Keys]] = {}
        """Places held by this process, and the keys each belongs to."""
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

    def admit_now(
        self, identity_key: str, limits: KeyLimits, *, tokens: int, lineage: Lineage | None = None
    ) -> None:
        """Return None: Redis has to be asked."""
        del identity_key, limits, tokens, lineage

    async def admit(
        self, identity_key: str, limits: KeyLimits, *, tokens: int, lineage: Lineage | None = None
    ) -> LocalTicket | FamilyTicket | RedisTicket:
        """Count one request of about ``tokens`` tokens. Raises: RateLimited with ``retry_after_s``."""
        if not limits.counts_anything():
            return self._local.count(identity_key, tokens, lineage)
        if self._clock.monotonic_s() < self._alone_until_s:
            return self._admit_alone(identity_key, limits, tokens, lineage)
        place = new_id("tic")
        root = identity_key if lineage is None else lineage.root
        line = ((identity_key, limits), *(() if lineage is None else lineage.counters))
        family = [_keys(name, root) for name, _ in line]
        try:
            verdict, *numbers = await self._ask(family, [one for _, one in line], place=place, tokens=tokens)
        except self._failures as error:
            self._lost(error)
            return self._admit_alone(identity_key, limits, tokens, lineage)
        if verdict:
            wait_s, level = numbers
            error = _refusal(verdict, wait_s, line[level][1])
            raise shared(error) if level else error
        local = self._local.count(identity_key, tokens, lineage)
        self._open[place] = family
        counted = tuple(zip(family, numbers, strict=True))
        return RedisTicket(self, local, counted=counted, place=place, tokens=tokens)

    def _admit_alone(
        self, identity_key: str, limits: KeyLimits, tokens: int, lineage: Lineage | None
    ) -> LocalTicket | FamilyTicket:
        self.fallbacks += 1
        return self._local.admit_now(identity_key, limits, tokens=tokens, lineage=lineage)

    async def _ask(
        self, family: list[_Keys], limits: list[KeyLimits], *, place: str, tokens: int
    ) -> list[int]:
        answer: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
        names = [name for keys in family for name in keys]
        numbers = [
            number or 0
            for one in limits
            for number in (one.requests_per_minute, one.tokens_per_minute, one.concurrency)
        ]
        self._soon(
            _Act(
                "EVALSHA",
                _ADMIT_SHA,
                len(names),
                *names,
                tokens,
                place,
                round(PLACE_LEASE_S * 1000),
                *numbers,
                answer=answer,
            )
        )
        try:
            async with asyncio.timeout(self._patience_s * 2):
                return await answer
        except BaseException:
            self.leave(family, place)  # it may have been admitted after all
            raise

    def used(self, identity_key: str, limits: KeyLimits) -> float:
        """Return the largest share of ``limits`` that this process used; others' is not asked for."""
        return self._local.used(identity_key, limits)

    # What nobody waits for

    def correct(self, keys: _Keys, slot: int, tokens: int) -> None:
        """Add ``tokens`` to what was counted in ``slot``, soon."""
        self._soon(_Act("EVALSHA", _CORRECT_SHA, 1, keys.tokens, slot, tokens))

    def leave(self, family: list[_Keys], place: str) -> None:
        """Give a place back, soon."""
        self._open.pop(place, None)
        for keys in family:
            self._soon(_Act("ZREM", keys.places, place))

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
                act.answer.set_result([int(number) for number in answer])

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
        for place, family in self._open.items():
            for keys in family:
                acts.append(_Act("ZADD", keys.places, "XX", until_ms, place))
                acts.append(_Act("PEXPIRE", keys.places, lease_ms))
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


def _keys(name: str, root: str) -> _Keys:
    """Return where what a key uses is counted; the braces keep a family on one Redis node."""
    base = f"salon:limit:{{{root}}}" if name == root else f"salon:limit:{{{root}}}:{name}"
    return _Keys(f"{base}:requests", f"{base}:tokens", f"{base}:places")


def _refusal(verdict: int, retry_s: int, limits: KeyLimits) -> RateLimited:
    if verdict == 1:
        return concurrency_reached(limits.concurrency or 0)
    what = f"{limits.requests_per_minute} requests" if verdict == 2 else f"{limits.tokens_per_minute} tokens"
    return reached(f"{what} per minute", retry_s)

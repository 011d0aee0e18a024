"""Breakers that several processes share through Redis: what one found open, all keep away from.

Each process decides by itself and writes what it decided; all read once a second. Without Redis each
goes on alone, and nothing is lost but a few more failures.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from salon.foundation.kit.clock import Clock
from salon.foundation.kit.redis import redis_failures
from salon.foundation.kit.tasks import TaskSupervisor, was_cancelled
from salon.gateway.routing.breaker import Breaker

_NAME: Final = "salon:breakers"
_POLL_S: Final = 1.0
_TIMEOUT_S: Final = 1.0
_logger = logging.getLogger(__name__)


class SharedBreakers:
    """Keeps the breakers of this process and those of the others of one mind."""

    def __init__(
        self,
        client: Any,
        clock: Clock,
        breakers: Callable[[], Mapping[str, Breaker]],
        *,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        """Take an asyncio Redis client, and how to get the breakers by target."""
        self._client = client
        self._failures = redis_failures()
        self._clock = clock
        self._breakers = breakers
        self._timeout_s = timeout_s
        self._supervisor = TaskSupervisor("shared breakers")
        self._known_open: set[str] = set()
        """What stood as open in Redis when last read or written: gone from there, somebody closed it."""
        self._untold: dict[str, int] = {}
        """What changed and is still to be written: until when it is open (UTC ms), or 0."""
        self._changed: set[str] = set()
        """What changed here since the last reading began: the reading may not know of it."""
        self._is_telling = False

    def start(self) -> None:
        """Begin to follow the others."""
        self._supervisor.spawn(self._follow(), name="follow-breakers")

    async def close(self) -> None:
        """Stop."""
        await self._supervisor.close()

    def changed(self, target: str, open_s: float) -> None:
        """Tell the others that a breaker opened for ``open_s`` seconds, or closed (0)."""
        if self._supervisor.closed:
            return
        self._changed.add(target)
        self._untold.pop(target, None)
        self._untold[target] = self._clock.now_ms() + round(open_s * 1000) if open_s else 0
        if not self._is_telling:
            self._is_telling = True
            self._supervisor.spawn(self._tell(), name="tell-breakers")

    async def read_once(self) -> None:
        """Take over what the others found."""
        known = set(self._known_open)  # what is written while the answer is on its way is not in it
        self._changed = set(self._untold)
        async with asyncio.timeout(self._timeout_s):
            found: dict[bytes, bytes] = await self._client.hgetall(_NAME)
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic_s()
        open_until = {name.decode(): int(until) for name, until in found.items()}
        for name, breaker in self._breakers().items():
            if name in self._changed:
                continue
            left_s = (open_until.get(name, 0) - now_ms) / 1000
            if left_s > 0:
                self._known_open.add(name)
                breaker.follow(now_s + left_s)
            elif name in known:
                self._known_open.discard(name)
                if name not in open_until:
                    breaker.follow(0.0)  # another process closed it; one that ran out is ours to probe

    async def _tell(self) -> None:
        """Write what changed, one after the other: on two connections the earlier change could win."""
        try:
            while self._untold:
                target, until_ms = next(iter(self._untold.items()))
                await self._write(target, until_ms)
                if self._untold[target] == until_ms:  # else it changed meanwhile
                    del self._untold[target]
        finally:
            self._is_telling = False

    async def _write(self, target: str, until_ms: int) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                if until_ms:
                    await self._client.hset(_NAME, target, until_ms)
                    self._known_open.add(target)
                else:
                    self._known_open.discard(target)
                    await self._client.hdel(_NAME, target)
        except self._failures as error:
            _logger.debug("a breaker could not be told to the others: %s", type(error).__name__)

    async def _follow(self) -> None:
        while not was_cancelled():
            try:
                await self.read_once()
            except (ValueError, *self._failures) as error:
                _logger.debug("the others' breakers could not be read: %s", type(error).__name__)
            await asyncio.sleep(_POLL_S)

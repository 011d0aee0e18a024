"""Live copies of durable events on Redis streams, so that viewers elsewhere need not poll.

Ids are explicit, ``<epoch>-<number>``: a retried XADD cannot add an event twice, and a new epoch sorts
after everything of the old one. All keys of a run share a hash tag. Without Redis, or while it is away,
viewers elsewhere read the database every quarter of a second.
"""

import contextlib
import logging
from typing import Any, Final, Protocol, cast

from salon.foundation.runs.models import RunEvent

_log = logging.getLogger(__name__)

MAX_ENTRIES: Final = 5_000
EXPIRE_S: Final = 3_600
BLOCK_MS: Final = 1_000


class LiveCopies(Protocol):
    """Carries durable events to other processes, quickly and without a promise."""

    async def add(self, events: list[RunEvent]) -> None:
        """Copy events; never raises."""
        ...

    async def wait(self, run_id: str, *, epoch: int, number: int) -> bool:
        """Wait for news after a position, at most a second; False if it cannot tell."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class RedisCopies:
    """Redis streams with explicit ids."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis  # noqa: PLC0415 - an optional extra

        client = cast(Any, Redis)
        self._client: Any = client.from_url(url, socket_connect_timeout=2, socket_timeout=5)
        self._is_down = False

    async def add(self, events: list[RunEvent]) -> None:
        """Copy events in one round trip; what is there already stays."""
        from redis.exceptions import RedisError  # noqa: PLC0415 - an optional extra

        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for event in events:
                    fields = {"type": event.type}
                    name, entry = _key(event.run_id), f"{event.epoch}-{event.number}"
                    pipe.xadd(name, fields, id=entry, maxlen=MAX_ENTRIES, approximate=True)
                for run_id in {event.run_id for event in events}:
                    pipe.expire(_key(run_id), EXPIRE_S)
                # An id that is not newer is refused one by one; that is what makes a retry harmless.
                await pipe.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            self._report(error)
        else:
            self._is_down = False

    async def wait(self, run_id: str, *, epoch: int, number: int) -> bool:
        """Wait for news after a position, at most a second; False if Redis is away."""
        from redis.exceptions import RedisError  # noqa: PLC0415 - an optional extra

        try:
            await self._client.xread({_key(run_id): f"{epoch}-{number}"}, count=1, block=BLOCK_MS)
        except (RedisError, OSError) as error:
            self._report(error)
            return False
        return True

    async def close(self) -> None:
        """Let go of connections."""
        with contextlib.suppress(Exception):
            await self._client.aclose()

    def _report(self, error: Exception) -> None:
        if not self._is_down:
            self._is_down = True
            _log.warning("Redis does not answer (%s); viewers read the database", type(error).__name__)


def _key(run_id: str) -> str:
    return f"salon:{{{run_id}}}:log"

"""Waking the other processes of the house through Redis; only a nudge, never the news itself.

Redis may vanish: then the others find out by polling, a second later, and nothing is lost.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final, Protocol

from salon.foundation.kit.redis import redis_client, redis_failures
from salon.foundation.kit.tasks import was_cancelled

_log = logging.getLogger(__name__)

CHANNEL: Final = "salon:wake"
RECONNECT_S: Final = 1.0
WAIT_S: Final = 5.0


class Wakes(Protocol):
    """Tells other processes that there is something to read."""

    async def tell(self) -> None:
        """Wake the others; never raises."""
        ...

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` at each nudge, until cancelled."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class RedisWakes:
    """Redis pub/sub as an alarm clock."""

    def __init__(self, url: str) -> None:
        self._client = redis_client(url, timeout_s=WAIT_S + 2, connect_timeout_s=2)
        self._failures = redis_failures()
        self._is_down = False

    async def tell(self) -> None:
        """Wake the others; never raises."""
        try:
            await self._client.publish(CHANNEL, b"1")
        except self._failures as error:
            self._report(error)
        else:
            self._is_down = False

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` at each nudge, until cancelled; reconnects for ever."""
        while not was_cancelled():
            try:
                async with self._client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    # What happened while nobody listened is found by reading now.
                    wake()
                    while not was_cancelled():
                        heard = await channel.get_message(ignore_subscribe_messages=True, timeout=WAIT_S)
                        if heard is not None:
                            wake()
            except self._failures as error:
                self._report(error)
            if not was_cancelled():
                await asyncio.sleep(RECONNECT_S)

    async def close(self) -> None:
        """Let go of connections."""
        with contextlib.suppress(Exception):
            await self._client.aclose()

    def _report(self, error: Exception) -> None:
        if not self._is_down:
            self._is_down = True
            _log.warning(
                "Redis does not answer (%s); other processes are woken by polling", type(error).__name__
            )

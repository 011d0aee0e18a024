"""One subscriber's bounded queue."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Final

from salon.foundation.events.models import Dropped, LiveEvent, StoredEvent

DEFAULT_LIMIT: Final = 1000

Delivery = StoredEvent | LiveEvent | Dropped


class Subscription:
    """What arrives under one pattern, in order. Use as a context manager or close it.

    A subscriber that does not keep up loses the newest, is told how many with a ``Dropped`` in their
    place, and never slows down anyone else. Belongs to the event loop it was made on.
    """

    def __init__(self, pattern: str, *, limit: int, leave: Callable[["Subscription"], None]) -> None:
        self.pattern = pattern
        self.dropped = 0
        """How many were lost in all."""
        self._limit = limit
        self._leave = leave
        self._queue: deque[Delivery] = deque()
        self._missed = 0
        self._waiter: asyncio.Event = asyncio.Event()
        self._closed = False

    def deliver(self, event: StoredEvent | LiveEvent) -> bool:
        """Queue an event; False if there was no room. Called by the bus."""
        if self._missed or len(self._queue) >= self._limit:
            self._missed += 1
            self.dropped += 1
            self._waiter.set()
            return False
        self._queue.append(event)
        self._waiter.set()
        return True

    async def next(self, *, timeout_s: float | None = None) -> Delivery | None:
        """Return what is next; None when closed. Raises: TimeoutError."""
        while not self._queue and not self._missed:
            if self._closed:
                return None
            self._waiter.clear()
            async with asyncio.timeout(timeout_s):
                await self._waiter.wait()
        if self._queue:
            return self._queue.popleft()
        count, self._missed = self._missed, 0
        return Dropped(count=count)

    async def __aiter__(self) -> AsyncIterator[Delivery]:
        while (event := await self.next()) is not None:
            yield event

    def close(self) -> None:
        """Stop receiving; what is queued can still be read."""
        if not self._closed:
            self._closed = True
            self._leave(self)
            self._waiter.set()

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

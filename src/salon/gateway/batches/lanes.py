"""Places for lines under way in this process: few, and fewer while people ask."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Final

_LOOK_S: Final = 0.05


class Lanes:
    """Lets lines go in the order they come. One event loop.

    Every request of people that is under way takes a place away; one place is always left, so that a
    house that is never quiet gets through its batches too.
    """

    def __init__(self, places: int, active: Callable[[], int]) -> None:
        """``active`` counts all requests under way at the gateway, lines among them."""
        self._places = places
        self._active = active
        self._free = asyncio.Semaphore(places)
        self.open = 0
        """Lines under way."""

    @contextlib.asynccontextmanager
    async def place(self) -> AsyncGenerator[None]:
        """Wait for a place and hold it."""
        async with self._free:
            # Requests of people say nothing when they end: that would be work on their way.
            while self.open and self.open >= self._places - (self._active() - self.open):  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)
            self.open += 1
            try:
                yield
            finally:
                self.open -= 1

"""Places for heavy work that owners take in turn: who holds the fewest gets the next one.

Without it a space that asks for much takes every reader, thread or process, and others wait behind all of it.
"""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncGenerator


class FairPlaces:
    """A number of places. One event loop."""

    def __init__(self, places: int, *, each: int | None = None) -> None:
        """Hand out so many places at once, to one owner ``each`` at most; all unless said."""
        self._free = places
        self._each = each or places
        self._held: Counter[str] = Counter()
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}
        """Those who wait, by owner; the owner who was served last stands at the end."""

    def waiting(self, owner: str | None = None) -> int:
        """Return how many wait, of one owner or of all."""
        lines = self._lines.values() if owner is None else [self._lines.get(owner, ())]
        return sum(len(line) for line in lines)

    @contextlib.asynccontextmanager
    async def place(self, owner: str) -> AsyncGenerator[None]:
        """Hold a place for the length of the block; waits for one."""
        await self.take(owner)
        try:
            yield
        finally:
            self.give_back(owner)

    async def take(self, owner: str) -> None:
        """Wait for a place; ``give_back`` it."""
        if self._free and self._held[owner] < self._each:  # whoever waits has all that one may have
            self._hold(owner)
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(owner, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.give_back(owner)  # it was handed over while nobody wanted it any more
            else:
                self._leave(owner, mine)
            raise

    def give_back(self, owner: str) -> None:
        """Let the next one have a place."""
        self._free += 1
        self._held[owner] -= 1
        if not self._held[owner]:
            del self._held[owner]
        self._hand_on()

    def _hold(self, owner: str) -> None:
        self._free -= 1
        self._held[owner] += 1

    def _hand_on(self) -> None:
        while self._free:
            entitled = [owner for owner in self._lines if self._held[owner] < self._each]
            if not entitled:
                return
            owner = min(entitled, key=self._held.__getitem__)
            first = self._lines[owner][0]
            self._leave(owner, first)
            if owner in self._lines:
                self._lines[owner] = self._lines.pop(owner)
            if not first.done():
                self._hold(owner)
                first.set_result(None)

    def _leave(self, owner: str, one: asyncio.Future[None]) -> None:
        line = self._lines.get(owner)
        if line is not None:
            with contextlib.suppress(ValueError):
                line.remove(one)
            if not line:
                del self._lines[owner]

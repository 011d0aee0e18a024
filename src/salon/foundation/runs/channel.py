"""The live side of a run this process owns: what is not durable yet, and who watches."""

import asyncio
from collections import deque
from typing import Final

from salon.foundation.runs.models import RunEvent

QUEUE_LIMIT: Final = 2000


class Follower:
    """One viewer's queue. A viewer that falls behind is sent back to the database."""

    def __init__(self, waiting: list[RunEvent]) -> None:
        self.queue: deque[RunEvent] = deque(waiting)
        self.has_lagged = False
        self.is_closed = False
        self._signal = asyncio.Event()

    def deliver(self, event: RunEvent) -> None:
        """Queue an event, or mark the viewer as behind."""
        if len(self.queue) >= QUEUE_LIMIT:
            self.has_lagged = True
        elif not self.has_lagged:
            self.queue.append(event)
        self._signal.set()

    def close(self) -> None:
        """Tell the viewer that nothing more comes from here."""
        self.is_closed = True
        self._signal.set()

    async def wait(self, timeout_s: float) -> None:
        """Wait until there is something to do. Raises: TimeoutError."""
        self._signal.clear()
        if self.queue or self.has_lagged or self.is_closed:
            return
        async with asyncio.timeout(timeout_s):
            await self._signal.wait()


class Channel:
    """The events of one owned run that are not durable yet, and its viewers in this process."""

    def __init__(self) -> None:
        self.pending: deque[RunEvent] = deque()
        """Appended and not yet committed, oldest first."""
        self._followers: set[Follower] = set()

    def publish(self, event: RunEvent) -> None:
        """Show an event to the viewers and keep it until it is durable."""
        self.pending.append(event)
        for follower in self._followers:
            follower.deliver(event)

    def committed(self, number: int) -> None:
        """Forget what is durable now."""
        while self.pending and self.pending[0].number <= number:
            self.pending.popleft()

    def join(self) -> Follower:
        """Add a viewer; its queue begins with what is not durable yet."""
        follower = Follower(list(self.pending))
        self._followers.add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        """Take a viewer away."""
        self._followers.discard(follower)

    def close(self) -> None:
        """Send every viewer to the database."""
        for follower in tuple(self._followers):
            follower.close()
        self._followers.clear()

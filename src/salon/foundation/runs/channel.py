"""The live side of a run: what is not durable yet, and who watches it in this process."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from salon.foundation.runs.models import RunEvent

QUEUE_LIMIT: Final = 2000
"""Events that may wait for one viewer."""
QUEUE_BYTES: Final = 1024 * 1024
"""Bytes of bodies that may wait for one viewer; the last one may go over."""


class Follower:
    """One viewer's queue. A viewer that falls behind is sent back to the database."""

    __slots__ = ("_bytes", "_waiting", "at_once", "has_lagged", "is_closed", "queue")

    def __init__(self, waiting: list[RunEvent]) -> None:
        self.queue: deque[RunEvent] = deque(waiting)
        self.at_once: Callable[[RunEvent], bool] | None = None
        """Takes an event past the queue while the viewer waits; False where it cannot. Never raises."""
        self.has_lagged = False
        self.is_closed = False
        self._bytes = sum(len(event.body) for event in waiting)
        self._waiting: asyncio.Future[None] | None = None

    def deliver(self, event: RunEvent) -> None:
        """Queue an event, or mark the viewer as behind."""
        if self.has_lagged:
            return
        waiting, at_once = self._waiting, self.at_once
        # To wake a task for each delta of each viewer would cost more than to send it.
        if waiting is not None and at_once is not None and not waiting.done() and at_once(event):
            return
        if len(self.queue) >= QUEUE_LIMIT or self._bytes >= QUEUE_BYTES:
            self.lag()
            return
        self.queue.append(event)
        self._bytes += len(event.body)
        self._signal()

    def lag(self) -> None:
        """Send the viewer to the database: what waits for it stands there, or soon will."""
        self.has_lagged = True
        self.queue.clear()
        self._bytes = 0
        self._signal()

    def close(self) -> None:
        """Tell the viewer that nothing more comes from here."""
        self.is_closed = True
        self._signal()

    def poke(self) -> None:
        """Send a viewer that waits to the database; one that has something to read is left alone."""
        if self._waiting is not None:
            self.is_closed = True
            self._signal()

    def take(self) -> list[RunEvent]:
        """Return what waits, and wait for no more of it."""
        taken = list(self.queue)
        self.queue.clear()
        self._bytes = 0
        return taken

    async def wait(self) -> None:
        """Wait until there is something to do. No deadline: whoever made the channel closes it."""
        if self.queue or self.has_lagged or self.is_closed:
            return
        # A bare future: an Event and a timer for each delta of each viewer cost more than the delta.
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    def _signal(self) -> None:
        waiting = self._waiting
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


class Channel:
    """The viewers of one run in this process, and the events that its owner has not made durable yet."""

    __slots__ = ("_followers", "pending", "top")

    def __init__(self, *, top: int | None = None) -> None:
        self.top = top
        """The number of the last event that was ever appended; None where another process owns the run."""
        self.pending: deque[RunEvent] = deque()
        """Appended and not yet committed, oldest first; empty where another process owns the run."""
        self._followers: set[Follower] = set()

    @property
    def is_watched(self) -> bool:
        """Whether anybody looks."""
        return bool(self._followers)

    def publish(self, event: RunEvent) -> None:
        """Show an event to the viewers and keep it until it is durable."""
        self.pending.append(event)
        self.top = event.number
        self.show(event)

    def show(self, event: RunEvent) -> None:
        """Show an event to the viewers."""
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

    def poke(self) -> None:
        """Let viewers that wait look into the database."""
        for follower in self._followers:
            follower.poke()

    def close(self) -> None:
        """Send every viewer to the database."""
        for follower in tuple(self._followers):
            follower.close()
        self._followers.clear()

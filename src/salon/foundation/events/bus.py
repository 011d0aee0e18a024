"""The bus: reads the outbox and hands events to subscribers; may be late, never short.

Reading goes by number per space: a space's events reach each subscriber in order and without a gap, from
the moment the bus started. A durable consumer keeps its own cursor and so starts where it stopped.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from salon.foundation.events.consumers import DurableConsumer
from salon.foundation.events.models import LiveEvent, StoredEvent
from salon.foundation.events.store import add_waker, changed_spaces, events_after, remove_waker
from salon.foundation.events.subscription import DEFAULT_LIMIT, Subscription
from salon.foundation.events.topics import TopicTrie
from salon.foundation.events.wakes import Wakes
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.errors import StorageError
from salon.foundation.kit.ids import SpaceId
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import Storage, Transaction

_log = logging.getLogger(__name__)

POLL_S: Final = 1.0
OVERLAP_MS: Final = 60_000
"""How far back changed spaces are looked for: covers long commits and clocks that differ."""
PAGE: Final = 500


class Bus:
    """One per process. ``start`` it on the loop that opened the storage."""

    def __init__(self, storage: Storage, *, wakes: Wakes | None = None, poll_s: float = POLL_S) -> None:
        self._storage = storage
        self._wakes = wakes
        self._poll_s = poll_s
        self._trie: TopicTrie[Subscription] = TopicTrie()
        self._subscriptions: set[Subscription] = set()
        self._consumers: list[DurableConsumer] = []
        self._numbers: dict[str, int] = {}
        self._since_ms = 0
        self._wake = asyncio.Event()
        self._tasks = TaskSupervisor("events")
        self.dropped = 0
        """How many deliveries were lost to slow subscribers; for metrics."""

    async def start(self) -> None:
        """Begin reading: events committed after this call are delivered. Raises: StorageError."""
        self._numbers = await self._storage.read(_last_numbers)
        self._since_ms = time.time_ns() // 1_000_000 - OVERLAP_MS
        add_waker(self._local_commit)
        self._tasks.spawn(self._read_forever(), name="bus-reader")
        if self._wakes is not None:
            self._tasks.spawn(self._wakes.listen(self._wake.set), name="bus-wakes")

    async def close(self) -> None:
        """Stop reading and close every subscription."""
        remove_waker(self._local_commit)
        for consumer in self._consumers:
            await consumer.close()
        await self._tasks.close(5)
        for subscription in tuple(self._subscriptions):
            subscription.close()
        if self._wakes is not None:
            await self._wakes.close()

    def subscribe(self, pattern: str, *, limit: int = DEFAULT_LIMIT) -> Subscription:
        """Return a subscription to a topic pattern; see ``topics``. Raises: ValueError."""
        subscription = Subscription(pattern, limit=limit, leave=self._leave)
        self._trie.add(pattern, subscription)
        self._subscriptions.add(subscription)
        return subscription

    def publish_live(self, topic: str, data: Any) -> None:
        """Tell this process's subscribers something momentary; nothing is stored."""
        event = LiveEvent(topic=topic, data=data)
        for subscription in self._trie.match(topic):
            if not subscription.deliver(event):
                self.dropped += 1

    def consume(self, name: str, pattern: str, handler: Callable[[StoredEvent], Awaitable[None]]) -> None:
        """Run ``handler`` for every matching event, at least once, across restarts.

        One process runs it at a time. An event is tried again until the handler returns.
        """
        self._add_consumer(DurableConsumer(self._storage, name, pattern=pattern, handler=handler))

    def project(self, name: str, pattern: str, apply: Callable[[Transaction, StoredEvent], None]) -> None:
        """Run ``apply`` in the transaction that moves the cursor: exactly once for the database."""
        self._add_consumer(DurableConsumer(self._storage, name, pattern=pattern, apply=apply))

    def _add_consumer(self, consumer: DurableConsumer) -> None:
        self._consumers.append(consumer)
        self._tasks.spawn(consumer.run(), name=f"consumer-{consumer.name}")

    def _leave(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._trie.remove(subscription.pattern, subscription)

    def _local_commit(self) -> None:
        if not self._wake.is_set():
            self._wake.set()
            if self._wakes is not None:
                self._tasks.spawn(self._wakes.tell(), name="bus-tell")

    async def _read_forever(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._read_once()
            except StorageError as error:
                _log.warning("the outbox cannot be read: %s", error.message)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._wake.wait()

    async def _read_once(self) -> None:
        since_ms = self._since_ms
        scope = SystemScope("bus: find spaces with new events")
        spaces = await self._storage.read(lambda tx: changed_spaces(tx, scope, since_ms=since_ms))
        for space_id, last, changed_at_ms in spaces:
            while self._numbers.get(space_id, 0) < last:
                await self._read_page(space_id)
            self._since_ms = max(self._since_ms, changed_at_ms - OVERLAP_MS)
        for consumer in self._consumers:
            consumer.wake()

    async def _read_page(self, space_id: str) -> None:
        scope, after = SpaceScope(SpaceId(space_id)), self._numbers.get(space_id, 0)
        page = await self._storage.read(lambda tx: events_after(tx, scope, after, limit=PAGE))
        if not page:
            # Pruned events are gone on purpose; go on behind them.
            self._numbers[space_id] = after + 1
            return
        for event in page:
            for subscription in self._trie.match(event.topic):
                if not subscription.deliver(event):
                    self.dropped += 1
        self._numbers[space_id] = page[-1].number


def _last_numbers(tx: Transaction) -> dict[str, int]:
    scope = SystemScope("bus: start at the end of every space")
    return {space_id: last for space_id, last, _ in changed_spaces(tx, scope, since_ms=0)}

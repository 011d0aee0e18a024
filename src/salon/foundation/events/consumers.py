"""Durable consumers: each keeps a cursor per space and starts where it stopped."""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from salon.foundation.events.models import StoredEvent
from salon.foundation.events.store import (
    changed_spaces,
    cursor_of,
    cursors_of,
    drop_lease,
    events_after,
    set_cursor,
    take_lease,
)
from salon.foundation.events.topics import TopicTrie
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.storage import Storage, Transaction

_log = logging.getLogger(__name__)

LEASE_S: Final = 15.0
IDLE_S: Final = 2.0
RETRY_S: Final = 1.0
PAGE: Final = 200
REMEMBERED: Final = 10_000


class DurableConsumer:
    """Takes every matching event of every space, in order, across restarts and processes."""

    def __init__(
        self,
        storage: Storage,
        name: str,
        *,
        pattern: str,
        handler: Callable[[StoredEvent], Awaitable[None]] | None = None,
        apply: Callable[[Transaction, StoredEvent], None] | None = None,
    ) -> None:
        self.name = name
        self._storage = storage
        self._trie: TopicTrie[bool] = TopicTrie()
        self._trie.add(pattern, True)
        self._handler = handler
        self._apply = apply
        self._owner = new_id("own")
        self._wake = asyncio.Event()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lease_until_s = 0.0

    def wake(self) -> None:
        """Look for new events now."""
        self._wake.set()

    async def run(self) -> None:
        """Consume until cancelled."""
        while True:
            self._wake.clear()
            try:
                if await self._hold_lease():
                    await self._consume_all()
            except SalonError as error:
                _log.warning("consumer %s: %s", self.name, error.message)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S):
                    await self._wake.wait()

    async def close(self) -> None:
        """Let another process take over at once."""
        scope = SystemScope("events: release a consumer")
        with contextlib.suppress(SalonError):
            await self._storage.write(lambda tx: drop_lease(tx, scope, self.name, owner=self._owner))

    async def _hold_lease(self) -> bool:
        if time.monotonic() < self._lease_until_s:
            return True
        scope = SystemScope("events: become the process of a consumer")
        now_ms = time.time_ns() // 1_000_000
        expires_at_ms = now_ms + int(LEASE_S * 1000)
        asked_s = time.monotonic()
        taken = await self._storage.write(
            lambda tx: take_lease(
                tx, scope, self.name, owner=self._owner, now_ms=now_ms, expires_at_ms=expires_at_ms
            )
        )
        # Renewed at half time, so that the row never runs out under a working process.
        self._lease_until_s = asked_s + LEASE_S / 2 if taken else 0.0
        return taken

    async def _consume_all(self) -> None:
        scope = SystemScope("events: see how far a consumer is")
        done = await self._storage.read(lambda tx: cursors_of(tx, scope, self.name))
        spaces = await self._storage.read(lambda tx: changed_spaces(tx, scope, since_ms=0))
        for space_id, last, _ in spaces:
            number = done.get(space_id, 0)
            while number < last and await self._hold_lease():
                number = await self._consume_page(space_id, number, last)

    async def _consume_page(self, space_id: str, after: int, last: int) -> int:
        scope = SpaceScope(SpaceId(space_id))
        page = await self._storage.read(lambda tx: events_after(tx, scope, after, limit=PAGE))
        if not page:
            return last
        if self._apply is not None:
            await self._storage.write(lambda tx: self._project(tx, page))
            return page[-1].number
        for event in page:
            await self._handle(event)
        await self._storage.write(
            lambda tx: set_cursor(
                tx,
                SystemScope("events: move a consumer on"),
                self.name,
                space_id=space_id,
                number=page[-1].number,
            )
        )
        return page[-1].number

    def _project(self, tx: Transaction, page: list[StoredEvent]) -> None:
        assert self._apply is not None
        scope = SystemScope("events: move a consumer on")
        space_id = page[0].space_id
        tx.take_turn(f"consumer:{self.name}")
        done = cursor_of(tx, scope, self.name, space_id)
        for event in page:
            if event.number > done and self._trie.match(event.topic):
                self._apply(tx, event)
        set_cursor(tx, scope, self.name, space_id=space_id, number=max(done, page[-1].number))

    async def _handle(self, event: StoredEvent) -> None:
        assert self._handler is not None
        if event.id in self._seen or not self._trie.match(event.topic):
            return
        while True:
            try:
                await self._handler(event)
            except Exception:  # noqa: BLE001 - a supervisor: the event is tried again, never skipped
                _log.exception("consumer %s failed on event %s; it is tried again", self.name, event.id)
                await asyncio.sleep(RETRY_S)
                continue
            self._seen[event.id] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return

"""Following a run: from any position, in any process, without a gap or a repetition.

A viewer's position is (epoch, number). Each round reads the database from there; then, if this process
owns the run, it goes on with the live queue, else it waits for news and reads again. Because the live
queue was joined before the database was read, an event is in one of the two. A number lower than
expected is one that was seen already; a higher one means the queue is ahead, and the database is read.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from salon.foundation.kit.caller import Scope
from salon.foundation.kit.errors import NotFound
from salon.foundation.runs import store
from salon.foundation.runs.channel import Channel, Follower
from salon.foundation.runs.live import LiveCopies
from salon.foundation.runs.models import Rewind, Run, RunEvent, Seen
from salon.foundation.storage import Storage, Transaction

POLL_S: Final = 0.25
LIVE_WAIT_S: Final = 5.0
PAGE: Final = 500


class Following:
    """One viewer's walk along a run's log."""

    def __init__(
        self,
        storage: Storage,
        scope: Scope,
        run_id: str,
        *,
        epoch: int,
        number: int,
        channel: Callable[[str], Channel | None],
        live: LiveCopies | None,
    ) -> None:
        self._storage = storage
        self._scope = scope
        self._run_id = run_id
        self._epoch = epoch
        self._number = number
        self._channel = channel
        self._live = live
        self._knows_compaction = False

    async def events(self) -> AsyncIterator[Seen]:
        """Yield what follows the position, until the terminal event. Raises: NotFound, StorageError."""
        while True:
            channel = self._channel(self._run_id)
            follower = channel.join() if channel is not None else None
            try:
                async for seen in self._stored():
                    yield seen
                    if isinstance(seen, RunEvent) and seen.is_end:
                        return
                if follower is not None:
                    async for event in self._queued(follower):
                        yield event
                        if event.is_end:
                            return
                    # A queue that closes without an end was lost or outrun: the database knows more.
                    await asyncio.sleep(0)
            finally:
                if channel is not None and follower is not None:
                    channel.leave(follower)
            if follower is None or follower.is_closed:
                await self._news()

    async def _stored(self) -> AsyncIterator[Seen]:
        while True:
            run, base, page = await self._storage.read(self._load)
            rewind = self._catch_up(run, base)
            if rewind is not None:
                yield rewind
                continue
            for event in page:
                self._number = event.number
                yield event
            if len(page) < PAGE:
                return

    def _load(self, tx: Transaction) -> tuple[Run, int | None, list[RunEvent]]:
        run = store.get_run(tx, self._scope, self._run_id)
        if run is None:
            raise NotFound(what="run", id=self._run_id)
        base = None
        if run.epoch != self._epoch:
            base = store.first_base_since(tx, self._scope, self._run_id, self._epoch)
        page = store.log_after(tx, self._scope, self._run_id, self._number, limit=PAGE)
        return run, base, page

    def _catch_up(self, run: Run, base: int | None) -> Rewind | None:
        """Move to the run's epoch; return what the viewer must be told about it."""
        limit = self._number
        if run.epoch != self._epoch:
            self._epoch, limit = run.epoch, min(self._number, run.last_number if base is None else base)
        elif self._number > run.last_number and self._channel(self._run_id) is None:
            limit = run.last_number
        if run.compacted and not self._knows_compaction:
            # Once per walk: what the viewer holds may lack deltas that are gone now.
            self._knows_compaction = True
            limit = 0 if limit < run.last_number else limit
        if limit == self._number:
            return None
        self._number = limit
        return Rewind(epoch=run.epoch, number=limit)

    async def _queued(self, follower: Follower) -> AsyncIterator[RunEvent]:
        while not follower.has_lagged:
            while follower.queue:
                event = follower.queue.popleft()
                if event.epoch != self._epoch or event.number > self._number + 1:
                    return
                if event.number == self._number + 1:
                    self._number = event.number
                    yield event
            if follower.is_closed:
                return
            try:
                await follower.wait(LIVE_WAIT_S)
            except TimeoutError:
                return

    async def _news(self) -> None:
        if self._live is None or not await self._live.wait(
            self._run_id, epoch=self._epoch, number=self._number
        ):
            await asyncio.sleep(POLL_S)

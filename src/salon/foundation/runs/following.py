"""Following a run: from any position, in any process, without a gap or a repetition.

A viewer's position is (epoch, number). Each round reads the database from there; then it goes on with a
live queue: the owner's, if this process owns the run, else what other processes tell of it. Because the
queue was joined before the database was read, an event of an owned run is in one of the two. A number lower
than expected is one that was seen already; a higher one means that the queue is ahead or lost something, and
the database is read. Where nothing live is to be had, the database is read every quarter of a second.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from salon.foundation.kit.caller import Scope
from salon.foundation.kit.errors import NotFound
from salon.foundation.runs import store
from salon.foundation.runs.channel import Channel, Follower
from salon.foundation.runs.models import END, Rewind, Run, RunEvent, Seen
from salon.foundation.storage import Storage, Transaction

POLL_S: Final = 0.25
POLLS_PER_S: Final = 400
"""How often all viewers of one process together may read the database while nothing live is to be had."""
PAGE: Final = 200

Channels = Callable[[str], Channel | None]
AtOnce = Callable[[RunEvent], bool]
"""Takes an event the moment it happens, called by whoever appends it; False if it cannot. Never raises."""


class Following:
    """One viewer's walk along a run's log."""

    polling = 0
    """How many walks of this process wait for the database now."""

    def __init__(
        self,
        storage: Storage,
        scope: Scope,
        run_id: str,
        *,
        epoch: int,
        number: int,
        channel: Channels,
        at_once: AtOnce | None = None,
    ) -> None:
        self.lags = 0
        """How often the viewer fell behind and was sent back to the database."""
        self._storage = storage
        self._scope = scope
        self._run_id = run_id
        self._epoch = epoch
        self._number = number
        self._channel = channel
        self._at_once = at_once
        self._top: int | None = None
        """The last number that an owner in this process gave away, when the round began."""
        self._knows_compaction = False
        self._is_over = False

    async def events(self) -> AsyncIterator[Seen]:
        """Yield what follows the position, until the terminal event. Raises: NotFound, StorageError."""
        async for batch in self.batches():
            for seen in batch:
                yield seen

    async def batches(self) -> AsyncIterator[list[Seen]]:
        """Yield the same in lists: what is there at once comes at once. Raises: NotFound, StorageError.

        While the next list is waited for, an event that follows may be taken by ``at_once`` instead.
        """
        while not self._is_over:
            channel = self._channel(self._run_id)
            follower = channel.join() if channel is not None else None
            self._top = channel.top if channel is not None else None
            try:
                async for batch in self._stored():
                    yield batch
                if follower is not None and self._at_once is not None:
                    follower.at_once = self._take_at_once
                # What is not taken at once comes through here: no further generator, and no task.
                while follower is not None and not self._is_over and not follower.has_lagged:
                    queued, is_whole = self._queued(follower)
                    if queued:
                        yield queued
                    if self._is_over or not is_whole or follower.is_closed:
                        break
                    await follower.wait()
            finally:
                if channel is not None and follower is not None:
                    channel.leave(follower)
            if follower is None and not self._is_over:
                await self._pause()
            elif not self._is_over:
                # A queue that closes without an end was lost or outrun: the database knows more.
                self.lags += follower is not None and follower.has_lagged
                await asyncio.sleep(0)

    async def _stored(self) -> AsyncIterator[list[Seen]]:
        while not self._is_over:
            run, base, page = await self._storage.read(self._load)
            rewind = self._catch_up(run, base)
            if rewind is not None:
                yield [rewind]
                continue
            if page:
                self._number = page[-1].number
                self._is_over = page[-1].type == END
                yield list(page)
            elif run.status != "running":
                self._is_over = True  # the viewer has the end already
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
        elif self._number > run.last_number:
            if run.status != "running":
                limit = run.last_number - 1  # no position of ours: the end is told again
            else:
                limit = min(limit, max(run.last_number, self._top or 0))
        is_compaction = False
        if run.compacted and not self._knows_compaction:
            # Once per walk, also to those who come first: numbers will be missing in what follows.
            self._knows_compaction = True
            is_compaction = limit < run.last_number
            limit = 0 if is_compaction else limit
        if limit == self._number and not is_compaction:
            return None
        self._number = limit
        return Rewind(epoch=run.epoch, number=limit, reason="compacted" if is_compaction else "epoch")

    def _take_at_once(self, event: RunEvent) -> bool:
        """Have an event taken past the queue, if it is the next one and not the end."""
        is_next = event.number == self._number + 1 and event.epoch == self._epoch and event.type != END
        if not is_next or self._at_once is None or not self._at_once(event):
            return False
        self._number = event.number
        return True

    def _queued(self, follower: Follower) -> tuple[list[Seen], bool]:
        """Take what is queued and follows; false if something else is queued, too."""
        batch: list[Seen] = []
        number = self._number
        for event in follower.take():
            if event.number == number + 1 and event.epoch == self._epoch:
                number = event.number
                batch.append(event)
                self._is_over = event.type == END
            elif event.epoch != self._epoch or event.number > number:
                self._number = number
                return batch, False
        self._number = number
        return batch, True

    async def _pause(self) -> None:
        """Wait for the next look; the more wait, the longer, so that the database is not asked to death."""
        Following.polling += 1
        try:
            await asyncio.sleep(max(POLL_S, Following.polling / POLLS_PER_S))
        finally:
            Following.polling -= 1

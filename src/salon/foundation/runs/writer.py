"""Makes the events of all runs of this process durable: one write per tick for all of them together."""

import asyncio
import logging
from collections.abc import Callable
from itertools import islice
from typing import Final, TypeVar

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.tasks import TaskSupervisor, was_cancelled
from salon.foundation.runs import store
from salon.foundation.runs.handle import RunHandle
from salon.foundation.runs.live import LiveCopies
from salon.foundation.runs.models import EndStatus, RunEvent, StaleEpoch
from salon.foundation.storage import Storage, Transaction

T = TypeVar("T")

_log = logging.getLogger(__name__)

TICK_S: Final = 0.04
"""Between the beginnings of two writes. What comes after a pause waits for nothing."""
NEARLY_S: Final = 0.005
"""A write that is due so soon is made at once: a loop that waits for a moment wakes twice."""
RETRY_S: Final = 0.5
MAX_EVENTS_PER_RUN: Final = 1000
MAX_COPIES: Final = 20_000
"""Events that may wait to be told elsewhere."""


class LogWriter:
    """Writes what was appended, at most every 40 ms; a stale epoch loses its run."""

    def __init__(
        self, storage: Storage, *, clock: Clock, live: LiveCopies | None = None, tick_s: float = TICK_S
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._live = live
        self._tick_s = tick_s
        self._dirty: dict[str, RunHandle] = {}
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()
        self._copies: list[RunEvent] = []
        self._has_copies = asyncio.Event()
        self.writes = 0
        """How many transactions were made; for metrics and tests."""

    def start(self, tasks: TaskSupervisor) -> None:
        """Begin to write."""
        tasks.spawn(self._tick_forever(), name="run-log-writer")
        if self._live is not None:
            tasks.spawn(self._copy_forever(self._live), name="run-log-copies")

    def wake(self, handle: RunHandle) -> None:
        """Write this handle's pending events at the next tick."""
        self._dirty[handle.run_id] = handle
        self._wake.set()

    async def flush(self, handle: RunHandle) -> None:
        """Write everything pending until this handle has nothing left. Raises: StorageError."""
        while handle.channel.pending and not handle.is_lost:
            await self.write_all()

    async def end(self, handle: RunHandle, status: EndStatus, event: RunEvent) -> bool:
        """Write the terminal event; False if the epoch is stale."""
        scope = SystemScope("runs: end an owned run")
        done = await self._storage.write(
            lambda tx: store.end_run(tx, scope, handle.run_id, epoch=handle.epoch, status=status, event=event)
        )
        if done:
            handle.ended(event)
            self._copy([event])
        return done

    async def journal(self, handle: RunHandle) -> dict[str, bytes]:
        """Return what the completed steps returned, by path."""
        scope = SystemScope("runs: read the journal of an owned run")
        return await self._storage.read(lambda tx: store.journal(tx, scope, handle.run_id))

    async def record_step(self, handle: RunHandle, path: str, result: bytes) -> bool:
        """Write what a step returned; False if the epoch is stale."""
        scope, now_ms = SystemScope("runs: write the journal of an owned run"), self._clock.now_ms()
        return await self._storage.write(
            lambda tx: store.record_step(
                tx, scope, handle.run_id, epoch=handle.epoch, path=path, result=result, now_ms=now_ms
            )
        )

    async def write(self, handle: RunHandle, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` in a transaction in which the handle's epoch owns the run. Raises: StaleEpoch."""
        scope = SystemScope("runs: write rows that belong to an owned run")

        def fenced(tx: Transaction) -> T:
            if not store.own(tx, scope, handle.run_id, epoch=handle.epoch):
                raise StaleEpoch(handle.run_id)
            return fn(tx)

        return await self._storage.write(fenced)

    async def write_all(self) -> None:
        """Write what every run has pending, in one transaction. Raises: StorageError."""
        async with self._lock:
            batch = [
                (handle, list(islice(handle.channel.pending, MAX_EVENTS_PER_RUN)))
                for _, handle in sorted(self._dirty.items())  # as leases are renewed: see there
                if handle.channel.pending and not handle.is_lost
            ]
            self._dirty.clear()
            if not batch:
                return
            try:
                outcome = await self._storage.write(
                    lambda tx: _append_all(tx, batch), outlives_power=not _is_text(batch)
                )
            except BaseException:
                self._dirty.update((handle.run_id, handle) for handle, _ in batch)
                raise
            self.writes += 1
            for (handle, events), stop in zip(batch, outcome, strict=True):
                self._settle(handle, events[-1].number, stop=stop)
        if self._live is not None:
            for (_, events), stop in zip(batch, outcome, strict=True):
                if stop is not None:
                    self._copy(events)

    def _settle(self, handle: RunHandle, number: int, *, stop: bool | None) -> None:
        if stop is None:
            if not handle.has_ended:
                handle.lose()
            return
        handle.channel.committed(number)
        if handle.channel.pending:
            self.wake(handle)
        if stop:
            handle.stop_requested.set()

    def _copy(self, events: list[RunEvent]) -> None:
        """Hand events on to be told elsewhere; what is too much is left out, and found in the database."""
        if self._live is None:
            return
        self._copies += events if len(self._copies) < MAX_COPIES else ()
        self._has_copies.set()

    async def _copy_forever(self, live: LiveCopies) -> None:
        # A task of its own: a Redis that does not answer must not keep anything from the database.
        while not was_cancelled():
            await self._has_copies.wait()
            self._has_copies.clear()
            copies, self._copies = self._copies, []
            await live.add(copies)

    async def _tick_forever(self) -> None:
        now, next_s = asyncio.get_running_loop().time, 0.0
        while True:
            await self._wake.wait()
            left_s = next_s - now()
            if left_s > NEARLY_S:
                await asyncio.sleep(left_s)
            # From beginning to beginning: a database that takes its time makes nothing wait twice.
            next_s = now() + self._tick_s
            self._wake.clear()
            try:
                await self.write_all()
            except SalonError as error:
                # Nothing is lost: it stays pending and is written when the database is back.
                _log.warning("run logs cannot be written: %s", error.message)
                await asyncio.sleep(RETRY_S)
                self._wake.set()


def _is_text(batch: list[tuple[RunHandle, list[RunEvent]]]) -> bool:
    """Tell whether there is nothing but deltas: what they add up to is kept, and synced, at the end."""
    return all(event.is_delta for _, events in batch for event in events)


def _append_all(tx: Transaction, batch: list[tuple[RunHandle, list[RunEvent]]]) -> list[bool | None]:
    scope = SystemScope("runs: append to owned runs")
    return store.append(tx, scope, [(handle.run_id, handle.epoch, events) for handle, events in batch])

"""Queues ended requests and writes them in batches, with the money they spent, exactly once.

``record`` costs the hot path an append. A timer gathers what came within a few milliseconds into one
transaction, so a commit is shared; batches are short, so the writer thread never holds the interpreter
for long. Each batch has a number that is written with it: a batch whose COMMIT's answer was lost is not
written twice. While the disk refuses, rows wait in memory up to a bound and then go to the log, counted.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from itertools import groupby, islice
from operator import attrgetter
from typing import Final

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Overloaded, StorageError
from salon.foundation.ledger import lease_store, store
from salon.foundation.ledger.lease_store import Delta
from salon.foundation.ledger.models import AttemptEntry, RequestEntry
from salon.foundation.ledger.tame import LONGEST_TEXT, shortened, tamed
from salon.foundation.storage import Storage, Transaction

GATHER_S: Final = 0.02
"""How long a row waits for company before it is written."""
MAX_BATCH: Final = 256
CATCH_UP_BATCH: Final = 2048
"""A batch's size once more than that wait: a slow disk must not make rows pile up to the bound."""
MAX_WAITING: Final = 20_000
"""Rows kept in memory while the database takes none; about 1.5 kB each."""
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0

_COUNTER: Final = attrgetter("budget_id", "period_start_ms", "epoch")
_log = logging.getLogger(__name__)


class LedgerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How the ledger's writing goes; part of ``/readyz``."""

    waiting: int
    """Rows not on disk yet."""
    spilled: int
    """Rows that went to the log because the bound was reached; 0 unless the disk refused for long."""
    refused: int
    """Rows the database would not take one by one; they are in the log."""
    problem: str | None
    """Why writing fails now, or None."""


class Item(msgspec.Struct, eq=False):
    """One ended request, or only a change of counters."""

    entry: RequestEntry | None
    attempts: Sequence[AttemptEntry]
    deltas: tuple[Delta, ...]
    done: "Future[None] | None"


class Recorder:
    """The queue and its writer. ``add`` from any thread; the rest on the event loop."""

    def __init__(self, storage: Storage, clock: Clock, *, process_id: str) -> None:
        self._storage = storage
        self._clock = clock
        self._process_id = process_id
        self._waiting: deque[Item] = deque()
        self._batch: list[Item] = []
        self._number = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer_set = False
        self._pause_s = FIRST_PAUSE_S
        self._problem: str | None = None
        self._single = 0
        """How many items from the front are written one by one."""
        self._done = 0
        self._flushes: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._stopped = False
        self._scope = SystemScope("ledger: write what happened in any space")
        self.spilled = 0
        self.refused = 0
        self.on_lost: Callable[[list[Delta]], None] = _ignore
        """Called on the loop with the deltas whose lease had been given back by another process."""
        self.before_batch: Callable[[], list[Delta]] = _no_deltas
        """Called on the loop for deltas to take along."""

    def start(self) -> None:
        """Bind to the running loop and write what was recorded before."""
        self._loop = asyncio.get_running_loop()
        if self._waiting:
            self._set_timer()

    def congested(self) -> bool:
        """Tell whether so many rows wait that no new request should be taken."""
        return self._problem is not None and len(self._waiting) >= MAX_WAITING // 2

    def health(self) -> LedgerHealth:
        """Say how the writing goes."""
        return LedgerHealth(
            waiting=len(self._waiting) + len(self._batch),
            spilled=self.spilled,
            refused=self.refused,
            problem=self._problem,
        )

    def add(self, item: Item) -> None:
        """Queue an item; never blocks.

        At the bound, and after ``close``, the row goes to the log; at the bound its money is still counted.
        """
        if item.entry is not None and (self._stopped or len(self._waiting) >= MAX_WAITING):
            item = self._spill(item)
        self._waiting.append(item)
        if not self._timer_set and self._loop is not None:
            self._timer_set = True
            if asyncio._get_running_loop() is self._loop:  # noqa: SLF001 - 40 ns, where the public one raises
                self._loop.call_later(GATHER_S, self._on_timer)
            else:
                self._loop.call_soon_threadsafe(self._on_timer)

    def _spill(self, item: Item) -> Item:
        self.spilled += 1
        _log.error(
            "the ledger takes no more rows; this one is kept in the log only",
            extra={"ledger_row": _as_text(item)},
        )
        if item.done is not None:
            item.done.set_exception(
                StorageError(problem="The ledger cannot be written.", fix="Free some space on its disk.")
            )
        return Item(None, (), item.deltas, None)

    async def flush(self) -> None:
        """Wait until all that was recorded before this call is on disk; the caller bounds the wait."""
        if not self._waiting and not self._batch:
            return
        assert self._loop is not None, "flush before start"
        waiter = self._loop.create_future()
        self._flushes.append((self._done + len(self._batch) + len(self._waiting), waiter))
        self._write_next()
        await waiter

    async def close(self, timeout_s: float) -> None:
        """Write what is left; what cannot be written in time goes to the log. Once is enough."""
        if self._stopped:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self.flush()
        except TimeoutError:
            pass
        self._stopped = True
        for item in [*self._batch, *self._waiting]:
            if item.entry is not None:
                self._spill(item)

    # On the loop

    def _set_timer(self, delay_s: float = GATHER_S) -> None:
        assert self._loop is not None
        if not self._timer_set:
            self._timer_set = True
            self._loop.call_later(delay_s, self._on_timer)

    def _on_timer(self) -> None:
        self._timer_set = False
        self._write_next()

    def _write_next(self) -> None:
        if self._batch or self._stopped:
            return
        deltas = self.before_batch()
        if deltas:
            self._waiting.append(Item(None, (), tuple(deltas), None))
        self._batch = self._cut()
        if self._batch:
            self._number += 1
            self._submit()

    def _cut(self) -> list[Item]:
        waiting = self._waiting
        size = 1 if self._single else MAX_BATCH if len(waiting) < CATCH_UP_BATCH else CATCH_UP_BATCH
        # One by one, for another thread may append at the same time; without a step of ours for each.
        return list(islice(iter(waiting.popleft, None), min(len(waiting), size)))

    def _submit(self) -> None:
        batch, number, now_ms = self._batch, self._number, self._clock.now_ms()
        tame = self._single > 0

        def write(tx: Transaction) -> list[Delta]:
            return self._write(tx, batch, number, now_ms, tame=tame)

        try:
            future = self._storage.submit(write)
        except (StorageError, Overloaded) as error:
            self._failed(error)
            return
        assert self._loop is not None
        loop = self._loop
        future.add_done_callback(lambda done: _call(loop, self._written, done))

    def _written(self, future: "Future[list[Delta]]") -> None:
        error = future.exception()
        if isinstance(error, StorageError | Overloaded):
            self._failed(error)
        elif error is not None:
            self._isolate(error)
        else:
            self._succeeded(future.result())

    def _succeeded(self, lost: list[Delta]) -> None:
        batch, self._batch = self._batch, []
        if self._problem is not None:
            _log.warning("the ledger is being written again")
        self._problem, self._pause_s = None, FIRST_PAUSE_S
        for done in [item.done for item in batch if item.done is not None]:
            if not done.done():
                done.set_result(None)
        self._done += len(batch)
        self._single = max(0, self._single - 1)
        self._tell_flushed()
        if lost:
            self.on_lost(lost)
        if self._single or self._flushes or len(self._waiting) >= MAX_BATCH:
            self._write_next()
        elif self._waiting:
            self._set_timer()

    def _failed(self, error: BaseException) -> None:
        if self._problem is None:
            _log.error("the ledger cannot be written; rows wait in memory: %s", error)
        self._problem = str(error)
        if self._stopped:
            return
        assert self._loop is not None
        self._loop.call_later(self._pause_s, self._again)
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _again(self) -> None:
        if self._batch and not self._stopped:
            self._submit()

    def _isolate(self, error: BaseException) -> None:
        """Write the items of a spoilt batch one by one, tamed; what still fails goes to the log."""
        batch, self._batch = self._batch, []
        if len(batch) > 1 or not self._single:
            self._single = len(batch)
            self._waiting.extendleft(reversed(batch))
        else:
            self._single -= 1
            self._drop(batch[0], error)
            self._tell_flushed()
        self._write_next()

    def _drop(self, item: Item, error: BaseException) -> None:
        self.refused += 1
        self._done += 1
        _log.error("the database refuses a ledger row: %s", error, extra={"ledger_row": _as_text(item)})
        if item.done is not None and not item.done.done():
            item.done.set_exception(error)
        # Without its row the spend is not counted, and the lease gets its money back.
        freed = tuple(msgspec.structs.replace(delta, spent_e10=0) for delta in item.deltas)
        if freed and item.entry is not None:
            self._waiting.appendleft(Item(None, (), freed, None))

    def _tell_flushed(self) -> None:
        while self._flushes and self._flushes[0][0] <= self._done:
            waiter = self._flushes.popleft()[1]
            if not waiter.done():
                waiter.set_result(None)

    # On the storage's thread

    def _write(
        self, tx: Transaction, batch: Sequence[Item], number: int, now_ms: int, *, tame: bool
    ) -> list[Delta]:
        if not lease_store.begin_batch(tx, self._scope, self._process_id, number, now_ms=now_ms):
            return []
        entries, tried = _rows(batch)
        if tame:
            entries, tried = [tamed(entry) for entry in entries], [tamed(attempt) for attempt in tried]
        store.insert_entries(tx, self._scope, entries, tried)
        deltas = merge_deltas([delta for item in batch for delta in item.deltas])
        return [
            delta for delta in deltas if not lease_store.apply_delta(tx, self._scope, self._process_id, delta)
        ]


def merge_deltas(deltas: Iterable[Delta]) -> list[Delta]:
    """Return one delta per counter, in one order for all processes, so that they cannot deadlock."""
    ordered = sorted(deltas, key=_COUNTER)
    return [
        Delta(*counter, sum([delta.spent_e10 for delta in same]), sum([delta.less_e10 for delta in same]))
        for counter, group in groupby(ordered, key=_COUNTER)
        for same in [list(group)]
    ]


def _rows(batch: Sequence[Item]) -> tuple[list[RequestEntry], list[AttemptEntry]]:
    """Return the rows of requests, and those of attempts that do not stand in them."""
    entries: list[RequestEntry] = []
    tried: list[AttemptEntry] = []
    for item in batch:
        entry = item.entry
        if entry is not None:
            entries.append(entry if len(entry.alias) <= LONGEST_TEXT else shortened(entry))
        if entry is None or entry.attempt_ms is None:
            tried += item.attempts
    return entries, tried


def _as_text(item: Item) -> str:
    return msgspec.json.encode([item.entry, *item.attempts]).decode()


def _no_deltas() -> list[Delta]:
    return []


def _ignore(_lost: list[Delta]) -> None:
    return None


def _call(
    loop: asyncio.AbstractEventLoop, fn: Callable[[Future[list[Delta]]], None], done: Future[list[Delta]]
) -> None:
    # A closed loop has nobody left who waits.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(fn, done)

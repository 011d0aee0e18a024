"""Takes away what ended runs need no more, and says now and then what that was."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.runs import compaction_store as store
from salon.foundation.runs.models import Run
from salon.foundation.storage import Storage, Transaction

KEEP_DELTAS_S: Final = 30.0
"""How long an ended run keeps its deltas: viewers that are a little behind need not begin again."""
KEEP_RUNS_S: Final = 30 * 24 * 3600.0
REPORT_S: Final = 3600.0
DELETE_EVERY_S: Final = 60.0
PAGE: Final = 100
KIND: Final = "janitor"

Stands = Callable[[Transaction, Run], bool]
"""Whether what a run's deltas add up to is written elsewhere; called in the transaction that drops them."""


class Freed(msgspec.Struct):
    """What was taken away since the last report."""

    compacted_runs: int = 0
    dropped_events: int = 0
    dropped_bytes: int = 0
    deleted_runs: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is anything to report."""
        return any(msgspec.structs.astuple(self))


class Janitor:
    """Compacts and deletes ended runs. One per process; several processes do not disturb each other."""

    def __init__(self, storage: Storage, *, keep_deltas_s: float, keep_runs_s: float) -> None:
        self._storage = storage
        self._keep_deltas_ms = int(keep_deltas_s * 1000)
        self._keep_runs_ms = int(keep_runs_s * 1000)
        self._stands: dict[str, Stands] = {}
        self._freed = Freed()
        self._report_at_s = time.monotonic() + REPORT_S
        self._delete_at_s = 0.0
        self.before_work: Callable[[], Awaitable[None]] | None = None
        """What makes known whose results are waited for; called before a run is compacted."""

    def wait_for(self, kind: str, stands: Stands) -> None:
        """Keep the deltas of ended runs of ``kind`` until ``stands`` says so."""
        self._stands[kind] = stands

    async def tidy(self, now_ms: int) -> None:
        """Compact what ended a while ago, and delete what ended long ago."""
        await self.compact(before_ms=now_ms - self._keep_deltas_ms)
        if time.monotonic() >= self._delete_at_s:
            self._delete_at_s = time.monotonic() + DELETE_EVERY_S
            await self.delete(before_ms=now_ms - self._keep_runs_ms)

    async def compact(self, *, before_ms: int) -> int:
        """Drop the deltas of runs that ended before a time; return how many rows."""
        scope = SystemScope("runs: compaction")
        dropped, seen, since_ms = 0, set[str](), 0
        while True:
            page = await self._storage.read(
                lambda tx, since_ms=since_ms: store.compactable_runs(
                    tx, scope, before_ms=before_ms, since_ms=since_ms, limit=PAGE
                )
            )
            if page and self.before_work is not None:
                await self.before_work()
            for run in page:
                if run.id not in seen:
                    dropped += await self._compact_one(scope, run)
            # Those whose results do not stand yet stay in the list: the next page begins behind them.
            fresh = {run.id for run in page} - seen
            if len(page) < PAGE or not fresh:
                return dropped
            seen |= fresh
            since_ms = page[-1].ended_at_ms or 0

    async def _compact_one(self, scope: SystemScope, run: Run) -> int:
        stands = self._stands.get(run.kind)

        def write(tx: Transaction) -> tuple[int, int] | None:
            if stands is not None and not stands(tx, run):
                return None
            return store.compact(tx, scope, run.id)

        done = await self._storage.write(write)
        if done is None:
            return 0
        self._freed.compacted_runs += done[0] > 0
        self._freed.dropped_events += done[0]
        self._freed.dropped_bytes += done[1]
        return done[0]

    async def delete(self, *, before_ms: int) -> int:
        """Delete runs that ended before a time; return how many."""
        scope, deleted = SystemScope("runs: delete old runs"), 0
        while True:
            page = await self._storage.read(lambda tx: store.old_runs(tx, scope, before_ms=before_ms))
            for run_id in page:
                deleted += await self._storage.write(
                    lambda tx, run_id=run_id: store.delete_run(tx, scope, run_id)
                )
            if not page:
                self._freed.deleted_runs += deleted
                return deleted

    def due_report(self, *, is_last: bool = False) -> dict[str, Any] | None:
        """Return what is to be told now, and count from nothing again; None when there is nothing to tell."""
        if not self._freed or not (is_last or time.monotonic() >= self._report_at_s):
            return None
        self._report_at_s = time.monotonic() + REPORT_S
        told, self._freed = msgspec.structs.asdict(self._freed), Freed()
        return told

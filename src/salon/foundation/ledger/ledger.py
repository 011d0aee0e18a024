"""The ledger's door: record what happened, hold money before it is spent, ask what was used."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Final

from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import InvalidRequest, NotFound, Overloaded, Unpriced
from salon.foundation.kit.ids import RequestId
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import budget_store, course_store, lease_store, store, usage_store
from salon.foundation.ledger.budgets import Budget, BudgetState, period_window
from salon.foundation.ledger.course_store import Course, CourseQuery
from salon.foundation.ledger.holds import Hold, Part, take_all
from salon.foundation.ledger.leases import Leases
from salon.foundation.ledger.models import AttemptEntry, RequestEntry
from salon.foundation.ledger.recorder import Item, LedgerHealth, Recorder
from salon.foundation.ledger.slices import Slice
from salon.foundation.ledger.summing import Summing
from salon.foundation.ledger.usage_store import UsageQuery, UsageRow
from salon.foundation.storage import Storage, Transaction

LEASE_TTL_S: Final = 15.0
KEEP_INTERVAL_S: Final = 1.0
LARGEST_PAGE: Final = 500


class RequestPage:
    """One page of requests, newest first."""

    __slots__ = ("entries", "next_cursor")

    def __init__(self, entries: list[RequestEntry], next_cursor: str | None) -> None:
        self.entries = entries
        self.next_cursor = next_cursor
        """Where the next page starts; None at the end."""


class Ledger:
    """What was asked, what it cost, and what may still be spent. One per process, on one event loop."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock | None = None,
        *,
        lease_ttl_s: float = LEASE_TTL_S,
        sole_owner: bool | None = None,
    ) -> None:
        """Build the ledger.

        ``sole_owner``: no other process uses this database, so what a predecessor left is taken back at
        once; by default true on SQLite, whose data directory has one owner.
        """
        self._clock = clock or SystemClock()
        self._storage = storage
        self._tasks = TaskSupervisor("ledger")
        sole = storage.dialect == "sqlite" if sole_owner is None else sole_owner
        self._leases = Leases(storage, self._clock, self._tasks, ttl_s=lease_ttl_s, sole_owner=sole)
        self._recorder = Recorder(storage, self._clock, process_id=self._leases.process_id)
        self._recorder.before_batch = self._leases.give_back
        self._recorder.on_lost = self._leases.lost
        self.summing = Summing(storage, self._clock, process_id=self._leases.process_id)
        """Keeps the sums that ``usage`` and ``course`` are answered from."""

    async def start(self) -> None:
        """Make this process known to the database and start to write what is recorded."""
        await self._leases.start()
        self._recorder.start()
        self._tasks.spawn(self._leases.keep(KEEP_INTERVAL_S), name="budget-leases")
        self._tasks.spawn(self._hand_back_idle(), name="budget-hand-back")
        self._tasks.spawn(self.summing.keep(), name="usage-sums")

    async def close(self, timeout_s: float = 10.0) -> None:
        """Write what is queued and give all leases back."""
        await self._tasks.close(timeout_s)
        deltas = self._leases.hand_back_all()
        if deltas:
            self._recorder.add(Item(None, (), tuple(deltas), None))
        await self._recorder.close(timeout_s)

    async def _hand_back_idle(self) -> None:
        while True:
            await asyncio.sleep(KEEP_INTERVAL_S)
            deltas = self._leases.give_back()
            if deltas:
                self._recorder.add(Item(None, (), tuple(deltas), None))

    # Recording

    def record(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry] = (), *, hold: Hold | None = None
    ) -> None:
        """Queue the rows of one ended request; never blocks. An attempt that stands in ``entry`` gets no row.

        With ``hold``, ends it at ``entry.cost_e10``: row and spend are written in one transaction.
        """
        deltas = ()
        if hold is not None:
            deltas = hold.end(entry.cost_e10 if entry.currency == hold.currency else None)
        self._recorder.add(Item(entry, attempts, deltas, None))

    def record_acked(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry] = (), *, hold: Hold | None = None
    ) -> "Future[None]":
        """Like ``record``; the future is done once the rows are on disk. Set on the event loop."""
        done: Future[None] = Future()
        deltas = ()
        if hold is not None:
            deltas = hold.end(entry.cost_e10 if entry.currency == hold.currency else None)
        self._recorder.add(Item(entry, attempts, deltas, done))
        return done

    async def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until everything recorded so far is on disk. Raises: TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._recorder.flush()

    def health(self) -> LedgerHealth:
        """Say how the writing goes."""
        return self._recorder.health()

    # Money

    def reserve_now(
        self, budget_ids: Sequence[str], estimate_e10: int | None, *, at_ms: int, currency: str
    ) -> Hold | None:
        """Hold ``estimate_e10`` on the one budget if the money is leased; else None: ask ``reserve``."""
        if len(budget_ids) != 1 or estimate_e10 is None or self._recorder.congested():
            return None
        leases = self._leases
        slice_ = leases.current(budget_ids[0], at_ms)
        budget = slice_.budget
        if budget is not None and budget.currency != currency:
            return None
        if not (leases.usable() and slice_.take(estimate_e10)):
            return None
        return Hold(
            leases, [Part(slice_, estimate_e10, slice_.epoch)], estimate_e10, currency, self._write_deltas
        )

    async def reserve(
        self,
        budget_ids: Sequence[str],
        estimate_e10: int | None,
        *,
        model: str = "",
        at_ms: int | None = None,
        currency: str = "USD",
    ) -> Hold | None:
        """Hold ``estimate_e10`` on every budget, or on none; None when there is no budget to hold on.

        Does not suspend while the leased slices have room. An ``estimate_e10`` of None means the price is
        unknown: refused unless every budget lets unpriced requests pass. ``at_ms``, the request's start,
        decides the period that pays. Raises: BudgetExceeded, Unpriced, Overloaded, StorageError.
        """
        if self._recorder.congested():
            raise Overloaded(retry_after_s=2)
        if not budget_ids:
            return None
        at_ms = self._clock.now_ms() if at_ms is None else at_ms
        hold = self.reserve_now(budget_ids, estimate_e10, at_ms=at_ms, currency=currency)
        if hold is not None:
            return hold
        leases = self._leases
        slices = [leases.current(budget_id, at_ms) for budget_id in budget_ids]
        if estimate_e10 is None:
            return await self._hold_unpriced(slices, model=model, currency=currency)
        parts = await take_all(leases, sorted(slices, key=_by_id), estimate_e10)
        hold = Hold(leases, parts, estimate_e10, currency, self._write_deltas)
        for part in parts:
            budget = part.slice.budget
            if budget is not None and budget.currency != currency:
                hold.release()
                raise Unpriced(model=model, budget=budget.name)
        return hold

    async def _hold_unpriced(self, slices: list[Slice], *, model: str, currency: str) -> Hold:
        for slice_ in slices:
            await self._leases.check_unpriced(slice_, model=model)
        parts = await take_all(self._leases, sorted(slices, key=_by_id), 0)
        return Hold(self._leases, parts, 0, currency, self._write_deltas)

    def _write_deltas(self, deltas: tuple[lease_store.Delta, ...]) -> None:
        self._recorder.add(Item(None, (), deltas, None))

    def budget_changed(self, budget_id: str) -> None:
        """Read the budget's terms anew before more money is held on it. Call after it was changed."""
        deltas = self._leases.changed(budget_id)
        if deltas:
            self._write_deltas(tuple(deltas))

    async def budgets(self, scope: Scope) -> list[BudgetState]:
        """Return every live budget of the scope and how it stands in its current period."""
        now_ms = self._clock.now_ms()

        def read(tx: Transaction) -> list[BudgetState]:
            return [_state(tx, scope, budget, now_ms) for budget in budget_store.live_budgets(tx, scope)]

        return await self._storage.read(read)

    # Usage

    async def usage(self, scope: Scope, query: UsageQuery) -> list[UsageRow]:
        """Return totals by the query's groups, in the order of their keys. Raises: InvalidRequest."""
        return await self._storage.read(lambda tx: usage_store.usage(tx, scope, query))

    async def course(
        self, scope: SpaceScope, query: CourseQuery, names: Mapping[str, str] | None = None
    ) -> Course:
        """Add up what was used step by step; ``names``: what groups are called. Raises: InvalidRequest."""
        return await self._storage.read(lambda tx: course_store.course(tx, scope, query, names or {}))

    async def requests(
        self, scope: Scope, *, key_id: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> RequestPage:
        """Return requests, newest first. Raises: InvalidRequest on a cursor that is not ours."""
        limit = max(1, min(limit, LARGEST_PAGE))
        before = _read_cursor(cursor)
        entries = await self._storage.read(
            lambda tx: store.page_of_requests(tx, scope, key_id=key_id, before=before, limit=limit + 1)
        )
        if len(entries) <= limit:
            return RequestPage(entries, None)
        last = entries[limit - 1]
        return RequestPage(entries[:limit], f"{last.started_at_ms}.{last.request_id}")

    async def request(self, scope: Scope, request_id: RequestId) -> tuple[RequestEntry, list[AttemptEntry]]:
        """Return one request and its attempts. Raises: NotFound."""

        def read(tx: Transaction) -> tuple[RequestEntry, list[AttemptEntry]] | None:
            entry = store.find_request(tx, scope, request_id)
            return None if entry is None else (entry, store.attempts_of(tx, scope, entry))

        found = await self._storage.read(read)
        if found is None:
            raise NotFound(what="request", id=request_id)
        return found


def estimate_tokens(size_bytes: int, max_output_tokens: int | None, cap_tokens: int) -> tuple[int, int]:
    """Estimate input and output tokens before a request: a third of its bytes, and at most the cap."""
    output = cap_tokens if max_output_tokens is None else min(max(0, max_output_tokens), cap_tokens)
    return -(-size_bytes // 3), output


def system_scope() -> SystemScope:
    """Return the scope in which an owner sees the usage of every space."""
    return SystemScope("ledger: the owner looks at the usage of all spaces")


def _by_id(slice_: Slice) -> str:
    return slice_.budget_id


def _state(tx: Transaction, scope: Scope, budget: Budget, now_ms: int) -> BudgetState:
    start_ms = period_window(budget.period, budget.zone, now_ms).start_ms
    spent, leased = budget_store.counters(tx, scope, budget.id, start_ms)
    return BudgetState(budget=budget, period_start_ms=start_ms, spent_e10=spent, reserved_e10=leased)


def _read_cursor(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return 2**62, ""
    time_text, _, request_id = cursor.partition(".")
    if not time_text.isascii() or not time_text.isdigit() or len(time_text) > 18 or not request_id:
        raise InvalidRequest(field="cursor", problem="It is not a cursor of this list.")
    return int(time_text), request_id

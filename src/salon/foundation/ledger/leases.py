"""Leases slices of budgets for this process, so that holding money needs no database most of the time.

A slice may be used only while the process renews its leases in time; whoever misses its time loses what
it had not spent to the others. When a slice runs out, one claim for all who wait goes to the database.
What is kept ahead follows the demand of the last seconds and shrinks with what remains of the budget, so
that near exhaustion nothing lies idle in one process while another refuses.
"""

import asyncio
import logging
from typing import Final

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import BudgetExceeded, Overloaded, SalonError, StorageError, Unpriced
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.money import format_money
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import budget_store, lease_store
from salon.foundation.ledger.budgets import END_OF_TIME_MS, Budget
from salon.foundation.ledger.lease_store import Claim, Delta, Grant, Tenure
from salon.foundation.ledger.slices import Slice, Waiter
from salon.foundation.storage import Storage, Transaction

PATIENCE_S: Final = 10.0
"""How long a request waits for the database to lease it money."""
REFUSED_FOR_S: Final = 0.25
"""For how long an exhausted budget is believed to be so without asking again."""
TERMS_FRESH_S: Final = 2.0
FORGET_AFTER_MS: Final = 7 * 24 * 3600 * 1000

_log = logging.getLogger(__name__)


class Leases:
    """All slices of this process. One event loop."""

    def __init__(
        self, storage: Storage, clock: Clock, tasks: TaskSupervisor, *, ttl_s: float, sole_owner: bool
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._tasks = tasks
        self._ttl_s = ttl_s
        self._sole_owner = sole_owner
        self.process_id = new_id("prc")
        self._tenure = Tenure(self.process_id, 1, round(ttl_s * 1000))
        self._slices: dict[str, Slice] = {}
        self._past: list[Slice] = []
        """Slices of periods that are over or of budgets that changed, until their last hold ends."""
        self._valid_until_s = 0.0
        self._valid_until_ms = 0
        self._scope = SystemScope("ledger: lease budgets of any space")

    async def start(self) -> None:
        """Make this process known; a sole owner takes back at once what its predecessor had leased."""

        def begin(tx: Transaction) -> int:
            now_ms = lease_store.server_now_ms(tx, self._clock.now_ms())
            judged_ms = END_OF_TIME_MS if self._sole_owner else now_ms
            lease_store.reclaim_expired(tx, self._scope, me=self.process_id, now_ms=judged_ms)
            lease_store.forget_processes(tx, self._scope, before_ms=now_ms - FORGET_AFTER_MS)
            return lease_store.register(tx, self._scope, self.process_id, now_ms=now_ms)

        self._adopt(await self._storage.write(begin))

    # Hot path

    def current(self, budget_id: str, at_ms: int) -> Slice:
        """Return the slice for the period that contains ``at_ms``."""
        found = self._slices.get(budget_id)
        if found is not None and (found.start_ms <= at_ms < found.end_ms or found.unlimited):
            return found
        if found is not None and found.end_ms == 0:
            return found  # not granted yet: its period is not known
        return self._open(budget_id, at_ms)

    def usable(self) -> bool:
        """Tell whether the leases are surely still ours, by both clocks."""
        return self._clock.monotonic_s() < self._valid_until_s and self._clock.now_ms() < self._valid_until_ms

    def _open(self, budget_id: str, at_ms: int) -> Slice:
        old = self._slices.get(budget_id)
        if old is not None:
            for slice_ in self._past:
                if slice_.budget_id == budget_id and slice_.start_ms <= at_ms < slice_.end_ms:
                    return slice_
            self._past.append(old)
        fresh = self._slices[budget_id] = Slice(budget_id, at_ms)
        return fresh

    # Waiting for money

    async def take(self, slice_: Slice, amount_e10: int) -> None:
        """Hold ``amount_e10`` of the slice. Raises: BudgetExceeded, Overloaded, StorageError."""
        if self.usable() and slice_.take(amount_e10):
            return
        if amount_e10 > slice_.free_e10 and self._clock.monotonic_s() < slice_.refused_until_s:
            raise self.exceeded(slice_)
        waiter = Waiter(amount_e10, asyncio.get_running_loop().create_future())
        slice_.waiters.append(waiter)
        self._remember(slice_)
        if not slice_.claiming:
            slice_.claiming = True
            self._tasks.spawn(self._claim(slice_), name="budget-claim")
        try:
            async with asyncio.timeout(PATIENCE_S):
                await waiter.future
        except BaseException as error:
            _withdraw(slice_, waiter)
            if isinstance(error, TimeoutError):
                raise Overloaded(retry_after_s=1) from error
            raise

    def _remember(self, slice_: Slice) -> None:
        """Keep a slice that was forgotten while its request waited for the money of another budget."""
        known = self._slices.setdefault(slice_.budget_id, slice_)
        if known is not slice_ and slice_ not in self._past:
            self._past.append(slice_)

    async def _claim(self, slice_: Slice) -> None:
        """Ask the database for what the waiting requests need, until nobody waits."""
        try:
            while slice_.waiters:
                await self._claim_once(slice_)
        except (StorageError, Overloaded) as error:
            _fail_all(slice_, error)
        except BaseException:
            _fail_all(slice_, Overloaded(retry_after_s=1))
            raise
        finally:
            slice_.claiming = False

    async def _claim_once(self, slice_: Slice) -> None:
        asked = tuple(slice_.waiters)
        claim = Claim(
            budget_id=slice_.budget_id,
            at_ms=slice_.at_ms,
            now_ms=self._clock.now_ms(),
            period_start_ms=slice_.start_ms if slice_.end_ms else None,
            free_e10=slice_.free_e10,
            needs=tuple(waiter.amount_e10 for waiter in asked),
            ahead_e10=slice_.ahead_e10,
        )
        tenure, began = self._tenure, self._moment()
        grant = await self._storage.write(lambda tx: lease_store.claim_money(tx, self._scope, tenure, claim))
        if grant.fenced or tenure is not self._tenure:
            await self._fenced()
            return
        self._extend_validity(began)
        self._serve(slice_, asked, grant)

    def _serve(self, slice_: Slice, asked: tuple[Waiter, ...], grant: Grant) -> None:
        slice_.grant(grant, epoch=self._tenure.epoch, now_s=self._clock.monotonic_s())
        for waiter, fits in zip(asked, grant.fits, strict=True):
            if waiter.future.done():
                continue
            if slice_.unlimited or waiter.amount_e10 <= slice_.free_e10:
                slice_.hold(waiter.amount_e10)
                waiter.future.set_result(None)
            elif not fits:
                slice_.refused_until_s = self._clock.monotonic_s() + REFUSED_FOR_S
                waiter.future.set_exception(self.exceeded(slice_))
        slice_.waiters = type(slice_.waiters)(w for w in slice_.waiters if not w.future.done())

    def exceeded(self, slice_: Slice) -> BudgetExceeded:
        """Say that the budget is used up and when it is full again."""
        name = slice_.budget.name if slice_.budget is not None else slice_.budget_id
        if slice_.end_ms >= END_OF_TIME_MS:
            return BudgetExceeded(budget=name, left=_left(slice_), resets_at="")
        resets_at = f" It resets at {_iso(slice_.end_ms)}."
        return BudgetExceeded(budget=name, left=_left(slice_), resets_at=resets_at)

    # Terms

    async def check_unpriced(self, slice_: Slice, *, model: str) -> None:
        """Let a request of unknown cost pass only if the budget says so. Raises: Unpriced."""
        if self._clock.monotonic_s() - slice_.terms_at_s > TERMS_FRESH_S:
            budget_id = slice_.budget_id
            slice_.budget = await self._storage.read(
                lambda tx: budget_store.get_budget(tx, self._scope, budget_id)
            )
            slice_.terms_at_s = self._clock.monotonic_s()
        budget = slice_.budget
        if budget is not None and not budget.allows_unpriced:
            raise Unpriced(model=model, budget=budget.name)

    def changed(self, budget: Budget | str) -> list[Delta]:
        """Forget a budget's terms; returns what its slice gives back."""
        budget_id = budget if isinstance(budget, str) else budget.id
        old = self._slices.pop(budget_id, None)
        if old is None:
            return []
        self._past.append(old)
        freed = old.hand_back(old.free_e10) if not old.waiters else None
        return [] if freed is None else [freed]

    # Housekeeping

    async def keep(self, interval_s: float) -> None:
        """Renew the leases in time, forever."""
        renewed_s = self._clock.monotonic_s()
        while True:
            await asyncio.sleep(interval_s)
            self.tick()
            now_s = self._clock.monotonic_s()
            if now_s - renewed_s < self._ttl_s / 3:
                continue
            renewed_s = now_s
            if self._slices or self._past:
                try:
                    await self.renew()
                except SalonError as error:
                    _log.warning("budget leases cannot be renewed: %s", error)

    def tick(self) -> None:
        """Learn the demand of the past second; forget slices nobody uses."""
        for slice_ in self._slices.values():
            slice_.tick()
        for budget_id in [slice_.budget_id for slice_ in self._slices.values() if slice_.idle]:
            del self._slices[budget_id]

    async def renew(self) -> None:
        """Extend the life of this process's leases and give back those of the dead."""
        tenure, began = self._tenure, self._moment()

        def write(tx: Transaction) -> bool:
            now_ms = lease_store.server_now_ms(tx, self._clock.now_ms())
            if not lease_store.renew(tx, self._scope, tenure, now_ms=now_ms):
                return False
            if not self._sole_owner:
                lease_store.reclaim_expired(tx, self._scope, me=tenure.process_id, now_ms=now_ms)
            return True

        if await self._storage.write(write):
            self._extend_validity(began)
        else:
            await self._fenced()

    def give_back(self) -> list[Delta]:
        """Return what is leased beyond need, and forget slices that are done with."""
        deltas = [delta for slice_ in self._slices.values() if (delta := slice_.excess()) is not None]
        for slice_ in self._past:
            if not slice_.waiters and not slice_.claiming:
                delta = slice_.hand_back(slice_.free_e10)
                deltas.extend([delta] if delta is not None else [])
        self._past = [s for s in self._past if s.held_e10 or s.waiters or s.claiming]
        return deltas

    def hand_back_all(self) -> list[Delta]:
        """Return everything not held; for a clean end."""
        deltas: list[Delta] = []
        for slice_ in [*self._slices.values(), *self._past]:
            delta = slice_.hand_back(slice_.free_e10)
            deltas.extend([delta] if delta is not None else [])
        return deltas

    def lost(self, deltas: list[Delta]) -> None:
        """Drop slices whose lease another process gave back."""
        keys = {(delta.budget_id, delta.period_start_ms, delta.epoch) for delta in deltas}
        for slice_ in [*self._slices.values(), *self._past]:
            if (slice_.budget_id, slice_.start_ms, slice_.epoch) in keys:
                slice_.lose()

    def _adopt(self, epoch: int) -> None:
        self._tenure = Tenure(self.process_id, epoch, round(self._ttl_s * 1000))

    async def _fenced(self) -> None:
        """Others took this process for dead: everything leased is gone, start under a new epoch."""
        _log.warning("this process was taken for dead; its budget leases went back")
        for slice_ in [*self._slices.values(), *self._past]:
            slice_.lose()
        now_ms = self._clock.now_ms()
        self._adopt(
            await self._storage.write(
                lambda tx: lease_store.register(tx, self._scope, self.process_id, now_ms=now_ms)
            )
        )

    def _moment(self) -> tuple[float, int]:
        return self._clock.monotonic_s(), self._clock.now_ms()

    def _extend_validity(self, began: tuple[float, int]) -> None:
        # Counted from before the database was asked, and short of the lease: ours ends first.
        usable_s = self._ttl_s * 0.8
        self._valid_until_s = began[0] + usable_s
        self._valid_until_ms = began[1] + round(usable_s * 1000)


def _withdraw(slice_: Slice, waiter: Waiter) -> None:
    if waiter in slice_.waiters:
        slice_.waiters.remove(waiter)
    done = waiter.future
    if done.done() and not done.cancelled() and done.exception() is None:
        slice_.give(waiter.amount_e10, epoch=slice_.epoch)  # granted in the moment it was given up
    done.cancel()


def _fail_all(slice_: Slice, error: SalonError) -> None:
    while slice_.waiters:
        future = slice_.waiters.popleft().future
        if not future.done():
            future.set_exception(error)


def _left(slice_: Slice) -> str:
    left_e10 = slice_.free_e10 + slice_.remaining_e10
    if slice_.budget is None or left_e10 <= 0:
        return " Nothing is left."
    amount = format_money(left_e10, currency=slice_.budget.currency)
    return f" {amount} is left; a smaller max_tokens may fit."


def _iso(time_ms: int) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 - only when a budget is used up

    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")

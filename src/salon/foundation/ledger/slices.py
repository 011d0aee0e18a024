"""Money one process has leased from one budget, and the holds of requests on it. Arithmetic only.

``free + held + spent-but-not-yet-written`` is what the lease row in the database calls outstanding.
"""

import asyncio
from collections import deque
from typing import Final

from salon.foundation.ledger.budgets import Budget
from salon.foundation.ledger.lease_store import SLACK_DIVISOR, Delta, Grant

AHEAD_S: Final = 2
"""For how many seconds of the present demand a slice keeps money ready."""
IDLE_TICKS: Final = 2


class Waiter:
    """A request that waits until its money is leased."""

    __slots__ = ("amount_e10", "future")

    def __init__(self, amount_e10: int, future: "asyncio.Future[None]") -> None:
        self.amount_e10 = amount_e10
        self.future = future


class Slice:
    """This process's part of one budget in one period."""

    __slots__ = (
        "_demand_e10",
        "_idle_ticks",
        "_wanted_e10",
        "at_ms",
        "budget",
        "budget_id",
        "claiming",
        "end_ms",
        "epoch",
        "free_e10",
        "held_e10",
        "refused_until_s",
        "remaining_e10",
        "start_ms",
        "terms_at_s",
        "unlimited",
        "waiters",
    )

    def __init__(self, budget_id: str, at_ms: int) -> None:
        self.budget_id = budget_id
        self.at_ms = at_ms
        """A moment inside the period."""
        self.budget: Budget | None = None
        """The terms, as of the last grant."""
        self.terms_at_s = -1e9
        """When the terms were read, monotonic."""
        self.start_ms = 0
        self.end_ms = 0
        """The period; empty until the first grant."""
        self.epoch = 0
        self.free_e10 = 0
        self.held_e10 = 0
        self.remaining_e10 = 0
        """What nobody had leased when we last asked."""
        self.unlimited = False
        """The budget is gone; whatever asks for money gets it."""
        self.refused_until_s = 0.0
        """Until then the database is not asked again: it had nothing left a moment ago."""
        self.claiming = False
        self.waiters: deque[Waiter] = deque()
        self._wanted_e10 = 0
        self._demand_e10 = 0
        self._idle_ticks = 0

    def take(self, amount_e10: int) -> bool:
        """Hold ``amount_e10`` of the free money if there is enough and nobody waits for it."""
        if (amount_e10 > self.free_e10 and not self.unlimited) or self.waiters:
            return False
        self.hold(amount_e10)
        return True

    def hold(self, amount_e10: int) -> None:
        """Move free money to held."""
        if not self.unlimited:
            self.free_e10 -= amount_e10
        self.held_e10 += amount_e10
        self._wanted_e10 += amount_e10

    def give(self, amount_e10: int, *, epoch: int) -> None:
        """Move money held under ``epoch`` back to free."""
        self.held_e10 -= amount_e10
        if epoch == self.epoch and not self.unlimited:
            self.free_e10 += amount_e10

    def settle(self, held_e10: int, actual_e10: int, *, epoch: int) -> Delta:
        """End a hold: what was not spent is free again. An answer dearer than its hold eats free money."""
        self.held_e10 -= held_e10
        if epoch != self.epoch or self.unlimited:
            return Delta(self.budget_id, self.start_ms, epoch, actual_e10, 0)
        rest = held_e10 - actual_e10
        if rest >= 0:
            self.free_e10 += rest
            return Delta(self.budget_id, self.start_ms, self.epoch, actual_e10, actual_e10)
        extra = min(self.free_e10, -rest)
        self.free_e10 -= extra
        return Delta(self.budget_id, self.start_ms, self.epoch, actual_e10, held_e10 + extra)

    def grant(self, grant: Grant, *, epoch: int, now_s: float) -> None:
        """Take in what the database granted."""
        self.unlimited = grant.budget is None
        self.budget = grant.budget
        self.terms_at_s = now_s
        self.epoch = epoch
        if grant.budget is not None:
            self.start_ms, self.end_ms = grant.window
            self.free_e10 += grant.granted_e10
            self.remaining_e10 = grant.remaining_e10

    def lose(self) -> None:
        """Forget the lease: another process gave it back, thinking this one dead."""
        self.free_e10 = 0
        self.epoch = 0

    @property
    def allows_unpriced(self) -> bool:
        """Tell whether the budget lets requests of unknown cost pass, as of its last terms."""
        return self.budget is None or self.budget.allows_unpriced

    @property
    def idle(self) -> bool:
        """Tell whether nobody asked for money lately and none is kept."""
        return not (self.free_e10 or self.held_e10 or self.waiters or self.claiming or self.ahead_e10)

    @property
    def ahead_e10(self) -> int:
        """What to keep ready beyond what is held."""
        return AHEAD_S * max(self._demand_e10, self._wanted_e10)

    def tick(self) -> None:
        """Learn the demand of the past second."""
        if self._wanted_e10:
            self._idle_ticks = 0
            self._demand_e10 = max(self._wanted_e10, self._demand_e10 // 2)
        else:
            self._idle_ticks += 1
            self._demand_e10 = 0 if self._idle_ticks >= IDLE_TICKS else self._demand_e10 // 2
        self._wanted_e10 = 0

    def excess(self) -> Delta | None:
        """Give back free money beyond what is worth keeping; near exhaustion that is all of it."""
        if self.claiming:
            return None
        keep = min(self.ahead_e10, self.remaining_e10 // SLACK_DIVISOR)
        return self.hand_back(self.free_e10 - max(0, keep))

    def hand_back(self, amount_e10: int) -> Delta | None:
        """Take ``amount_e10`` of the free money out of the lease."""
        if amount_e10 <= 0 or self.unlimited:
            return None
        self.free_e10 -= amount_e10
        self.remaining_e10 += amount_e10
        self.refused_until_s = 0.0
        return Delta(self.budget_id, self.start_ms, self.epoch, 0, amount_e10)

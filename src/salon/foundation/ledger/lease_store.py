"""All SQL of the slices of budgets that processes lease, and of the processes themselves.

Invariant, per budget and period: ``leased`` is the sum of the leases' ``outstanding``, and money is leased
only while ``spent + leased <= limit``. A process may hold no more than it leased, so it can never admit
over the budget, whatever the others do.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, bindparam, cast, delete, func, literal, select, update

from salon.foundation.kit.caller import Scope
from salon.foundation.ledger.budget_store import OF_PERIOD, get_budget, opened_counters
from salon.foundation.ledger.budgets import Budget, Window, period_window
from salon.foundation.ledger.tables import budget_leases, budget_periods, processes
from salon.foundation.storage import Transaction, insert, statement

SLACK_DIVISOR = 16
"""A process takes at most this part of what remains ahead of its needs; none when it is nearly gone."""

_LEASE_KEY = (
    budget_leases.c.budget_id == bindparam("budget"),
    budget_leases.c.period_start_ms == bindparam("start"),
    budget_leases.c.process_id == bindparam("process"),
    budget_leases.c.epoch == bindparam("in_epoch"),
)
_LEASE_MORE = statement(
    update(budget_periods)
    .where(*OF_PERIOD)
    .values(leased_e10=budget_periods.c.leased_e10 + bindparam("more"))
)
_insert_lease = insert(budget_leases)
_GROW_LEASE = statement(
    _insert_lease.on_conflict_do_update(
        index_elements=["budget_id", "period_start_ms", "process_id"],
        set_={
            "outstanding_e10": budget_leases.c.outstanding_e10 + _insert_lease.excluded.outstanding_e10,
            "epoch": _insert_lease.excluded.epoch,
        },
    )
)
_SHRINK_LEASE = statement(
    update(budget_leases)
    .where(*_LEASE_KEY)
    .values(outstanding_e10=budget_leases.c.outstanding_e10 - bindparam("less"))
)
_DROP_EMPTY_LEASE = statement(delete(budget_leases).where(*_LEASE_KEY, budget_leases.c.outstanding_e10 <= 0))
_SPEND = statement(
    update(budget_periods)
    .where(*OF_PERIOD)
    .values(
        spent_e10=budget_periods.c.spent_e10 + bindparam("spent"),
        leased_e10=budget_periods.c.leased_e10 - bindparam("less"),
    )
)

_REGISTER = statement(insert(processes))
_PROCESS = statement(
    select(processes.c.epoch, processes.c.last_batch).where(processes.c.process_id == bindparam("process"))
)
_RENEW = statement(
    update(processes)
    .where(processes.c.process_id == bindparam("process"), processes.c.epoch == bindparam("in_epoch"))
    .values(expires_at_ms=bindparam("expires"), seen_at_ms=bindparam("now"))
)
_ADVANCE = statement(
    update(processes)
    .where(processes.c.process_id == bindparam("process"), processes.c.last_batch < bindparam("batch"))
    .values(last_batch=bindparam("batch"))
)
_FENCE = statement(
    update(processes)
    .where(processes.c.process_id == bindparam("process"))
    .values(epoch=processes.c.epoch + 1, expires_at_ms=bindparam("now"))
)
_FORGET = statement(delete(processes).where(processes.c.seen_at_ms < bindparam("before")))
_others = (
    select(budget_leases.c.process_id)
    .join(processes, processes.c.process_id == budget_leases.c.process_id, isouter=True)
    .where(
        budget_leases.c.process_id != bindparam("me"),
        func.coalesce(processes.c.expires_at_ms, 0) < bindparam("now"),
    )
    .distinct()
)
_EXPIRED = statement(_others)
_LEASES_OF = statement(
    select(budget_leases.c.budget_id, budget_leases.c.period_start_ms, budget_leases.c.outstanding_e10).where(
        budget_leases.c.process_id == bindparam("process")
    )
)
_DROP_LEASES_OF = statement(delete(budget_leases).where(budget_leases.c.process_id == bindparam("process")))
_SERVER_NOW = statement(
    {
        "sqlite": select(literal(0, BigInteger)),
        "postgresql": select(cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)),
    }
)


class Tenure(msgspec.Struct, frozen=True):
    """Under which identity a process leases money. A stale epoch can spend, but lease no more."""

    process_id: str
    epoch: int
    ttl_ms: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a process asks of one budget."""

    budget_id: str
    at_ms: int
    """Decides the period."""
    now_ms: int
    period_start_ms: int | None
    """The period of ``free_e10``."""
    free_e10: int
    """Leased already and not held."""
    needs: tuple[int, ...]
    """What the waiting requests want, first come first."""
    ahead_e10: int
    """What the process would like to have on top, so that the next requests need not ask."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a claim."""

    budget: Budget | None = None
    """None when the budget is gone: nothing limits the requests any more."""
    fenced: bool = False
    """The process was taken for dead and its leases were given back."""
    window: Window = Window(0, 0)
    granted_e10: int = 0
    remaining_e10: int = 0
    """What nobody has leased after this grant."""
    fits: tuple[bool, ...] = ()
    """For each need, whether the budget has room for it."""


class Delta(msgspec.Struct, frozen=True, gc=False):
    """A change of one budget's counter: ``spent`` was spent, ``less`` leaves the lease."""

    budget_id: str
    period_start_ms: int
    epoch: int
    spent_e10: int
    less_e10: int


def claim_money(tx: Transaction, scope: Scope, tenure: Tenure, claim: Claim) -> Grant:
    """Lease what the waiting requests need, and a little ahead. Never more than the budget has."""
    tx.take_turn(f"budget:{claim.budget_id}")
    budget = get_budget(tx, scope, claim.budget_id)
    if budget is None:
        return Grant(fits=(True,) * len(claim.needs))
    now_ms = server_now_ms(tx, claim.now_ms)
    if not renew(tx, scope, tenure, now_ms=now_ms):
        return Grant(budget=budget, fenced=True)
    window = period_window(budget.period, budget.zone, claim.at_ms)
    free = claim.free_e10 if claim.period_start_ms == window.start_ms else 0
    available = _available(tx, scope, budget, window)
    fits = fitting(claim.needs, free + available)
    if not all(fits) and reclaim_expired(tx, scope, me=tenure.process_id, now_ms=now_ms):
        available = _available(tx, scope, budget, window)
        fits = fitting(claim.needs, free + available)
    needed = sum(need for need, fit in zip(claim.needs, fits, strict=True) if fit)
    more = max(0, needed - free)
    more += max(0, min(claim.ahead_e10, (available - more) // SLACK_DIVISOR))
    if more > 0:
        tx.run(_LEASE_MORE, budget=budget.id, start=window.start_ms, more=more)
        _grow_lease(tx, tenure, budget.id, window.start_ms, more)
    return Grant(budget=budget, window=window, granted_e10=more, remaining_e10=available - more, fits=fits)


def _grow_lease(tx: Transaction, tenure: Tenure, budget_id: str, start_ms: int, more: int) -> None:
    tx.run(
        _GROW_LEASE,
        budget_id=budget_id,
        period_start_ms=start_ms,
        process_id=tenure.process_id,
        epoch=tenure.epoch,
        outstanding_e10=more,
    )


def _available(tx: Transaction, scope: Scope, budget: Budget, window: Window) -> int:
    spent, leased = opened_counters(tx, scope, budget.id, window.start_ms)
    return budget.limit_e10 - spent - leased


def fitting(needs: Sequence[int], room: int) -> tuple[bool, ...]:
    """Tell for each need, in order, whether it still fits into ``room``; a small one may pass a large."""
    fits: list[bool] = []
    for need in needs:
        fits.append(need <= room)
        if need <= room:
            room -= need
    return tuple(fits)


def apply_delta(tx: Transaction, _scope: Scope, process_id: str, delta: Delta) -> bool:
    """Add spend to a counter and take it out of the lease; False when the lease is gone.

    Then another process gave the lease back already: only the spend counts.
    """
    key = {"budget": delta.budget_id, "start": delta.period_start_ms}
    lease = {**key, "process": process_id, "in_epoch": delta.epoch}
    kept = tx.run(_SHRINK_LEASE, **lease, less=delta.less_e10) > 0
    tx.run(_SPEND, **key, spent=delta.spent_e10, less=delta.less_e10 if kept else 0)
    if kept:
        tx.run(_DROP_EMPTY_LEASE, **lease)
    return kept or delta.less_e10 == 0


def register(tx: Transaction, _scope: Scope, process_id: str, *, now_ms: int) -> int:
    """Make the process known, or find it again; returns its epoch."""
    row = tx.one(_PROCESS, process=process_id)
    if row is not None:
        return int(row[0])
    tx.run(_REGISTER, process_id=process_id, epoch=1, expires_at_ms=0, last_batch=0, seen_at_ms=now_ms)
    return 1


def renew(tx: Transaction, _scope: Scope, tenure: Tenure, *, now_ms: int) -> bool:
    """Extend the life of all leases of the process; False when it was fenced or forgotten."""
    return (
        tx.run(
            _RENEW,
            process=tenure.process_id,
            in_epoch=tenure.epoch,
            expires=now_ms + tenure.ttl_ms,
            now=now_ms,
        )
        > 0
    )


def begin_batch(tx: Transaction, scope: Scope, process_id: str, batch: int, *, now_ms: int) -> bool:
    """Note that a batch is being written; False when it is already (its COMMIT's answer was lost)."""
    if tx.run(_ADVANCE, process=process_id, batch=batch):
        return True
    if tx.one(_PROCESS, process=process_id) is not None:
        return False
    register(tx, scope, process_id, now_ms=now_ms)
    tx.run(_ADVANCE, process=process_id, batch=batch)
    return True


def reclaim_expired(tx: Transaction, _scope: Scope, *, me: str, now_ms: int) -> int:
    """Give back what processes that stopped renewing had leased; returns how many processes.

    Each gets a new epoch first: should it only have slept, it can lease nothing under its old one.
    """
    expired = [row[0] for row in tx.all(_EXPIRED, me=me, now=now_ms)]
    for process_id in expired:
        tx.run(_FENCE, process=process_id, now=now_ms)
        for budget_id, start_ms, outstanding in tx.all(_LEASES_OF, process=process_id):
            tx.run(_SPEND, budget=budget_id, start=start_ms, spent=0, less=outstanding)
        tx.run(_DROP_LEASES_OF, process=process_id)
    return len(expired)


def forget_processes(tx: Transaction, _scope: Scope, *, before_ms: int) -> None:
    """Drop processes not seen since ``before_ms``."""
    tx.run(_FORGET, before=before_ms)


def server_now_ms(tx: Transaction, local_ms: int) -> int:  # rule: asks for nobody's rows
    """Return the time leases are judged by: the database server's, else this machine's.

    Between machines only one clock may decide what has expired; SQLite has one machine.
    """
    row = tx.one(_SERVER_NOW) if tx.dialect == "postgresql" else None
    return local_ms if row is None else int(row[0])

"""All SQL of budgets and of their counters; the part of them that is leased is ``lease_store``'s."""

import msgspec
from sqlalchemy import bindparam, func, select, update

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.kit.ids import KeyId, SpaceId
from salon.foundation.ledger.budgets import Budget, period_window
from salon.foundation.ledger.tables import budget_periods, budgets, requests
from salon.foundation.storage import Row, Transaction, insert, statement

_INSERT_BUDGET = statement(insert(budgets))
_GET_BUDGET = statement(
    select(budgets).where(budgets.c.id == bindparam("id"), budgets.c.removed_at_ms.is_(None))
)
_LIVE = select(budgets).where(budgets.c.removed_at_ms.is_(None)).order_by(budgets.c.id)
_LIVE_ALL = statement(_LIVE)
_LIVE_OF_SPACE = statement(_LIVE.where(budgets.c.space_id == bindparam("space_id")))
_CHANGE_BUDGET = statement(
    update(budgets)
    .where(budgets.c.id == bindparam("which"), budgets.c.removed_at_ms.is_(None))
    .values(
        name=bindparam("name"),
        limit_e10=bindparam("limit_e10"),
        zone=bindparam("zone"),
        allows_unpriced=bindparam("allows_unpriced"),
    )
)
_REMOVE_BUDGET = statement(
    update(budgets)
    .where(budgets.c.id == bindparam("which"), budgets.c.removed_at_ms.is_(None))
    .values(removed_at_ms=bindparam("removed_at_ms"))
)
_SPENT_BEFORE = select(func.coalesce(func.sum(requests.c.cost_e10), 0)).where(
    requests.c.started_at_ms >= bindparam("since_ms"),
    requests.c.currency == bindparam("currency"),
    requests.c.space_id == bindparam("space_id"),
)
_SPENT_BY_SPACE = statement(_SPENT_BEFORE)
_SPENT_BY_KEY = statement(_SPENT_BEFORE.where(requests.c.key_id == bindparam("key_id")))

OF_PERIOD = (
    budget_periods.c.budget_id == bindparam("budget"),
    budget_periods.c.period_start_ms == bindparam("start"),
)
"""The row of one budget and period."""
_OPEN_PERIOD = statement(
    insert(budget_periods).on_conflict_do_nothing(index_elements=["budget_id", "period_start_ms"])
)
_COUNTERS = statement(select(budget_periods.c.spent_e10, budget_periods.c.leased_e10).where(*OF_PERIOD))


def insert_budget(
    tx: Transaction, _scope: Scope, budget: Budget, *, created_by: str | None, now_ms: int
) -> None:
    """Write a new budget; its counter starts at what the ledger says was spent in this period."""
    row = msgspec.structs.asdict(budget)
    row |= {"allows_unpriced": int(budget.allows_unpriced), "created_by": created_by}
    tx.run(_INSERT_BUDGET, **row, created_at_ms=now_ms, removed_at_ms=None)
    window = period_window(budget.period, budget.zone, now_ms)
    params = {"since_ms": window.start_ms, "currency": budget.currency, "space_id": budget.space_id}
    spent = (
        tx.one(_SPENT_BY_SPACE, **params)
        if budget.key_id is None
        else tx.one(_SPENT_BY_KEY, **params, key_id=budget.key_id)
    )
    assert spent is not None
    tx.run(
        _OPEN_PERIOD,
        budget_id=budget.id,
        period_start_ms=window.start_ms,
        spent_e10=int(spent[0]),
        leased_e10=0,
    )


def change_budget(tx: Transaction, _scope: Scope, budget: Budget) -> bool:
    """Write the changed terms of a budget whose period and currency stay; False when it is gone."""
    return (
        tx.run(
            _CHANGE_BUDGET,
            which=budget.id,
            name=budget.name,
            limit_e10=budget.limit_e10,
            zone=budget.zone,
            allows_unpriced=int(budget.allows_unpriced),
        )
        > 0
    )


def remove_budget(tx: Transaction, _scope: Scope, budget_id: str, *, now_ms: int) -> bool:
    """End a budget; its counters stay as history."""
    return tx.run(_REMOVE_BUDGET, which=budget_id, removed_at_ms=now_ms) > 0


def get_budget(tx: Transaction, scope: Scope, budget_id: str) -> Budget | None:
    """Return a live budget."""
    row = tx.one(_GET_BUDGET, id=budget_id)
    budget = None if row is None else _budget(row)
    if budget is not None and isinstance(scope, SpaceScope) and budget.space_id != scope.space_id:
        return None
    return budget


def live_budgets(tx: Transaction, scope: Scope) -> list[Budget]:
    """Return every live budget of the scope, oldest first."""
    if isinstance(scope, SpaceScope):
        return [_budget(row) for row in tx.all(_LIVE_OF_SPACE, space_id=scope.space_id)]
    return [_budget(row) for row in tx.all(_LIVE_ALL)]


def counters(tx: Transaction, _scope: Scope, budget_id: str, start_ms: int) -> tuple[int, int]:
    """Return what is spent and what is leased of a budget in one period."""
    row = tx.one(_COUNTERS, budget=budget_id, start=start_ms)
    return (0, 0) if row is None else (row[0], row[1])


def opened_counters(tx: Transaction, _scope: Scope, budget_id: str, start_ms: int) -> tuple[int, int]:
    """Return what is spent and what is leased; the period begins when nobody has asked before."""
    row = tx.one(_COUNTERS, budget=budget_id, start=start_ms)
    if row is None:
        tx.run(_OPEN_PERIOD, budget_id=budget_id, period_start_ms=start_ms, spent_e10=0, leased_e10=0)
        return 0, 0
    return row[0], row[1]


def _budget(row: Row) -> Budget:
    return Budget(
        id=row[0],
        space_id=SpaceId(row[1]),
        key_id=None if row[2] is None else KeyId(row[2]),
        name=row[3],
        currency=row[4],
        limit_e10=row[5],
        period=row[6],
        zone=row[7],
        allows_unpriced=bool(row[8]),
    )

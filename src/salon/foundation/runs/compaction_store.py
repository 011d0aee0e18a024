"""The SQL that takes away what ended runs need no more."""

from sqlalchemy import bindparam, delete, func, select, update

from salon.foundation.kit.caller import SystemScope
from salon.foundation.runs.models import Run
from salon.foundation.runs.store import run_of
from salon.foundation.runs.tables import epochs, log, runs, steps
from salon.foundation.storage import Transaction, statement

_COMPACTABLE = statement(
    select(runs)
    .where(
        runs.c.compacted == 0,
        runs.c.ended_at_ms < bindparam("before_ms"),
        runs.c.ended_at_ms >= bindparam("since_ms"),
        runs.c.status != "running",
    )
    .order_by(runs.c.ended_at_ms, runs.c.id)
    .limit(bindparam("limit"))
)
_COMPACTED = statement(
    update(runs).where(runs.c.id == bindparam("run_id"), runs.c.compacted == 0).values(compacted=1)
)
_DELTA_BYTES = statement(
    select(func.coalesce(func.sum(func.length(log.c.body)), 0)).where(
        log.c.run_id == bindparam("run_id"), log.c.is_delta == 1
    )
)
_DROP_DELTAS = statement(delete(log).where(log.c.run_id == bindparam("run_id"), log.c.is_delta == 1))
_OLD = statement(
    select(runs.c.id)
    .where(runs.c.compacted == 1, runs.c.ended_at_ms < bindparam("before_ms"))
    .order_by(runs.c.ended_at_ms)
    .limit(bindparam("limit"))
)
_DELETE = tuple(
    statement(delete(table).where(table.c.run_id == bindparam("run_id"))) for table in (log, steps, epochs)
)
_DELETE_RUN = statement(delete(runs).where(runs.c.id == bindparam("run_id"), runs.c.status != "running"))


def compactable_runs(
    tx: Transaction, _scope: SystemScope, *, before_ms: int, since_ms: int = 0, limit: int = 100
) -> list[Run]:
    """Return runs that ended before a time and still have their deltas, those that ended first first."""
    rows = tx.all(_COMPACTABLE, before_ms=before_ms, since_ms=since_ms, limit=limit)
    return [run_of(row) for row in rows]


def compact(tx: Transaction, _scope: SystemScope, run_id: str) -> tuple[int, int] | None:
    """Drop the deltas of an ended run; return how many rows and bytes, None if another process did."""
    if not tx.run(_COMPACTED, run_id=run_id):
        return None
    row = tx.one(_DELTA_BYTES, run_id=run_id)
    assert row is not None
    return tx.run(_DROP_DELTAS, run_id=run_id), int(row[0])


def old_runs(tx: Transaction, _scope: SystemScope, *, before_ms: int, limit: int = 200) -> list[str]:
    """Return compacted runs that ended before a time."""
    return [str(row[0]) for row in tx.all(_OLD, before_ms=before_ms, limit=limit)]


def delete_run(tx: Transaction, _scope: SystemScope, run_id: str) -> bool:
    """Delete an ended run with its log, journal and epochs; False if another process did."""
    for one in _DELETE:
        tx.run(one, run_id=run_id)
    return tx.run(_DELETE_RUN, run_id=run_id) > 0

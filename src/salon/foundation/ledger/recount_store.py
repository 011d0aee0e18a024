"""Compares kept sums with the ledger's rows, and adds a day up anew where they differ.

Rows are only ever added, so equal numbers of them mean the same ones. They differ where an older release,
which notes nothing as late, ended a long request while this one added up beside it.
"""

from typing import Final

from sqlalchemy import bindparam, delete, func, select

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.ledger.cells import DAY_MS
from salon.foundation.ledger.sums_store import SUMMED, cells_of_rows, how_many, mark, put_cells
from salon.foundation.ledger.tables import late, sums
from salon.foundation.storage import Transaction, statement

_ANY_KIND: Final = "provider"
_IN_SUMS = statement(
    select(func.sum(sums.c.requests)).where(
        sums.c.space_id == bindparam("space"),
        sums.c.kind == _ANY_KIND,
        sums.c.span_ms == DAY_MS,
        sums.c.start_ms == bindparam("day"),
    )
)
_LATE = statement(
    select(func.count()).where(
        late.c.space_id == bindparam("space"),
        late.c.started_at_ms >= bindparam("since"),
        late.c.started_at_ms < bindparam("until"),
    )
)
_DROP = statement(
    delete(sums).where(
        sums.c.space_id == bindparam("space"),
        sums.c.start_ms >= bindparam("since"),
        sums.c.start_ms < bindparam("until"),
    )
)


def is_right(tx: Transaction, scope: SpaceScope, day_ms: int) -> bool:
    """Tell whether the sums of the day that begins then (UTC) hold as many requests as the ledger."""
    until_ms = _until(tx, scope, day_ms)
    waiting = tx.one(_LATE, space=scope.space_id, since=day_ms, until=until_ms) or (0,)
    kept = tx.one(_IN_SUMS, space=scope.space_id, day=day_ms) or (0,)
    return how_many(tx, scope, day_ms, until_ms) - int(waiting[0]) == int(kept[0] or 0)


def add_up_anew(tx: Transaction, scope: SpaceScope, day_ms: int) -> None:
    """Replace the sums of a day by those of its rows."""
    until_ms = _until(tx, scope, day_ms)
    tx.run(_DROP, space=scope.space_id, since=day_ms, until=day_ms + DAY_MS)
    put_cells(tx, scope, cells_of_rows(tx, scope, day_ms, until_ms, is_late=False))


def _until(tx: Transaction, scope: SpaceScope, day_ms: int) -> int:
    return min(day_ms + DAY_MS, mark(tx, scope, SUMMED))

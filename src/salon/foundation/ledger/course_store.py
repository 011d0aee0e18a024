"""Adds up what was used step by step: the course of requests, tokens, cost and time, for charts.

One pass over the requests of the range, by the index of space and time. Times are sums, to make means of:
exact percentiles would have to sort every row, which takes minutes where a million are asked for.
"""

from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, select

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.ledger.buckets import Bucket, bucket_label, bucket_number
from salon.foundation.ledger.budgets import check_zone
from salon.foundation.ledger.tables import requests
from salon.foundation.storage import Transaction, statement

CourseStep = Literal["hour", "day", "month"]
CourseGroup = Literal["model", "provider", "key"]

MOST_ROWS: Final = 20_000
_STEP_MS: Final[dict[CourseStep, int]] = {"hour": 3_600_000, "day": 86_400_000, "month": 28 * 86_400_000}
_MOST_STEPS: Final = 1_000
_GROUPS: Final[dict[CourseGroup, ColumnElement[Any]]] = {
    "model": requests.c.model,
    "provider": requests.c.provider_id,
    "key": requests.c.key_id,
}


class CourseQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests, in steps of what length, apart by what."""

    since_ms: int
    until_ms: int
    """Exclusive."""
    step: CourseStep = "day"
    by: CourseGroup | None = None
    zone: str = "UTC"
    """The IANA zone of hours, days and months."""


class CourseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step of one group, in one currency. Steps in which nothing was asked have no row."""

    at: str
    """``2026-11-21T13``, ``2026-11-21`` or ``2026-11``, in the query's zone."""
    group: str | None
    currency: str
    requests: int
    errors: int
    """Requests whose status is ``error`` or ``interrupted``."""
    input_tokens: int
    output_tokens: int
    cost_e10: int
    """The sum of the known costs."""
    unpriced: int
    """Requests that cost something nobody knows; not in ``cost_e10``."""
    duration_sum_ms: int
    first_tokens: int
    """Requests whose first token was timed."""
    first_token_sum_ms: int


def course(tx: Transaction, scope: SpaceScope, query: CourseQuery) -> list[CourseRow]:
    """Return a row per step, group and currency, in the order of time. Raises: InvalidRequest."""
    _check(query)
    table = requests.c
    bucket = Bucket(query.step, query.zone, query.since_ms, query.until_ms)
    keys = [bucket_number(table.started_at_ms, bucket).label("step")]
    if query.by is not None:
        keys.append(_GROUPS[query.by].label("grouped"))
    keys.append(table.currency.label("currency"))
    failed = table.status.in_(["error", "interrupted"])
    nobody_knows = and_(table.cost_e10.is_(None), table.input_tokens + table.output_tokens > 0)
    sums = [
        func.count(),
        func.sum(case((failed, 1), else_=0)),
        func.sum(table.input_tokens),
        func.sum(table.output_tokens),
        func.coalesce(func.sum(table.cost_e10), 0),
        func.sum(case((nobody_knows, 1), else_=0)),
        func.sum(table.duration_ms),
        func.count(table.first_token_ms),
        func.coalesce(func.sum(table.first_token_ms), 0),
    ]
    where = and_(
        table.space_id == scope.space_id,
        table.started_at_ms >= query.since_ms,
        table.started_at_ms < query.until_ms,
    )
    asked = select(*keys, *sums).where(where).group_by(*keys).limit(MOST_ROWS + 1)
    rows = tx.all(statement(asked))
    if len(rows) > MOST_ROWS:
        raise InvalidRequest(
            field="step", problem="That is too many rows. Take longer steps or a shorter time."
        )
    return sorted(
        (_row(row, bucket, width=len(keys)) for row in rows),
        key=lambda row: (row.at, row.group is not None, row.group or "", row.currency),
    )


def _check(query: CourseQuery) -> None:
    check_zone(query.zone)
    if not 0 <= query.since_ms <= query.until_ms < 2**53:
        raise InvalidRequest(field="since_ms", problem="The time range is empty or out of bounds.")
    if query.until_ms - query.since_ms > _MOST_STEPS * _STEP_MS[query.step]:
        raise InvalidRequest(field="step", problem="That is more than 1,000 steps. Take longer ones.")


def _row(row: tuple[Any, ...], bucket: Bucket, *, width: int) -> CourseRow:
    names = CourseRow.__struct_fields__[3:]
    return CourseRow(
        at=bucket_label(bucket, int(row[0])),
        group=row[1] if width > 2 else None,
        currency=row[width - 1],
        **{name: int(value) for name, value in zip(names, row[width:], strict=True)},
    )

"""Adds up what was used: by time, model, provider, key; totals, errors, latency, tokens, cost.

Statements are built per query, because their groups differ; every value in them is a bound parameter.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, cast

import msgspec
from sqlalchemy import ColumnElement, Label, and_, case, func, select

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.ledger.buckets import Bucket, bucket_label, bucket_number
from salon.foundation.ledger.budgets import check_zone
from salon.foundation.ledger.rare_counts import RARE_COUNTS, RareCount
from salon.foundation.ledger.tables import requests
from salon.foundation.storage import Row, Transaction, statement

Group = Literal[
    "model", "alias", "provider", "key", "person", "space", "status", "error", "service", "price",
    "currency", "dialect", "operation", "hour", "day", "month",
]  # fmt: skip

MOST_GROUPS: Final = 10_000
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    "model": requests.c.model,
    "alias": requests.c.alias,
    "provider": requests.c.provider_id,
    "key": requests.c.key_id,
    "person": requests.c.person_id,
    "space": requests.c.space_id,
    "status": requests.c.status,
    "error": requests.c.error_code,
    "service": requests.c.service,
    "price": requests.c.price_version,
    "currency": requests.c.currency,
    "dialect": requests.c.dialect,
    "operation": requests.c.operation,
}
_BUCKETS: Final = frozenset({"hour", "day", "month"})


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to add up, over which requests. Filters that are None let everything pass."""

    since_ms: int
    until_ms: int
    """Exclusive."""
    group_by: tuple[Group, ...] = ()
    zone: str = "UTC"
    """The IANA zone of hours, days and months."""
    model: str | None = None
    alias: str | None = None
    provider_id: str | None = None
    key_id: str | None = None
    status: str | None = None
    latency: bool = False
    """Also tell the percentiles of latency; sorts every row it counts."""
    rare: bool = False
    """Also add up the counts that few answers have: audio, pictures, hours in a cache, predictions."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Percentiles in milliseconds, each the duration of a real request; None when there is none."""

    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None


class UsageRow(msgspec.Struct, frozen=True, kw_only=True):
    """The totals of one group, in one currency."""

    group: tuple[str | None, ...]
    """One value per entry of ``group_by``; times are written in the query's zone."""
    currency: str
    requests: int
    errors: int
    """Requests whose status is ``error`` or ``interrupted``."""
    cancelled: int
    attempts: int
    cache_hits: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    cost_e10: int
    """The sum of the known costs."""
    unpriced: int
    """Requests that cost something nobody knows; not in ``cost_e10``."""
    rare: dict[str, int] = {}
    """Sums of the counts that few answers have, without those that are 0; if they were asked for."""
    duration: Latency | None = None
    first_token: Latency | None = None


def usage(tx: Transaction, scope: Scope, query: UsageQuery) -> list[UsageRow]:
    """Return one row per group and currency, ordered by group. Raises: InvalidRequest."""
    _check(query)
    buckets = {
        name: Bucket(cast("Any", name), query.zone, query.since_ms, query.until_ms)
        for name in query.group_by
        if name in _BUCKETS
    }
    keys = [
        (
            _COLUMNS[name] if name not in buckets else bucket_number(requests.c.started_at_ms, buckets[name])
        ).label(f"group_{place}")
        for place, name in enumerate(query.group_by)
    ]
    keys.append(requests.c.currency.label("group_currency"))
    where = _where(scope, query)
    totals = _totals() + (_rare_totals() if query.rare else [])
    rows = tx.all(statement(select(*keys, *totals).where(where).group_by(*keys).limit(MOST_GROUPS)))
    durations: dict[Row, Latency] = {}
    first_tokens: dict[Row, Latency] = {}
    if query.latency:
        durations = _percentiles(tx, keys, where, requests.c.duration_ms)
        first_tokens = _percentiles(tx, keys, where, requests.c.first_token_ms)
    found = [_row(row, query.group_by, buckets, durations, first_tokens) for row in rows]
    return sorted(
        found, key=lambda row: ([(value is not None, value or "") for value in row.group], row.currency)
    )


def _check(query: UsageQuery) -> None:
    check_zone(query.zone)
    if len(set(query.group_by)) != len(query.group_by):
        raise InvalidRequest(field="group_by", problem="It names a group twice.")
    for name in query.group_by:
        if name not in _COLUMNS and name not in _BUCKETS:
            raise InvalidRequest(field="group_by", problem=f"“{name[:40]}” is no group.")
    if not 0 <= query.since_ms <= query.until_ms < 2**53:
        raise InvalidRequest(field="since_ms", problem="The time range is empty or out of bounds.")


def _where(scope: Scope, query: UsageQuery) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        requests.c.started_at_ms >= query.since_ms,
        requests.c.started_at_ms < query.until_ms,
    ]
    if isinstance(scope, SpaceScope):
        conditions.append(requests.c.space_id == scope.space_id)
    for name, value in (
        ("model", query.model),
        ("alias", query.alias),
        ("provider", query.provider_id),
        ("key", query.key_id),
        ("status", query.status),
    ):
        if value is not None:
            conditions.append(_COLUMNS[name] == value)
    return and_(*conditions)


def _totals() -> list[Label[Any]]:
    table = requests.c
    sums = [
        func.count(),
        _count(table.status.in_(["error", "interrupted"])),
        _count(table.status == "cancelled"),
        func.sum(table.attempts),
        _count(table.cache == "hit"),
        func.sum(table.input_tokens),
        func.sum(table.output_tokens),
        func.sum(table.cached_tokens),
        func.sum(table.cache_write_tokens),
        func.sum(table.reasoning_tokens),
        func.coalesce(func.sum(table.cost_e10), 0),
        # A request that failed before any token was counted cost nothing that could have a price.
        _count(and_(table.cost_e10.is_(None), table.input_tokens + table.output_tokens > 0)),
    ]
    return [total.label(f"total_{place}") for place, total in enumerate(sums)]


def _rare_totals() -> list[Label[Any]]:
    return [
        func.coalesce(func.sum(RareCount(requests.c.details, name)), 0).label(f"rare_{name}")
        for name in RARE_COUNTS
    ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _percentiles(
    tx: Transaction, keys: Sequence[Label[Any]], where: ColumnElement[bool], column: ColumnElement[Any]
) -> dict[Row, Latency]:
    """Return exact percentiles (nearest rank) per group."""
    ranked = (
        select(
            *keys,
            column.label("value"),
            func.row_number()
            .over(partition_by=[key.element for key in keys], order_by=column)
            .label("place"),
            func.count().over(partition_by=[key.element for key in keys]).label("total"),
        )
        .where(where, column.is_not(None))
        .subquery()
    )
    names = [ranked.c[key.name] for key in keys]
    at = [
        func.max(case((ranked.c.place == (ranked.c.total * percent + 99) // 100, ranked.c.value))).label(
            f"p{percent}"
        )
        for percent in (50, 95, 99)
    ]
    rows = tx.all(statement(select(*names, *at).group_by(*names).limit(MOST_GROUPS)))
    width = len(keys)
    return {
        row[:width]: Latency(p50_ms=row[width], p95_ms=row[width + 1], p99_ms=row[width + 2]) for row in rows
    }


def _row(
    row: Row,
    groups: Sequence[Group],
    buckets: dict[str, Bucket],
    durations: dict[Row, Latency],
    first_tokens: dict[Row, Latency],
) -> UsageRow:
    width = len(groups)
    key = row[: width + 1]
    labels = tuple(
        bucket_label(buckets[name], int(value)) if name in buckets else value
        for name, value in zip(groups, row[:width], strict=True)
    )
    names = UsageRow.__struct_fields__[2:-3]
    rare_at = width + 1 + len(names)
    totals = [int(value or 0) for value in row[width + 1 : rare_at]]
    rare = {name: int(value) for name, value in zip(RARE_COUNTS, row[rare_at:], strict=False) if value}
    return UsageRow(
        group=labels,
        currency=row[width],
        duration=durations.get(key),
        first_token=first_tokens.get(key),
        rare=rare,
        **dict(zip(names, totals, strict=True)),
    )

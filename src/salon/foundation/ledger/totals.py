"""What a group of requests adds up to, and how a database adds it up from the ledger's rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Label, and_, bindparam, case, func, select

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.ledger.histograms import counted, place_in_sql
from salon.foundation.ledger.rare_counts import RARE_COUNTS, RareCount
from salon.foundation.ledger.tables import requests
from salon.foundation.storage import Row, Transaction, statement

MOST_ROWS: Final = 20_000
"""As many groups as an answer may have."""

GROUPS: Final[dict[str, ColumnElement[Any]]] = {
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


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_row: Final = requests.c
COUNTS: Final[dict[str, ColumnElement[Any]]] = {
    "requests": func.count(),
    "errors": _count(_row.status.in_(["error", "interrupted"])),
    "cancelled": _count(_row.status == "cancelled"),
    "attempts": func.sum(_row.attempts),
    "cache_hits": _count(_row.cache == "hit"),
    "input_tokens": func.sum(_row.input_tokens),
    "output_tokens": func.sum(_row.output_tokens),
    "cached_tokens": func.sum(_row.cached_tokens),
    "cache_write_tokens": func.sum(_row.cache_write_tokens),
    "reasoning_tokens": func.sum(_row.reasoning_tokens),
    "cost_e10": func.coalesce(func.sum(_row.cost_e10), 0),
    # A request that failed before any token was counted cost nothing that could have a price.
    "unpriced": _count(and_(_row.cost_e10.is_(None), _row.input_tokens + _row.output_tokens > 0)),
    "duration_sum_ms": func.sum(_row.duration_ms),
    "first_tokens": func.count(_row.first_token_ms),
    "first_token_sum_ms": func.coalesce(func.sum(_row.first_token_ms), 0),
}
"""What is counted of each group, in the order of ``ledger_sums``."""


class Totals(msgspec.Struct):
    """What a group adds up to."""

    counts: list[int] = msgspec.field(default_factory=lambda: [0] * len(COUNTS))
    """In the order of ``COUNTS``."""
    rare: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Counts that few answers have, without those that are 0."""
    durations: int = 0
    """A histogram."""
    first_tokens: int = 0
    """A histogram."""

    def add(self, other: "Totals") -> None:
        """Add the totals of other requests."""
        self.counts = [one + more for one, more in zip(self.counts, other.counts, strict=True)]
        self.add_rare(other.rare)
        self.durations += other.durations
        self.first_tokens += other.first_tokens

    def add_rare(self, more: Mapping[str, int]) -> None:
        """Add rare counts."""
        for name, value in more.items():
            self.rare[name] = self.rare.get(name, 0) + value

    def named(self) -> dict[str, int]:
        """Return the counts by their names."""
        return dict(zip(COUNTS, self.counts, strict=True))


Found = dict[Row, Totals]
"""Totals by group: the values of the keys in their order."""


class Adding:
    """Statements that add up the ledger's rows by some keys; keep it where the same is asked often.

    Compiling them takes longer than running them on a few thousand rows. ``since`` and ``until`` are bound
    when they run, and ``space`` if they are of one.
    """

    def __init__(
        self,
        keys: Sequence[Label[Any]],
        *more: ColumnElement[bool],
        of_space: bool,
        rare: bool,
        latency: bool,
    ) -> None:
        began = _row.started_at_ms
        where = and_(began >= bindparam("since"), began < bindparam("until"), *more)
        if of_space:
            where = and_(_row.space_id == bindparam("space"), where)
        self._width = len(keys)
        sums = [total.label(f"total_{name}") for name, total in COUNTS.items()]
        self._counts = statement(select(*keys, *sums).where(where).group_by(*keys).limit(MOST_ROWS + 1))
        rares = [func.coalesce(func.sum(RareCount(_row.details, name)), 0) for name in RARE_COUNTS]
        of_some = and_(where, _row.details.is_not(None))
        self._rares = statement(select(*keys, *rares).where(of_some).group_by(*keys)) if rare else None
        self._times = [
            statement(
                select(*keys, place.label("place"), func.count())
                .where(where, column.is_not(None))
                .group_by(*keys, place.label("place"))
            )
            for column in (_row.duration_ms, _row.first_token_ms)
            for place in (place_in_sql(column),)
            if latency
        ]

    def run(self, tx: Transaction, scope: Scope, since_ms: int, until_ms: int) -> Found:
        """Add up what began in a time. Raises: InvalidRequest of more than ``MOST_ROWS`` groups."""
        width, found = self._width, Found()
        bounds: dict[str, Any] = {"since": since_ms, "until": until_ms}
        if isinstance(scope, SpaceScope):
            bounds["space"] = scope.space_id
        for row in tx.all(self._counts, **bounds):
            found[row[:width]] = Totals([int(value) for value in row[width:]])
        if len(found) > MOST_ROWS:
            raise too_many()
        if self._rares is not None:
            for row in tx.all(self._rares, **bounds):
                found[row[:width]].add_rare(rare_of(row[width:]))
        if self._times:
            durations, first_tokens = (_histograms(tx.all(one, **bounds), width) for one in self._times)
            for key, totals in found.items():
                totals.durations, totals.first_tokens = durations.get(key, 0), first_tokens.get(key, 0)
        return found


def rare_of(values: Sequence[Any]) -> dict[str, int]:
    """Return the sums of rare counts that are not 0 by their names."""
    return {name: int(value) for name, value in zip(RARE_COUNTS, values, strict=True) if value}


def too_many() -> InvalidRequest:
    """Return what is said to who asks for too many groups."""
    return InvalidRequest(
        field="step", problem="That is too many rows. Take longer steps, fewer groups or a shorter time."
    )


def _histograms(rows: Sequence[Row], width: int) -> dict[Row, int]:
    found: dict[Row, int] = {}
    for row in rows:
        found[row[:width]] = found.get(row[:width], 0) + counted(int(row[width]), int(row[width + 1]))
    return found

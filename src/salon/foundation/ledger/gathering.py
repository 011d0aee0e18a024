"""Adds up what was used: from the kept sums as far as they reach, and from the ledger's rows for the rest.

In one snapshot of the database, so that each request counts once wherever it stands at that moment.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.ledger import sums_store
from salon.foundation.ledger.buckets import Bucket, bucket_number
from salon.foundation.ledger.cells import ROWS, SPANS, Range, plan
from salon.foundation.ledger.tables import requests
from salon.foundation.ledger.totals import GROUPS, MOST_ROWS, Adding, Found, Totals, too_many
from salon.foundation.storage import Transaction

STEPS: Final = frozenset({"hour", "day", "month"})
_ANY_KIND: Final = "provider"
"""What is told apart by nothing is added up of the kind with the fewest values."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to add up, told apart by what."""

    since_ms: int
    until_ms: int
    group_by: tuple[str, ...] = ()
    """Names of ``GROUPS`` and of ``STEPS``."""
    buckets: Mapping[str, Bucket] = {}
    """The steps that ``group_by`` names."""
    filters: tuple[tuple[str, str], ...] = ()
    """Which value a name of ``GROUPS`` must have."""
    rare: bool = False
    latency: bool = False


def gather(tx: Transaction, scope: Scope, wanted: Wanted) -> Found:
    """Return totals by ``group_by`` and, last, currency. Raises: InvalidRequest of too many groups."""
    kind = _kind(wanted)
    if kind is None:
        return gather_rows(tx, scope, wanted)
    summed_ms = sums_store.mark(tx, scope, sums_store.SUMMED)
    parts = plan(
        wanted.since_ms,
        wanted.until_ms,
        summed_ms=summed_ms,
        bucket=_bucket(wanted),
        spans=SPANS[kind],
    )
    found: Found = {}
    borders = parts.pop(ROWS)
    if borders:
        adding = _adding(scope, wanted)
        for part in borders:
            _merge(found, adding.run(tx, scope, *part))
    cells = [(span, part) for span, ranges in parts.items() for part in ranges]
    if cells:
        _merge(found, _of_cells(tx, scope, wanted, cells, kind))
    if cells and sums_store.late_spaces(tx, scope, before_ms=summed_ms):
        adding = _adding(scope, wanted, is_late=True)
        for _, part in cells:
            _merge(found, adding.run(tx, scope, *part))
    if len(found) > MOST_ROWS:
        raise too_many()
    return found


def gather_rows(tx: Transaction, scope: Scope, wanted: Wanted) -> Found:
    """Return the same from the ledger's rows alone. Raises: as ``gather``."""
    return _adding(scope, wanted).run(tx, scope, wanted.since_ms, wanted.until_ms)


def _kind(wanted: Wanted) -> str | None:
    """Return which kind of sums answers, or None where only the rows can."""
    if wanted.filters or len(wanted.buckets) > 1:
        return None
    names = [name for name in wanted.group_by if name not in STEPS and name != "currency"]
    if len(names) > 1 or (names and names[0] not in SPANS):
        return None
    return names[0] if names else _ANY_KIND


def _bucket(wanted: Wanted) -> Bucket | None:
    return next(iter(wanted.buckets.values()), None)


def _adding(scope: Scope, wanted: Wanted, *, is_late: bool = False) -> Adding:
    buckets = tuple(wanted.buckets.items())
    of_space = isinstance(scope, SpaceScope)
    return _made(
        wanted.group_by,
        buckets,
        wanted.filters,
        of_space=of_space,
        rare=wanted.rare,
        latency=wanted.latency,
        is_late=is_late,
    )


@lru_cache(maxsize=64)
def _made(
    group_by: tuple[str, ...],
    buckets: tuple[tuple[str, Bucket], ...],
    filters: tuple[tuple[str, str], ...],
    *,
    of_space: bool,
    rare: bool,
    latency: bool,
    is_late: bool,
) -> Adding:
    steps = dict(buckets)
    keys = [
        (bucket_number(requests.c.started_at_ms, steps[name]) if name in STEPS else GROUPS[name]).label(
            f"group_{place}"
        )
        for place, name in enumerate(group_by)
    ]
    keys.append(requests.c.currency.label("group_currency"))
    more = [GROUPS[name] == value for name, value in filters] + ([sums_store.IS_LATE] if is_late else [])
    return Adding(keys, *more, of_space=of_space, rare=rare, latency=latency)


def _of_cells(
    tx: Transaction, scope: Scope, wanted: Wanted, cells: list[tuple[int, Range]], kind: str
) -> Found:
    found = sums_store.read_cells(
        tx,
        scope,
        cells,
        kind=kind,
        by_value=any(name in SPANS for name in wanted.group_by),
        bucket=_bucket(wanted),
        rare=wanted.rare,
        latency=wanted.latency,
    )
    # Cells come by step, value and currency; what is asked for may name them in another order.
    places = [0 if name in STEPS else -1 if name == "currency" else -2 for name in wanted.group_by]
    return {(*(key[place] for place in places), key[-1]): totals for key, totals in found.items()}


def _merge(found: Found, more: Found) -> None:
    for key, totals in more.items():
        found.setdefault(key, Totals()).add(totals)

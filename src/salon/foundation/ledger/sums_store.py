"""All SQL of the kept sums: their marks, what is late, and their cells.

Invariant: a request is in the sums, once per kind and length of cell, if it began before ``summed`` and is
not in ``ledger_late``. ``closed`` is never before ``summed``; between the two lies what is being summed.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Label, and_, bindparam, delete, exists, func, select, update

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.ledger.buckets import Bucket, bucket_number
from salon.foundation.ledger.cells import SPANS, Range
from salon.foundation.ledger.histograms import decode, encode
from salon.foundation.ledger.models import RequestEntry
from salon.foundation.ledger.rare_counts import RARE_COUNTS, RareCount
from salon.foundation.ledger.tables import late, marks, requests, sums
from salon.foundation.ledger.totals import (
    COUNTS,
    GROUPS,
    MOST_ROWS,
    Adding,
    Found,
    Totals,
    rare_of,
    too_many,
)
from salon.foundation.storage import Statement, Transaction, insert, statement

CLOSED: Final = "closed"
SUMMED: Final = "summed"

_MARK = select(marks.c.at_ms).where(marks.c.name == bindparam("mark"))
_READ_MARK = statement(_MARK)
_LOCK_MARK = statement(_MARK.with_for_update(read=True))
_MAKE_MARK = statement(insert(marks).on_conflict_do_nothing())
_MOVE = update(marks).where(marks.c.name == bindparam("mark"), marks.c.at_ms == bindparam("before"))
_MOVE_MARK = statement(_MOVE.values(at_ms=bindparam("after")))
_OWN = statement(
    update(marks)
    .where(
        marks.c.name == SUMMED,
        (marks.c.owner == bindparam("me"))
        | marks.c.owner.is_(None)
        | (marks.c.owned_until_ms < bindparam("now")),
    )
    .values(owner=bindparam("me"), owned_until_ms=bindparam("until"))
)
_OWNER = statement(select(marks.c.owner).where(marks.c.name == SUMMED))
_PUT_LATE = statement(insert(late))
_LATE_SPACES = statement(select(late.c.space_id).where(late.c.started_at_ms < bindparam("before")).distinct())
_DROP_LATE = statement(
    delete(late).where(late.c.space_id == bindparam("space"), late.c.started_at_ms < bindparam("before"))
)
_NEXT_SPACE = statement(select(func.min(requests.c.space_id)).where(requests.c.space_id > bindparam("after")))
_OF_SPACE = and_(
    requests.c.space_id == bindparam("space"),
    requests.c.started_at_ms >= bindparam("since"),
    requests.c.started_at_ms < bindparam("until"),
)
_HOW_MANY = statement(select(func.count()).where(_OF_SPACE))
_FIRST = statement(select(func.min(requests.c.started_at_ms)).where(_OF_SPACE))
_KEY = ("space_id", "kind", "span_ms", "start_ms", "value", "currency")
_CELL = statement(select(sums).where(*(sums.c[name] == bindparam(f"of_{name}") for name in _KEY)))
_upsert = insert(sums)
_PUT_CELL = statement(
    _upsert.on_conflict_do_update(
        index_elements=list(_KEY),
        set_={column.name: _upsert.excluded[column.name] for column in sums.c if column.name not in _KEY},
    )
)
_WIDTH: Final = len(_KEY)
IS_LATE: Final = exists().where(
    late.c.space_id == requests.c.space_id,
    late.c.started_at_ms == requests.c.started_at_ms,
    late.c.request_id == requests.c.request_id,
)
"""Whether a row of the ledger is late."""


class Cell(msgspec.Struct, frozen=True):
    """What totals are kept for: one value of one kind in one hour or day."""

    kind: str
    span_ms: int
    start_ms: int
    value: str | None
    currency: str


# Marks


def mark(tx: Transaction, _scope: Scope, name: str) -> int:
    """Return where a mark stands; 0 before it was ever set."""
    row = tx.one(_READ_MARK, mark=name)
    return 0 if row is None else int(row[0])


def move_mark(tx: Transaction, _scope: Scope, name: str, *, before_ms: int, after_ms: int) -> bool:
    """Move a mark, unless it no longer stands where it was thought to."""
    return tx.run(_MOVE_MARK, mark=name, before=before_ms, after=after_ms) == 1


def own(tx: Transaction, _scope: Scope, me: str, *, now_ms: int, until_ms: int) -> bool:
    """Become or stay who adds up, unless another process does."""
    for name in (CLOSED, SUMMED):
        tx.run(_MAKE_MARK, name=name, at_ms=0, owner=None, owned_until_ms=None)
    return tx.run(_OWN, me=me, now=now_ms, until=until_ms) == 1


def owner(tx: Transaction, _scope: Scope) -> str | None:
    """Return which process was the last to add up."""
    row = tx.one(_OWNER)
    return None if row is None else row[0]


# What is late


def note_late(tx: Transaction, _scope: Scope, entries: Sequence[RequestEntry]) -> None:
    """Note which of the rows that this transaction writes come too late to be summed with their hour.

    The mark is locked against the one who moves it, not against others who write: on PostgreSQL a transaction
    that read the old mark has ended before the new one is seen by anybody. Without a mark it is made, which
    two cannot do at once.
    """
    row = tx.one(_LOCK_MARK, mark=CLOSED)
    if row is None:
        tx.run(_MAKE_MARK, name=CLOSED, at_ms=0, owner=None, owned_until_ms=None)
        return
    closed_ms = int(row[0])
    found = [
        (entry.space_id, entry.started_at_ms, entry.request_id)
        for entry in entries
        if entry.started_at_ms < closed_ms
    ]
    if found:
        tx.many(_PUT_LATE, found)


def late_spaces(tx: Transaction, scope: Scope, *, before_ms: int) -> list[str]:
    """Return the spaces of the scope in which something is late that began before a time."""
    mine = scope.space_id if isinstance(scope, SpaceScope) else None
    return sorted(row[0] for row in tx.all(_LATE_SPACES, before=before_ms) if mine in {None, row[0]})


def drop_late(tx: Transaction, scope: SpaceScope, *, before_ms: int) -> None:
    """Forget that rows of a space were late, once they are in the sums."""
    tx.run(_DROP_LATE, space=scope.space_id, before=before_ms)


# The ledger's rows


def spaces(tx: Transaction, _scope: Scope) -> list[str]:
    """Return every space with a row, by a jump in the index from one to the next."""
    found: list[str] = []
    while (row := tx.one(_NEXT_SPACE, after=found[-1] if found else "")) is not None and row[0] is not None:
        found.append(row[0])
    return found


def how_many(tx: Transaction, scope: SpaceScope, since_ms: int, until_ms: int) -> int:
    """Return how many requests of a space began in a time."""
    row = tx.one(_HOW_MANY, space=scope.space_id, since=since_ms, until=until_ms)
    return 0 if row is None else int(row[0])


def first_of(tx: Transaction, scope: SpaceScope, since_ms: int, until_ms: int) -> int | None:
    """Return when the first request of a space began in a time; None if none did."""
    row = tx.one(_FIRST, space=scope.space_id, since=since_ms, until=until_ms)
    return None if row is None else row[0]


def cells_of_rows(
    tx: Transaction, scope: SpaceScope, since_ms: int, until_ms: int, *, is_late: bool
) -> dict[Cell, Totals]:
    """Add up the rows of a space that began in a time, those that are late or those that are not."""
    found: dict[Cell, Totals] = {}
    for kind, spans in SPANS.items():
        adding = _adding(kind, is_late=is_late)
        for (start_ms, value, currency), totals in adding.run(tx, scope, since_ms, until_ms).items():
            for length in spans:
                cell = Cell(kind, length, int(start_ms) // length * length, value, currency)
                found.setdefault(cell, Totals()).add(totals)
    return found


@lru_cache
def _adding(kind: str, *, is_late: bool) -> Adding:
    span = min(SPANS[kind])
    keys = [
        (requests.c.started_at_ms // span * span).label("start"),
        GROUPS[kind].label("value"),
        requests.c.currency.label("currency"),
    ]
    return Adding(keys, IS_LATE if is_late else ~IS_LATE, of_space=True, rare=True, latency=True)


# Cells


def put_cells(tx: Transaction, scope: SpaceScope, cells: Mapping[Cell, Totals]) -> None:
    """Add totals to the kept ones of a space."""
    rows: list[tuple[Any, ...]] = []
    for cell, more in cells.items():
        key = (scope.space_id, cell.kind, cell.span_ms, cell.start_ms, _kept(cell.value), cell.currency)
        known = tx.one(_CELL, **{f"of_{name}": part for name, part in zip(_KEY, key, strict=True)})
        totals = Totals()
        totals.add(more)
        if known is not None:
            totals.add(_read(known[_WIDTH:]))
        rare = msgspec.json.encode(totals.rare).decode() if totals.rare else None
        histograms = (encode(totals.durations), encode(totals.first_tokens))
        rows.append((*key, *totals.counts, rare, *histograms))
    if rows:
        tx.many(_PUT_CELL, rows)


def read_cells(
    tx: Transaction,
    scope: Scope,
    parts: Iterable[tuple[int, Range]],
    *,
    kind: str,
    by_value: bool,
    bucket: Bucket | None,
    rare: bool,
    latency: bool,
) -> Found:
    """Add up cells by step and value, then currency. Raises: InvalidRequest of too many groups."""
    made = _reading(kind, by_value, bucket, isinstance(scope, SpaceScope))
    width, value_at = made.width, made.width - 2
    space = {"space": scope.space_id} if isinstance(scope, SpaceScope) else {}
    found: Found = {}

    def group(row: tuple[Any, ...]) -> tuple[Any, ...]:
        key = row[:width]
        return (*key[:value_at], _meant(key[value_at]), key[-1]) if by_value else key

    for span, (since_ms, until_ms) in parts:
        bounds: dict[str, Any] = {"span": span, "since": since_ms, "until": until_ms, **space}
        for row in tx.all(made.counts, **bounds):
            found.setdefault(group(row), Totals()).add(Totals([int(value) for value in row[width:]]))
        if len(found) > MOST_ROWS:
            raise too_many()
        for row in tx.all(made.rares, **bounds) if rare else ():
            found[group(row)].add_rare(rare_of(row[width:]))
        for row in tx.all(made.times, **bounds) if latency else ():
            totals_of = found[group(row)]
            totals_of.durations += decode(row[width])
            totals_of.first_tokens += decode(row[width + 1])
    return found


class _Reading(msgspec.Struct, frozen=True):
    width: int
    """How many columns say the group."""
    counts: Statement
    rares: Statement
    times: Statement


@lru_cache(maxsize=64)
def _reading(kind: str, by_value: bool, bucket: Bucket | None, of_space: bool) -> _Reading:
    keys: list[Label[Any]] = [] if bucket is None else [bucket_number(sums.c.start_ms, bucket).label("step")]
    keys += [sums.c.value.label("value")] if by_value else []
    keys.append(sums.c.currency.label("in_currency"))
    where = and_(
        *([sums.c.space_id == bindparam("space")] if of_space else []),
        sums.c.kind == kind,
        sums.c.span_ms == bindparam("span"),
        sums.c.start_ms >= bindparam("since"),
        sums.c.start_ms < bindparam("until"),
    )
    totals = [func.sum(sums.c[name]).label(f"total_{name}") for name in COUNTS]
    rares = [func.coalesce(func.sum(RareCount(sums.c.rare, name)), 0) for name in RARE_COUNTS]
    return _Reading(
        len(keys),
        statement(select(*keys, *totals).where(where).group_by(*keys).limit(MOST_ROWS + 1)),
        statement(select(*keys, *rares).where(where, sums.c.rare.is_not(None)).group_by(*keys)),
        statement(select(*keys, sums.c.duration_histogram, sums.c.first_token_histogram).where(where)),
    )


def _read(row: tuple[Any, ...]) -> Totals:
    *counts, rare, durations, first_tokens = row
    return Totals(
        [int(value) for value in counts],
        msgspec.json.decode(rare) if rare else {},
        decode(durations),
        decode(first_tokens),
    )


def _kept(value: str | None) -> str:
    """Return a value as a part of a primary key, which cannot be NULL."""
    return "" if value is None else f"={value}"


def _meant(kept: str) -> str | None:
    return kept[1:] if kept else None

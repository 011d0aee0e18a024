"""The hash chain: each record holds the hash of the one before it, per space.

A record's hash covers every field and the previous hash, so an edited, removed or moved record breaks the
chain at its place; a removed end disagrees with the chain's head.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from salon.foundation.audit.tables import heads, records
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Row, Transaction, insert, statement

GENESIS: Final = "0" * 64
PAGE: Final = 500

_INSERT = statement(records.insert())
_HEAD = statement(select(heads.c.number, heads.c.hash).where(heads.c.space_id == bindparam("space_id")))
_new_head = insert(heads)
_SET_HEAD = statement(
    _new_head.on_conflict_do_update(
        index_elements=["space_id"],
        set_={"number": _new_head.excluded.number, "hash": _new_head.excluded.hash},
    )
)
_FORWARD = statement(
    select(records)
    .where(records.c.space_id == bindparam("space_id"), records.c.number > bindparam("after"))
    .order_by(records.c.number)
    .limit(bindparam("limit"))
)
_BACKWARD = statement(
    select(records)
    .where(records.c.space_id == bindparam("space_id"), records.c.number < bindparam("before"))
    .order_by(records.c.number.desc())
    .limit(bindparam("limit"))
)


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One act: who did what to what, when, and how they came."""

    space_id: str
    number: int
    id: str
    at_ms: int
    actor_kind: str
    person_id: str | None
    key_id: str | None
    via: str
    action: str
    target: str
    detail: str
    """JSON, exactly as it was hashed."""
    previous_hash: str
    hash: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the trail, newest first."""

    records: tuple[AuditRecord, ...]
    next_cursor: int | None
    """Pass as ``before`` for the next page; None at the end."""


class AuditVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What checking a chain found."""

    checked: int
    broken_at: int | None = None
    """The number of the first record that does not fit; None if all do."""
    problem: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was edited, removed or moved."""
        return self.broken_at is None


def record(  # rule: the caller is the scope; a record belongs to the caller's space
    tx: Transaction,
    caller: Caller,
    action: str,
    target: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one record in the transaction of the act it tells of; return its number in the space.

    ``detail`` must hold no secret. ``action`` is dotted: ``key.created``.
    """
    space_id = caller.space_id
    tx.take_turn(f"audit:{space_id}")
    number, previous = _head(tx, space_id)
    values: dict[str, Any] = {
        "space_id": space_id,
        "number": number + 1,
        "id": new_id("aud"),
        "at_ms": time.time_ns() // 1_000_000,
        "actor_kind": caller.kind,
        "person_id": caller.person_id,
        "key_id": caller.key_id,
        "via": caller.via,
        "action": action,
        "target": target,
        "detail": msgspec.json.encode(detail or {}, order="sorted").decode(),
        "previous_hash": previous,
    }
    values["hash"] = _digest(tuple(values.values()))
    tx.run(_INSERT, **values)
    tx.run(_SET_HEAD, space_id=space_id, number=number + 1, hash=values["hash"])
    return number + 1


def list_records(
    tx: Transaction, scope: SpaceScope, *, before: int | None = None, limit: int = 50
) -> AuditPage:
    """Return a page of a space's trail, newest first, ending before number ``before``."""
    start = 2**62 if before is None else before
    rows = tx.all(_BACKWARD, space_id=scope.space_id, before=start, limit=limit + 1)
    found = tuple(_record(row) for row in rows[:limit])
    return AuditPage(records=found, next_cursor=found[-1].number if len(rows) > limit else None)


def verify(tx: Transaction, scope: SpaceScope) -> AuditVerdict:
    """Check a space's whole chain: finds any record edited, removed, added or moved."""
    last_number, last_hash = _head(tx, scope.space_id)
    expected, previous = 1, GENESIS
    for row in _walk(tx, scope):
        found = _record(row)
        problem = _problem(found, row, expected=expected, previous=previous)
        if problem:
            return AuditVerdict(checked=expected - 1, broken_at=expected, problem=problem)
        expected, previous = expected + 1, found.hash
    if (expected - 1, previous) != (last_number, last_hash):
        return AuditVerdict(
            checked=expected - 1, broken_at=expected, problem="records are missing at the end, or were added"
        )
    return AuditVerdict(checked=expected - 1)


def _problem(found: AuditRecord, row: Row, *, expected: int, previous: str) -> str:
    if found.number != expected:
        return f"record {expected} is missing"
    if found.previous_hash != previous:
        return "the record does not follow the one before it"
    if _digest(tuple(row[:-1])) != found.hash:
        return "the record was edited"
    return ""


def _walk(tx: Transaction, scope: SpaceScope) -> Iterator[Row]:
    after = -(2**62)
    while rows := tx.all(_FORWARD, space_id=scope.space_id, after=after, limit=PAGE):
        yield from rows
        after = rows[-1][1]


def _head(tx: Transaction, space_id: str) -> tuple[int, str]:
    row = tx.one(_HEAD, space_id=space_id)
    return (0, GENESIS) if row is None else (int(row[0]), str(row[1]))


def _digest(values: Row) -> str:
    return hashlib.sha256(msgspec.json.encode(values)).hexdigest()


def _record(row: Row) -> AuditRecord:
    return msgspec.convert(dict(zip(AuditRecord.__struct_fields__, row, strict=True)), AuditRecord)

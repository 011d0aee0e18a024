"""All SQL of the events."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from salon.foundation.events.models import SYSTEM_SPACE, Event, StoredEvent
from salon.foundation.events.tables import counters, cursors, leases, outbox
from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.storage import Row, Transaction, insert, statement

_upsert_counter = insert(counters).values(
    space_id=bindparam("space_id"), last_number=1, changed_at_ms=bindparam("now_ms")
)
_NEXT_NUMBER = statement(
    _upsert_counter.on_conflict_do_update(
        index_elements=["space_id"],
        set_={
            "last_number": counters.c.last_number + 1,
            "changed_at_ms": bindparam("now_ms"),
        },
    ).returning(counters.c.last_number)
)
_INSERT = statement(outbox.insert())
_BY_ID = statement(select(outbox.c.number).where(outbox.c.id == bindparam("id")))
_AFTER = statement(
    select(outbox)
    .where(outbox.c.space_id == bindparam("space_id"), outbox.c.number > bindparam("after"))
    .order_by(outbox.c.number)
    .limit(bindparam("limit"))
)
_CHANGED = statement(
    select(counters.c.space_id, counters.c.last_number, counters.c.changed_at_ms).where(
        counters.c.changed_at_ms >= bindparam("since_ms")
    )
)
_LAST = statement(select(counters.c.last_number).where(counters.c.space_id == bindparam("space_id")))
_CURSORS = statement(
    select(cursors.c.space_id, cursors.c.number).where(cursors.c.consumer == bindparam("consumer"))
)
_CURSOR = statement(
    select(cursors.c.number).where(
        cursors.c.consumer == bindparam("consumer"), cursors.c.space_id == bindparam("space_id")
    )
)
_new_cursor = insert(cursors)
_SET_CURSOR = statement(
    _new_cursor.on_conflict_do_update(
        index_elements=["consumer", "space_id"], set_={"number": _new_cursor.excluded.number}
    )
)
_new_lease = insert(leases)
_TAKE_LEASE = statement(
    _new_lease.on_conflict_do_update(
        index_elements=["consumer"],
        set_={"owner": _new_lease.excluded.owner, "expires_at_ms": _new_lease.excluded.expires_at_ms},
        where=(leases.c.owner == _new_lease.excluded.owner) | (leases.c.expires_at_ms < bindparam("now_ms")),
    )
)
_DROP_LEASE = statement(
    delete(leases).where(leases.c.consumer == bindparam("consumer"), leases.c.owner == bindparam("owner"))
)

_wakers: set[Callable[[], None]] = set()


def add_waker(wake: Callable[[], None]) -> None:
    """Call ``wake`` on the event loop after each commit that published something."""
    _wakers.add(wake)


def remove_waker(wake: Callable[[], None]) -> None:
    """Take a waker back."""
    _wakers.discard(wake)


def _wake_all() -> None:
    for wake in tuple(_wakers):
        wake()


def space_of(scope: Scope) -> str:
    """Return the space whose numbers a scope's events take."""
    return scope.space_id if isinstance(scope, SpaceScope) else SYSTEM_SPACE


def publish(tx: Transaction, scope: Scope, event: Event) -> int:
    """Write ``event`` to the outbox in this transaction and return its number in the space.

    An event whose id is there already is not written again.
    """
    space_id = space_of(scope)
    tx.take_turn(f"events:{space_id}")
    known = tx.one(_BY_ID, id=event.id)
    if known is not None:
        return int(known[0])
    now_ms = time.time_ns() // 1_000_000
    row = tx.one(_NEXT_NUMBER, space_id=space_id, now_ms=now_ms)
    assert row is not None
    number = int(row[0])
    tx.run(
        _INSERT,
        space_id=space_id,
        number=number,
        id=event.id,
        type=event.type,
        subject=event.subject,
        data=msgspec.json.encode(event.data).decode(),
        created_by=event.created_by,
        at_ms=now_ms,
    )
    tx.after_commit(_wake_all)
    return number


def events_after(tx: Transaction, scope: Scope, number: int, *, limit: int = 500) -> list[StoredEvent]:
    """Return a space's events after ``number``, oldest first."""
    return [_stored(row) for row in tx.all(_AFTER, space_id=space_of(scope), after=number, limit=limit)]


def last_number(tx: Transaction, scope: Scope) -> int:
    """Return the number of a space's last event; 0 before the first."""
    row = tx.one(_LAST, space_id=space_of(scope))
    return 0 if row is None else int(row[0])


def changed_spaces(tx: Transaction, _scope: SystemScope, *, since_ms: int) -> list[tuple[str, int, int]]:
    """Return (space, last number, when) of the spaces that published since ``since_ms``."""
    return [(str(row[0]), int(row[1]), int(row[2])) for row in tx.all(_CHANGED, since_ms=since_ms)]


def cursors_of(tx: Transaction, _scope: SystemScope, consumer: str) -> dict[str, int]:
    """Return how far ``consumer`` has come in each space."""
    return {str(row[0]): int(row[1]) for row in tx.all(_CURSORS, consumer=consumer)}


def cursor_of(tx: Transaction, _scope: SystemScope, consumer: str, space_id: str) -> int:
    """Return how far ``consumer`` has come in one space; 0 at the beginning."""
    row = tx.one(_CURSOR, consumer=consumer, space_id=space_id)
    return 0 if row is None else int(row[0])


def set_cursor(tx: Transaction, _scope: SystemScope, consumer: str, *, space_id: str, number: int) -> None:
    """Remember that ``consumer`` is done with everything up to ``number``."""
    tx.run(_SET_CURSOR, consumer=consumer, space_id=space_id, number=number)


def take_lease(
    tx: Transaction, _scope: SystemScope, consumer: str, *, owner: str, now_ms: int, expires_at_ms: int
) -> bool:
    """Become, or stay, the one process that runs ``consumer``; False if another one is."""
    changed = tx.run(_TAKE_LEASE, consumer=consumer, owner=owner, now_ms=now_ms, expires_at_ms=expires_at_ms)
    return changed > 0


def drop_lease(tx: Transaction, _scope: SystemScope, consumer: str, *, owner: str) -> None:
    """Let another process run ``consumer`` at once."""
    tx.run(_DROP_LEASE, consumer=consumer, owner=owner)


def _stored(row: Row) -> StoredEvent:
    space_id, number, event_id, kind, subject, data, created_by, at_ms = row
    fields: dict[str, Any] = msgspec.json.decode(data)
    return StoredEvent(
        space_id=space_id,
        number=number,
        id=event_id,
        type=kind,
        subject=subject,
        data=fields,
        created_by=created_by,
        at_ms=at_ms,
    )

"""All SQL that walks the tree without opening what is said: ids, parents and marks only."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, func, literal, select

from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Row, Transaction, statement

_m = messages.c
_PLACE = (_m.id, _m.parent_id, _m.depth, _m.role, _m.deleted_at_ms)
_MOST = 200_000


class Place(msgspec.Struct, frozen=True):
    """A message in the tree, without its words."""

    id: str
    parent_id: str | None
    depth: int
    role: str
    deleted_at_ms: int | None


# Both walk by ids alone and are held to the conversation at the end: with a constant to compare in the step,
# SQLite may read the whole conversation for every message of the path, as long as it has no statistics.


def _up() -> Any:
    first = (
        select(*_PLACE, _m.conversation_id, literal(1).label("place"))
        .where(_m.id == bindparam("key"), _m.space_id == bindparam("space"))
        .cte("walked", recursive=True)
    )
    above = messages.alias("above")
    walked = first.union_all(
        select(*_columns(above), above.c.conversation_id, first.c.place + 1).where(
            above.c.id == first.c.parent_id,
            above.c.depth < first.c.depth,  # in a cycle it comes to an end
            first.c.place < bindparam("limit"),
        )
    )
    of_conversation = walked.c.conversation_id == bindparam("conversation")
    return select(*_columns(walked)).where(of_conversation).order_by(walked.c.place)


def _down() -> Any:
    # A union without duplicates: in a cycle it comes to an end.
    first = (
        select(*_PLACE, _m.conversation_id)
        .where(_m.id == bindparam("key"), _m.space_id == bindparam("space"))
        .cte("walked", recursive=True)
    )
    below = messages.alias("below")
    walked = first.union(
        select(*_columns(below), below.c.conversation_id).where(below.c.parent_id == first.c.id)
    )
    of_conversation = walked.c.conversation_id == bindparam("conversation")
    return select(*_columns(walked)).where(of_conversation).limit(bindparam("limit"))


def _columns(source: Any) -> tuple[Any, ...]:
    return tuple(source.c[name] for name in ("id", "parent_id", "depth", "role", "deleted_at_ms"))


_UP = statement(_up())
_DOWN = statement(_down())
_ALL = statement(
    select(*_PLACE)
    .where(
        _m.conversation_id == bindparam("conversation"),
        _m.space_id == bindparam("space"),
        _m.id > bindparam("after"),
    )
    .order_by(_m.id)
    .limit(bindparam("limit"))
)


# A plan that PostgreSQL made while the table was small reads all of it for every step, and is kept.
_BY_INDEX = statement(
    select(
        *(
            func.set_config(name, "off", True)
            for name in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
        )
    )
)


def by_index(tx: Transaction) -> None:
    """Have all that this transaction still reads be found by an index, however small the tables are."""
    if tx.dialect == "postgresql":
        tx.one(_BY_INDEX)


def places_up(
    tx: Transaction, scope: SpaceScope, conversation_id: str, last_id: str, *, limit: int = _MOST
) -> list[Place]:
    """Return the path that ends in ``last_id``, that message first."""
    by_index(tx)
    rows = tx.all(_UP, key=last_id, space=scope.space_id, conversation=conversation_id, limit=limit)
    return [_place(row) for row in rows]


def places_down(
    tx: Transaction, scope: SpaceScope, conversation_id: str, first_id: str, *, limit: int = _MOST
) -> list[Place]:
    """Return a message and everything below it, in no order."""
    by_index(tx)
    rows = tx.all(_DOWN, key=first_id, space=scope.space_id, conversation=conversation_id, limit=limit)
    return [_place(row) for row in rows]


def places_of(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, after: str = "", limit: int = _MOST
) -> list[Place]:
    """Return every message of a conversation, in the order of their ids."""
    rows = tx.all(_ALL, conversation=conversation_id, space=scope.space_id, after=after, limit=limit)
    return [_place(row) for row in rows]


def _place(row: Row) -> Place:
    return Place(*row)

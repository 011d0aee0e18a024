"""All SQL of paths as outlines: who said how much, and not what."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from salon.features.conversations.models import Author
from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Row, Transaction, statement

_AT_ONCE = 500
_m = messages.c
_GET_MANY = statement(
    select(
        _m.id, _m.role, _m.author_kind, _m.author_id, _m.author_name, _m.status, _m.tokens, _m.pinned_at_ms,
        _m.deleted_at_ms, _m.created_at_ms,
    ).where(_m.id.in_(bindparam("keys", expanding=True)), _m.space_id == bindparam("space"))
)  # fmt: skip


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A message without its words."""

    id: str
    role: str
    author: Author
    status: str
    tokens: int
    is_pinned: bool
    is_deleted: bool
    created_at_ms: int


def lines_of(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> list[Line]:
    """Return messages without their words, in the order of ``ids``; those that are not there are left out."""
    found: dict[str, Line] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = tx.all(_GET_MANY, keys=list(ids[start : start + _AT_ONCE]), space=scope.space_id)
        found.update((line.id, line) for line in map(_line, rows))
    return [found[one] for one in ids if one in found]


def _line(row: Row) -> Line:
    key, role, kind, author_id, name, status, tokens, pinned_at_ms, deleted_at_ms, created_at_ms = row
    return Line(
        id=key,
        role=role,
        author=Author(kind=kind, id=author_id, name=name),
        status=status,
        tokens=tokens,
        is_pinned=pinned_at_ms is not None,
        is_deleted=deleted_at_ms is not None,
        created_at_ms=created_at_ms,
    )

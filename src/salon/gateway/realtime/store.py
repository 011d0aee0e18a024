"""The statements of client secrets."""

from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, delete, func, select

from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.storage import Transaction, statement
from salon.gateway.realtime.tables import client_secrets as table

_INSERT: Final = statement(table.insert())
_FIND: Final = statement(
    select(
        table.c.id, table.c.bound_to, table.c.session, table.c.session_format, table.c.expires_at_ms
    ).where(table.c.secret_hash == bindparam("hash"))
)
_COUNT: Final = statement(
    select(func.count()).where(
        and_(
            table.c.space_id == bindparam("space"),
            table.c.bound_to == bindparam("bound"),
            table.c.expires_at_ms > bindparam("now_ms"),
        )
    )
)
_EXPIRED: Final = statement(delete(table).where(table.c.expires_at_ms <= bindparam("now_ms")))


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as it is kept."""

    id: str
    bound_to: str
    sealed: bytes
    version: int
    expires_at_ms: int


def insert(tx: Transaction, scope: SpaceScope, row: dict[str, Any]) -> None:
    """Keep a secret of the scope's space."""
    tx.run(_INSERT, **{**row, "space_id": scope.space_id})


def find(tx: Transaction, scope: SystemScope, secret_hash: str) -> Found | None:
    """Return the secret with this hash; its space is known only afterwards."""
    del scope
    row = tx.one(_FIND, hash=secret_hash)
    if row is None:
        return None
    return Found(id=row[0], bound_to=row[1], sealed=bytes(row[2]), version=row[3], expires_at_ms=row[4])


def count_live(tx: Transaction, scope: SpaceScope, bound_to: str, *, now_ms: int) -> int:
    """Return how many secrets made with one credential still work."""
    row = tx.one(_COUNT, space=scope.space_id, bound=bound_to, now_ms=now_ms)
    return int(row[0]) if row is not None else 0


def delete_expired(tx: Transaction, scope: Scope, *, now_ms: int) -> int:
    """Forget secrets whose time is over; return how many."""
    del scope
    return tx.run(_EXPIRED, now_ms=now_ms)

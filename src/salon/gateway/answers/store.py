"""The statements of idempotency keys."""

from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, delete, select, update

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.storage import Transaction, statement
from salon.gateway.answers.recorded import Recorded
from salon.gateway.answers.tables import idempotency as table

FORMAT: Final = 1
"""Version of a kept answer: ``Recorded`` as MessagePack."""
_IS = and_(table.c.space_id == bindparam("space"), table.c.key_hash == bindparam("hash"))
_FIND: Final = statement(
    select(
        table.c.fingerprint, table.c.done, table.c.answer, table.c.expires_at_ms, table.c.answer_format
    ).where(_IS)
)
_INSERT: Final = statement(table.insert())
_FINISH: Final = statement(
    update(table)
    .where(_IS)
    .values(
        done=1,
        answer_format=FORMAT,
        answer_cipher="none",
        answer=bindparam("new_answer"),
        expires_at_ms=bindparam("until_ms"),
    )
)
_DELETE: Final = statement(delete(table).where(_IS))
_EXPIRED: Final = statement(delete(table).where(table.c.expires_at_ms < bindparam("now_ms")))


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a key."""

    fingerprint: str
    answer: Recorded | None
    """None while it is being made, or when it cannot be read here."""


def claim(
    tx: Transaction, scope: SpaceScope, key_hash: str, *, fingerprint: str, now_ms: int, until_ms: int
) -> Found | None:
    """Claim a key and return None, or return what is known of it already."""
    tx.take_turn(f"idempotency:{scope.space_id}:{key_hash}")
    row = tx.one(_FIND, space=scope.space_id, hash=key_hash)
    if row is not None and int(row[3]) > now_ms:
        # An answer that a later Salon wrote stays unread here, and its key taken: it was charged for.
        is_readable = row[1] and row[4] == FORMAT
        answer = msgspec.msgpack.decode(row[2], type=Recorded) if is_readable else None
        return Found(fingerprint=row[0], answer=answer)
    if row is not None:
        tx.run(_DELETE, space=scope.space_id, hash=key_hash)
    values: dict[str, Any] = {
        "space_id": scope.space_id,
        "key_hash": key_hash,
        "fingerprint": fingerprint,
        "done": 0,
        "answer_format": None,
        "answer_cipher": None,
        "answer_key_id": None,
        "answer": None,
        "expires_at_ms": until_ms,
    }
    tx.run(_INSERT, **values)
    return None


def finish(tx: Transaction, scope: SpaceScope, key_hash: str, *, answer: Recorded, until_ms: int) -> None:
    """Keep the answer of a claimed key."""
    body = msgspec.msgpack.encode(answer)
    tx.run(_FINISH, space=scope.space_id, hash=key_hash, new_answer=body, until_ms=until_ms)


def release(tx: Transaction, scope: SpaceScope, key_hash: str) -> None:
    """Forget a claim, so that the next request with the key is tried."""
    tx.run(_DELETE, space=scope.space_id, hash=key_hash)


def delete_expired(tx: Transaction, scope: Scope, *, now_ms: int) -> int:
    """Remove answers whose time is over; return how many."""
    return tx.run(_EXPIRED, now_ms=now_ms)

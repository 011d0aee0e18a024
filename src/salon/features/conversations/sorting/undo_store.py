"""All SQL of undo: what acts on many conversations changed, and until when it can be put back."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Text, bindparam, delete, select, update

from salon.features.conversations.sorting.models import Change
from salon.features.conversations.sorting.tables import undos
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction, insert, statement

KEPT_MS: Final = 7 * 24 * 3600 * 1000
"""How long an act can be undone."""
MOST: Final = 10_000
"""Conversations of one act."""
_space = bindparam("space", type_=Text)
_key = bindparam("key", type_=Text)
_new_undo = insert(undos)
_KEEP_UNDO = statement(
    _new_undo.on_conflict_do_update(index_elements=["id"], set_={"changes": _new_undo.excluded.changes})
)
_UNDO = statement(
    select(undos.c.act, undos.c.changes, undos.c.expires_at_ms, undos.c.undone_at_ms).where(
        undos.c.id == _key, undos.c.space_id == _space
    )
)
_SET_UNDONE = statement(
    update(undos)
    .where(undos.c.id == _key, undos.c.space_id == _space)
    .values(undone_at_ms=bindparam("now_ms"), changes=bindparam("new_changes"))
)
_DROP_UNDOS = statement(
    delete(undos).where(undos.c.space_id == _space, undos.c.expires_at_ms < bindparam("now_ms"))
)
_CHANGES = msgspec.json.Decoder(tuple[Change, ...])


def keep_undo(
    tx: Transaction,
    scope: SpaceScope,
    undo_id: str,
    act: str,
    changes: Sequence[Change],
    *,
    by: str | None,
    now_ms: int,
    expires_at_ms: int,
) -> None:
    """Keep what an act changed, in place of what was kept of it so far; forget what is over."""
    tx.run(_DROP_UNDOS, space=scope.space_id, now_ms=now_ms)
    tx.run(
        _KEEP_UNDO,
        id=undo_id,
        space_id=scope.space_id,
        created_by=by,
        act=act,
        changes=_text(changes),
        created_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
        undone_at_ms=None,
    )


def get_undo(
    tx: Transaction, scope: SpaceScope, undo_id: str
) -> tuple[str, tuple[Change, ...], int, int | None] | None:
    """Return an act: its name, its changes, until when it can be undone, when it was."""
    row = tx.one(_UNDO, key=undo_id, space=scope.space_id)
    return None if row is None else (row[0], _CHANGES.decode(row[1]), int(row[2]), row[3])


def set_undone(
    tx: Transaction, scope: SpaceScope, undo_id: str, restored: Sequence[Change], *, now_ms: int
) -> None:
    """Note that an act was undone, and of which conversations."""
    tx.run(_SET_UNDONE, key=undo_id, space=scope.space_id, now_ms=now_ms, new_changes=_text(restored))


def _text(changes: Sequence[Change]) -> str:
    return msgspec.json.encode(changes).decode()

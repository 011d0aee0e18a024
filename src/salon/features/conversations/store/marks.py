"""All SQL of the marks of messages, and of what stands beside each other in the tree."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import bindparam, select, update

from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Statement, Transaction, statement

Mark = Literal["pinned_at_ms", "excluded_at_ms", "archived_at_ms", "hidden_at_ms", "deleted_at_ms"]

_m = messages.c
_MARKS: tuple[Mark, ...] = (
    "pinned_at_ms", "excluded_at_ms", "archived_at_ms", "hidden_at_ms", "deleted_at_ms",
)  # fmt: skip


def _set(mark: Mark) -> Statement:
    new: dict[str, Any] = {mark: bindparam("new_value")}
    return statement(
        update(messages)
        .where(_m.id.in_(bindparam("keys", expanding=True)), _m.space_id == bindparam("space"))
        .values(new)
    )


_SET: dict[Mark, Statement] = {mark: _set(mark) for mark in _MARKS}
# Ordered by what no index has: PostgreSQL would else walk all messages in the order of their ids, for the few
# that the limit seems to ask for.
_CHILD_IDS = statement(
    select(_m.id, _m.parent_id)
    .where(_m.parent_id.in_(bindparam("keys", expanding=True)), _m.space_id == bindparam("space"))
    .order_by(_m.id.concat(""))
    .limit(bindparam("limit"))
)
_ROOT_IDS = statement(
    select(_m.id)
    .where(
        _m.conversation_id == bindparam("conversation"),
        _m.space_id == bindparam("space"),
        _m.parent_id.is_(None),
    )
    .order_by(_m.id)
    .limit(bindparam("limit"))
)


def mark_messages(
    tx: Transaction, scope: SpaceScope, message_ids: Sequence[str], mark: Mark, value: int | None
) -> int:
    """Set or take away a mark; returns how many messages there were."""
    return tx.run(_SET[mark], keys=list(message_ids), space=scope.space_id, new_value=value)


def child_ids(
    tx: Transaction, scope: SpaceScope, parent_ids: Sequence[str], *, limit: int = 5000
) -> dict[str, list[str]]:
    """Return the ids of the messages below each of ``parent_ids``, oldest first."""
    found: dict[str, list[str]] = {}
    if parent_ids:
        for message_id, parent_id in tx.all(
            _CHILD_IDS, keys=list(parent_ids), space=scope.space_id, limit=limit
        ):
            found.setdefault(str(parent_id), []).append(str(message_id))
    return found


def root_ids(tx: Transaction, scope: SpaceScope, conversation_id: str, *, limit: int = 200) -> list[str]:
    """Return the ids of the first messages of a conversation, oldest first."""
    rows = tx.all(_ROOT_IDS, conversation=conversation_id, space=scope.space_id, limit=limit)
    return [str(row[0]) for row in rows]

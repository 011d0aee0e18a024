"""All SQL of the lists of conversations: the one changed last comes first."""

from typing import Any, Literal

from sqlalchemy import and_, bindparam, or_, select

from salon.features.conversations.models import Conversation
from salon.features.conversations.store.rows import conversation_of
from salon.features.conversations.tables import conversations
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Statement, Transaction, statement

State = Literal["open", "archived", "hidden", "deleted"]

_c = conversations.c
_STATES: dict[State, Any] = {
    "open": and_(_c.archived_at_ms.is_(None), _c.hidden_at_ms.is_(None), _c.deleted_at_ms.is_(None)),
    "archived": and_(_c.archived_at_ms.is_not(None), _c.hidden_at_ms.is_(None), _c.deleted_at_ms.is_(None)),
    "hidden": and_(_c.hidden_at_ms.is_not(None), _c.deleted_at_ms.is_(None)),
    "deleted": _c.deleted_at_ms.is_not(None),
}
_columns = tuple(_c[name] for name in Conversation.__struct_fields__)


def _page(state: State) -> Statement:
    return statement(
        select(*_columns)
        .where(
            _c.space_id == bindparam("space"),
            _c.changed_at_ms <= bindparam("changed"),
            or_(_c.changed_at_ms < bindparam("changed"), _c.id < bindparam("before")),
            _STATES[state],
        )
        .order_by(_c.changed_at_ms.desc(), _c.id.desc())
        .limit(bindparam("limit"))
    )


_PAGES: dict[State, Statement] = {state: _page(state) for state in _STATES}
FIRST = (2**62, "~")
"""Where the list begins."""


def list_conversations(
    tx: Transaction, scope: SpaceScope, *, state: State, before: tuple[int, str] = FIRST, limit: int = 50
) -> list[Conversation]:
    """Return conversations of a space in one state, after those that ``before`` names: time and id."""
    changed, last_id = before
    rows = tx.all(_PAGES[state], space=scope.space_id, changed=changed, before=last_id, limit=limit)
    return [conversation_of(row) for row in rows]

"""All SQL of conversations and their branches."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, select, update

from salon.features.conversations.indexing.notes import (
    enqueue_conversation,
    forget_conversation,
    set_title,
)
from salon.features.conversations.models import Branch, Conversation, Move
from salon.features.conversations.store.rows import branch_of, conversation_of, conversation_values, with_json
from salon.features.conversations.tables import branches, conversations, moves
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.storage import Row, Statement, Transaction, statement

_INSERT = statement(conversations.insert())
_in_space = (conversations.c.id == bindparam("key"), conversations.c.space_id == bindparam("space"))
_GET = statement(
    select(*(conversations.c[name] for name in Conversation.__struct_fields__)).where(*_in_space)
)
_CHANGEABLE = (
    "title", "title_by", "sources", "settings", "branch_id", "folder_id",
    "pinned_at_ms", "archived_at_ms", "hidden_at_ms", "deleted_at_ms", "changed_at_ms",
)  # fmt: skip
_ADD_MESSAGES = statement(
    update(conversations)
    .where(*_in_space)
    .values(
        messages=conversations.c.messages + bindparam("added"),
        changed_at_ms=bindparam("now_ms"),
        version=conversations.c.version + 1,
    )
)
_INSERT_BRANCH = statement(branches.insert())
_branch_in_space = (branches.c.id == bindparam("key"), branches.c.space_id == bindparam("space"))
_branch_columns = tuple(branches.c[name] for name in Branch.__struct_fields__)
_GET_BRANCH = statement(select(*_branch_columns).where(*_branch_in_space))
_BRANCHES_OF = (
    select(*_branch_columns)
    .where(
        branches.c.conversation_id == bindparam("conversation"),
        branches.c.space_id == bindparam("space"),
        branches.c.deleted_at_ms.is_(None),
    )
    .order_by(branches.c.id)
)
_BRANCHES = statement(_BRANCHES_OF)
_BRANCHES_AFTER = statement(_BRANCHES_OF.where(branches.c.id > bindparam("after")).limit(bindparam("limit")))
_BRANCH_CHANGEABLE = (
    "name", "head_id", "pinned_at_ms", "archived_at_ms", "hidden_at_ms", "deleted_at_ms", "changed_at_ms",
)  # fmt: skip
_INSERT_MOVE = statement(moves.insert())
_MOVES_OF = (
    select(*(moves.c[name] for name in Move.__struct_fields__))
    .where(moves.c.branch_id == bindparam("key"), moves.c.space_id == bindparam("space"))
    .order_by(moves.c.id)
)
_MOVES = statement(_MOVES_OF)
_MOVES_AFTER = statement(_MOVES_OF.where(moves.c.id > bindparam("after")).limit(bindparam("limit")))
_IS_ANY = statement(select(conversations.c.id).limit(1))
_updates: dict[tuple[str, ...], Statement] = {}


def is_any(tx: Transaction, _scope: SystemScope) -> bool:
    """Tell whether there is a conversation in any space."""
    return tx.one(_IS_ANY) is not None


def insert_conversation(tx: Transaction, scope: SpaceScope, conversation: Conversation) -> None:
    """Write a new conversation."""
    assert conversation.space_id == scope.space_id
    tx.run(_INSERT, **conversation_values(conversation))
    set_title(tx, scope, conversation.id, conversation.title)


def get_conversation(tx: Transaction, scope: SpaceScope, conversation_id: str) -> Conversation | None:
    """Return a conversation of the space, whatever its state."""
    row = tx.one(_GET, key=conversation_id, space=scope.space_id)
    return None if row is None else conversation_of(row)


def change_conversation(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, version: int | None = None, **values: Any
) -> bool:
    """Change columns of a conversation and count its version up; False if it is not there.

    With ``version``: also False if the row has another one by now.
    """
    key = {"key": conversation_id, "space": scope.space_id}
    change = _update(conversations, _CHANGEABLE, version, values)
    if not tx.run(change, **key, **_bound(version, with_json(values))):
        return False
    if not {"title", "deleted_at_ms"}.isdisjoint(values):
        _tell_search(tx, scope, conversation_id, values)
    return True


def _tell_search(tx: Transaction, scope: SpaceScope, conversation_id: str, values: Mapping[str, Any]) -> None:
    """Have search forget what is deleted in the same moment, and find what is renamed or restored."""
    found = get_conversation(tx, scope, conversation_id)
    assert found is not None
    if found.deleted_at_ms is not None:
        forget_conversation(tx, scope, conversation_id)
    elif "deleted_at_ms" in values:
        enqueue_conversation(tx, scope, conversation_id, found.title)
    else:
        set_title(tx, scope, conversation_id, found.title)


def add_messages(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, added: int, now_ms: int
) -> None:
    """Count messages that were added to a conversation, or with a negative number taken away."""
    tx.run(_ADD_MESSAGES, key=conversation_id, space=scope.space_id, added=added, now_ms=now_ms)


def insert_branch(tx: Transaction, scope: SpaceScope, branch: Branch) -> None:
    """Write a new branch."""
    assert branch.space_id == scope.space_id
    tx.run(_INSERT_BRANCH, **msgspec.structs.asdict(branch))


def get_branch(tx: Transaction, scope: SpaceScope, branch_id: str) -> Branch | None:
    """Return a branch of the space, whatever its state."""
    row = tx.one(_GET_BRANCH, key=branch_id, space=scope.space_id)
    return None if row is None else branch_of(row)


def list_branches(tx: Transaction, scope: SpaceScope, conversation_id: str) -> list[Branch]:
    """Return the branches of a conversation that are not deleted, oldest first."""
    rows = tx.all(_BRANCHES, conversation=conversation_id, space=scope.space_id)
    return [branch_of(row) for row in rows]


def branches_after(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, after: str, limit: int
) -> list[Branch]:
    """Return so many branches of a conversation that are not deleted, those younger than ``after``."""
    rows = tx.all(
        _BRANCHES_AFTER, conversation=conversation_id, space=scope.space_id, after=after, limit=limit
    )
    return [branch_of(row) for row in rows]


def change_branch(
    tx: Transaction, scope: SpaceScope, branch_id: str, *, version: int | None = None, **values: Any
) -> bool:
    """Change columns of a branch and count its version up; as ``change_conversation``."""
    key = {"key": branch_id, "space": scope.space_id}
    return (
        tx.run(_update(branches, _BRANCH_CHANGEABLE, version, values), **key, **_bound(version, values)) > 0
    )


def insert_move(tx: Transaction, scope: SpaceScope, move: Move) -> None:
    """Write where a branch's head was before it was moved."""
    assert move.space_id == scope.space_id
    tx.run(_INSERT_MOVE, **msgspec.structs.asdict(move))


def list_moves(tx: Transaction, scope: SpaceScope, branch_id: str) -> list[Move]:
    """Return the moves of a branch, oldest first."""
    return [_move_of(row) for row in tx.all(_MOVES, key=branch_id, space=scope.space_id)]


def moves_after(tx: Transaction, scope: SpaceScope, branch_id: str, *, after: str, limit: int) -> list[Move]:
    """Return so many moves of a branch, those younger than ``after``."""
    rows = tx.all(_MOVES_AFTER, key=branch_id, space=scope.space_id, after=after, limit=limit)
    return [_move_of(row) for row in rows]


def _move_of(row: Row) -> Move:
    return Move(**dict(zip(Move.__struct_fields__, row, strict=True)))


def _bound(version: int | None, values: Mapping[str, Any]) -> dict[str, Any]:
    bound = {f"new_{name}": value for name, value in values.items()}
    return bound if version is None else {"had_version": version, **bound}


def _update(
    table: Table, allowed: Sequence[str], version: int | None, values: Mapping[str, Any]
) -> Statement:
    """Return the statement that changes the columns of ``values``, compiled once for each set of them."""
    names = tuple(sorted(values))
    assert set(names) <= set(allowed), names
    kept = (table.name, *names, "" if version is None else "version")
    if kept not in _updates:
        wanted = [table.c.id == bindparam("key"), table.c.space_id == bindparam("space")]
        if version is not None:
            wanted.append(table.c.version == bindparam("had_version"))
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        _updates[kept] = statement(update(table).where(*wanted).values(**new, version=table.c.version + 1))
    return _updates[kept]

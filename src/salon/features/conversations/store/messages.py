"""All SQL of the tree of messages: appending is one insert, a path is walked from its last message up."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from salon.features.conversations.indexing.notes import enqueue
from salon.features.conversations.models import Message, Source
from salon.features.conversations.store.attached import note_files
from salon.features.conversations.store.rows import message_of, message_values
from salon.features.conversations.store.walking import places_up
from salon.features.conversations.tables import messages, sources
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction, statement

_AT_ONCE = 500
_INSERT = statement(messages.insert())
_INSERT_SOURCES = statement(sources.insert())
_columns = tuple(messages.c)
_NAMES = tuple(column.name for column in messages.c)
_GET = statement(
    select(*_columns).where(messages.c.id == bindparam("key"), messages.c.space_id == bindparam("space"))
)
_GET_MANY = statement(
    select(*_columns).where(
        messages.c.id.in_(bindparam("keys", expanding=True)), messages.c.space_id == bindparam("space")
    )
)
_CHILDREN = statement(
    select(*_columns)
    .where(
        messages.c.parent_id == bindparam("parent"),
        messages.c.space_id == bindparam("space"),
        messages.c.id > bindparam("after"),
    )
    .order_by(messages.c.id)
    .limit(bindparam("limit"))
)
_ROOTS = statement(
    select(*_columns)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.space_id == bindparam("space"),
        messages.c.parent_id.is_(None),
        messages.c.id > bindparam("after"),
    )
    .order_by(messages.c.id)
    .limit(bindparam("limit"))
)
_ALL = statement(
    select(*_columns)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.space_id == bindparam("space"),
        messages.c.id > bindparam("after"),
    )
    .order_by(messages.c.id)
    .limit(bindparam("limit"))
)


_SOURCES = statement(
    select(sources.c.message_id, sources.c.kind, sources.c.source_id, sources.c.source_conversation_id)
    .where(
        sources.c.message_id.in_(bindparam("keys", expanding=True)),
        sources.c.space_id == bindparam("space"),
    )
    .order_by(sources.c.message_id, sources.c.position)
)


def insert_messages(tx: Transaction, scope: SpaceScope, new: Sequence[Message]) -> None:
    """Append messages, parents before children; search finds them soon."""
    if not new:
        return
    assert all(message.space_id == scope.space_id for message in new)
    tx.many(_INSERT, [message_values(message) for message in new])
    note_files(tx, new)
    enqueue(tx, scope, [(message.id, message.space_id) for message in new])


def insert_sources(tx: Transaction, scope: SpaceScope, message: Message, made_from: Sequence[Source]) -> None:
    """Write what a message was made from."""
    if not made_from:
        return
    tx.many(
        _INSERT_SOURCES,
        [
            {
                "message_id": message.id,
                "position": position,
                "space_id": scope.space_id,
                "conversation_id": message.conversation_id,
                "kind": source.kind,
                "source_id": source.id,
                "source_conversation_id": source.conversation_id,
            }
            for position, source in enumerate(made_from)
        ],
    )


def get_message(tx: Transaction, scope: SpaceScope, message_id: str) -> Message | None:
    """Return a message of the space, whatever its state."""
    row = tx.one(_GET, key=message_id, space=scope.space_id)
    return None if row is None else message_of(_NAMES, row)


def get_messages(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> dict[str, Message]:
    """Return messages of the space by id; those that are not there are left out."""
    if not ids:
        return {}
    rows = tx.all(_GET_MANY, keys=list(ids), space=scope.space_id)
    return {message.id: message for message in (message_of(_NAMES, row) for row in rows)}


def path(
    tx: Transaction, scope: SpaceScope, conversation_id: str, last_id: str, *, limit: int = 50
) -> list[Message]:
    """Return up to ``limit`` messages that end in ``last_id``, oldest first.

    The page before is the path to the first one's parent. Ends at a parent that is not there, and in
    a cycle.
    """
    # In two steps: joined to the walk, SQLite reads every message there is to find those of the path.
    ids = [place.id for place in places_up(tx, scope, conversation_id, last_id, limit=limit)]
    found: dict[str, Message] = {}
    for start in range(0, len(ids), _AT_ONCE):
        found |= get_messages(tx, scope, ids[start : start + _AT_ONCE])
    return [found[one] for one in reversed(ids)]


def children(
    tx: Transaction, scope: SpaceScope, parent_id: str, *, after: str = "", limit: int = 200
) -> list[Message]:
    """Return the answers and edits below a message, oldest first."""
    rows = tx.all(_CHILDREN, parent=parent_id, space=scope.space_id, after=after, limit=limit)
    return [message_of(_NAMES, row) for row in rows]


def roots(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, after: str = "", limit: int = 200
) -> list[Message]:
    """Return the first messages of a conversation, oldest first."""
    rows = tx.all(_ROOTS, conversation=conversation_id, space=scope.space_id, after=after, limit=limit)
    return [message_of(_NAMES, row) for row in rows]


def all_messages(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, after: str = "", limit: int = 500
) -> list[Message]:
    """Return a page of all messages of a conversation, in the order of their ids."""
    rows = tx.all(_ALL, conversation=conversation_id, space=scope.space_id, after=after, limit=limit)
    return [message_of(_NAMES, row) for row in rows]


def sources_of(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> dict[str, list[Source]]:
    """Return what messages were made from, by message."""
    found: dict[str, list[Source]] = {}
    if ids:
        for message_id, kind, source_id, conversation_id in tx.all(
            _SOURCES, keys=list(ids), space=scope.space_id
        ):
            source = msgspec.convert(
                {"kind": kind, "id": source_id, "conversation_id": conversation_id}, Source
            )
            found.setdefault(str(message_id), []).append(source)
    return found

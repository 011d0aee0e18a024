"""All SQL of keeping the index: what waits for it, its numbers, its version."""

import contextlib
import random
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Text, bindparam, delete, func, select

from salon.features.conversations.indexing.notes import enqueue
from salon.features.conversations.indexing.tables import indexed, queue, state, title_words
from salon.features.conversations.indexing.texts import Words
from salon.features.conversations.indexing.words import VERSION
from salon.features.conversations.models import Message
from salon.features.conversations.search.text_index import FORM, add_texts, drop_index, make_index
from salon.features.conversations.store.rows import message_of
from salon.features.conversations.tables import conversations, messages
from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.kit.errors import Internal
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import Transaction, insert, statement

_NAMES: Final = tuple(column.name for column in messages.c)
_TURN: Final = "search:index"
_FIRST_STEP: Final = 64
_STATE: Final = "version"
_keys = bindparam("keys", expanding=True, type_=Text)

_WAITING = statement(
    select(queue.c.message_id).order_by(queue.c.bulk, queue.c.message_id).limit(bindparam("most"))
)
_LOAD = statement(
    select(*messages.c).where(
        messages.c.id.in_(_keys), messages.c.deleted_at_ms.is_(None), messages.c.body.is_not(None)
    )
)
_TAKE = statement(delete(queue).where(queue.c.message_id.in_(_keys)).returning(queue.c.message_id))
_KNOWN = statement(select(indexed.c.message_id).where(indexed.c.message_id.in_(_keys)))
_TAKEN = statement(select(indexed.c.number).where(indexed.c.number.in_(bindparam("numbers", expanding=True))))
_ADD = statement(indexed.insert())
_COUNT = statement(select(func.count()).select_from(queue))
_COUNT_OF = statement(select(func.count()).select_from(queue).where(queue.c.space_id == bindparam("space")))
_CLEAR = (statement(delete(indexed)), statement(delete(queue)), statement(delete(title_words)))
_IDS = statement(
    select(messages.c.id, messages.c.space_id)
    .where(
        messages.c.id > bindparam("after"), messages.c.deleted_at_ms.is_(None), messages.c.body.is_not(None)
    )
    .order_by(messages.c.id)
    .limit(bindparam("most"))
)
_TITLES = statement(
    select(conversations.c.id, conversations.c.space_id, conversations.c.title)
    .where(conversations.c.id > bindparam("after"), conversations.c.deleted_at_ms.is_(None))
    .order_by(conversations.c.id)
    .limit(bindparam("most"))
)
_VERSION = statement(select(state.c.value).where(state.c.name == bindparam("name")))
_new_state = insert(state)
_SET_VERSION = statement(
    _new_state.on_conflict_do_update(index_elements=["name"], set_={"value": _new_state.excluded.value})
)
FORGET_VERSION = statement(delete(state).where(state.c.name == _STATE))
"""Has the index made anew at the next start."""


def is_made(tx: Transaction, scope: Scope) -> bool:
    """Tell whether there is an index of the words that are made now."""
    row = tx.one(_VERSION, name=_STATE)
    return row is not None and row[0] == _version(tx)


def _version(tx: Transaction) -> str:
    return VERSION + FORM[tx.dialect]


def begin(tx: Transaction, scope: Scope) -> bool:
    """Make an empty index if there is none, or one of other words; True if it is to be filled then."""
    tx.take_turn(_TURN)
    if is_made(tx, scope):
        return False
    clear(tx, scope)
    tx.run(_SET_VERSION, name=_STATE, value=_version(tx))
    return True


def clear(tx: Transaction, scope: Scope) -> None:
    """Empty the index; nothing waits for it then either."""
    drop_index(tx, scope)
    make_index(tx, scope)
    for emptied in _CLEAR:
        tx.run(emptied)


def enqueue_all(tx: Transaction, scope: Scope, *, after: str, most: int) -> tuple[str, int] | None:
    """Have the next messages wait for the index: the last one's id and how many; None at the end."""
    rows = tx.all(_IDS, after=after, most=most)
    if not rows:
        return None
    enqueue(tx, scope, [(str(row[0]), str(row[1])) for row in rows], bulk=True)
    return str(rows[-1][0]), len(rows)


def titles_after(
    tx: Transaction, scope: Scope, *, after: str, most: int
) -> list[tuple[str, SpaceScope, str]]:
    """Return the next conversations with their titles."""
    rows = tx.all(_TITLES, after=after, most=most)
    return [(str(row[0]), SpaceScope(SpaceId(row[1])), str(row[2])) for row in rows]


def waiting(tx: Transaction, scope: Scope, *, most: int) -> tuple[list[str], list[Message]]:
    """Return what waits: the ids, and the messages of those that still say something that can be read."""
    keys = [str(row[0]) for row in tx.all(_WAITING, most=most)]
    found: list[Message] = []
    for row in tx.all(_LOAD, keys=keys) if keys else []:
        # A body of an unknown cipher or form says nothing to an index, and must not stop it.
        with contextlib.suppress(Internal, msgspec.MsgspecError):
            found.append(message_of(_NAMES, row))
    return keys, found


def count_waiting(tx: Transaction, scope: Scope) -> int:
    """Return how many messages of the space, or of the house, wait for the index."""
    row = tx.one(_COUNT_OF, space=scope.space_id) if isinstance(scope, SpaceScope) else tx.one(_COUNT)
    return int(row[0]) if row is not None else 0


def add(
    tx: Transaction,
    scope: Scope,
    keys: Sequence[str],
    found: Sequence[Words],
    tokens: Mapping[str, Sequence[str]],
) -> int:
    """Put messages into the index that still wait for it; return how many. ``keys`` wait no longer."""
    tx.take_turn(_TURN)
    left = {str(row[0]) for row in tx.all(_TAKE, keys=list(keys))}
    left -= {str(row[0]) for row in tx.all(_KNOWN, keys=list(keys))}
    new = sorted((one for one in found if one.message_id in left), key=lambda one: one.at_ms)
    numbers = _numbers(tx, [one.at_ms for one in new])
    tx.many(
        _ADD,
        [
            {
                "number": number,
                "message_id": one.message_id,
                "space_id": one.space_id,
                "conversation_id": one.conversation_id,
            }
            for number, one in zip(numbers, new, strict=True)
        ],
    )
    rows = [(n, one.marks, tokens[one.message_id]) for n, one in zip(numbers, new, strict=True)]
    if rows:
        add_texts(tx, scope, sorted(rows, key=lambda row: row[0]))
    return len(new)


def _numbers(tx: Transaction, times_ms: Sequence[int]) -> list[int]:
    """Return a free number for each time, near it: an import may have many messages of one moment."""
    chosen: dict[int, int] = {}
    taken, open_places, step = set[int](), list(range(len(times_ms))), _FIRST_STEP
    wanted = list(times_ms)
    while open_places:
        asked = [wanted[place] for place in open_places]
        taken |= {int(row[0]) for row in tx.all(_TAKEN, numbers=asked)}
        still: list[int] = []
        for place in open_places:
            if wanted[place] in taken:
                wanted[place] = times_ms[place] + random.randrange(1, step)  # noqa: S311 - a free place
                still.append(place)
            else:
                chosen[place] = wanted[place]
                taken.add(wanted[place])
        open_places, step = still, step * 4
    return [chosen[place] for place in range(len(times_ms))]

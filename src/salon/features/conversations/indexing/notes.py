"""What the tree notes for the index, in the transaction that adds, renames or takes away."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, bindparam, column, delete, literal, select, table

from salon.features.conversations.indexing.tables import indexed, queue, title_words
from salon.features.conversations.indexing.words import tokens
from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.storage import Transaction, insert, statement

MANY: Final = 20
"""So many messages added at once are an import or a copy: what people say meanwhile goes first."""
_AT_ONCE: Final = 500

fts = table("search_text", column("rowid", BigInteger), column("marks"), column("terms"))
vectors = table("search_vectors", column("number", BigInteger), column("terms"))

_WAIT = statement(insert(queue).on_conflict_do_nothing(index_elements=["message_id"]))
_in_space = (indexed.c.space_id == bindparam("space"),)
_UNQUEUE = statement(
    delete(queue).where(
        queue.c.message_id.in_(bindparam("keys", expanding=True)), queue.c.space_id == bindparam("space")
    )
)
_NUMBERS = statement(
    select(indexed.c.number).where(indexed.c.message_id.in_(bindparam("keys", expanding=True)), *_in_space)
)
_numbers = bindparam("numbers", expanding=True, type_=BigInteger)
_FORGET_TEXT = statement(
    {
        "sqlite": delete(fts).where(fts.c.rowid.in_(_numbers)),
        "postgresql": delete(vectors).where(vectors.c.number.in_(_numbers)),
    }
)
_FORGET = statement(delete(indexed).where(indexed.c.number.in_(_numbers), *_in_space))
_numbers_of = select(indexed.c.number).where(
    indexed.c.conversation_id == bindparam("conversation"), *_in_space
)
_FORGET_TEXTS_OF = statement(
    {
        "sqlite": delete(fts).where(fts.c.rowid.in_(_numbers_of)),
        "postgresql": delete(vectors).where(vectors.c.number.in_(_numbers_of)),
    }
)
_FORGET_ALL_OF = statement(
    delete(indexed).where(indexed.c.conversation_id == bindparam("conversation"), *_in_space)
)
_ANY_OF = statement(_numbers_of.limit(1))
_MESSAGES_OF = select(messages.c.id).where(
    messages.c.conversation_id == bindparam("conversation"), messages.c.space_id == bindparam("space")
)
_UNQUEUE_ALL_OF = statement(
    delete(queue).where(queue.c.message_id.in_(_MESSAGES_OF), queue.c.space_id == bindparam("space"))
)
_ENQUEUE_ALL_OF = statement(
    insert(queue)
    .from_select(
        ["message_id", "space_id", "bulk"],
        select(messages.c.id, messages.c.space_id, literal(1)).where(
            messages.c.conversation_id == bindparam("conversation"),
            messages.c.space_id == bindparam("space"),
            messages.c.deleted_at_ms.is_(None),
        ),
    )
    .on_conflict_do_nothing(index_elements=["message_id"])
)
_FORGET_TITLE = statement(
    delete(title_words).where(
        title_words.c.conversation_id == bindparam("conversation"),
        # As a value and not as a column: without statistics SQLite would take the primary key for the
        # better index, and look through all titles of the space.
        title_words.c.space_id.concat("") == bindparam("space"),
    )
)
_ADD_WORDS = statement(insert(title_words).on_conflict_do_nothing())


def enqueue(
    tx: Transaction, scope: Scope, added: Sequence[tuple[str, str]], *, bulk: bool | None = None
) -> None:
    """Note messages (id, space) that are to be indexed soon; ``bulk`` ones after all others."""
    later = int(len(added) > MANY if bulk is None else bulk)
    rows = [{"message_id": key, "space_id": space, "bulk": later} for key, space in added]
    tx.many(_WAIT, rows)


def forget(tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]) -> None:
    """Take messages out of the index, now: for deletion and erasure."""
    space = scope.space_id
    for start in range(0, len(message_ids), _AT_ONCE):
        keys = list(message_ids[start : start + _AT_ONCE])
        tx.run(_UNQUEUE, keys=keys, space=space)
        numbers = [row[0] for row in tx.all(_NUMBERS, keys=keys, space=space)]
        if numbers:
            tx.run(_FORGET_TEXT, numbers=numbers)
            tx.run(_FORGET, numbers=numbers, space=space)


def forget_conversation(tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
    """Take a conversation and all its messages out of the index, now."""
    named = {"conversation": conversation_id, "space": scope.space_id}
    tx.run(_FORGET_TITLE, **named)
    tx.run(_UNQUEUE_ALL_OF, **named)
    if tx.one(_ANY_OF, **named) is not None:
        tx.run(_FORGET_TEXTS_OF, **named)
        tx.run(_FORGET_ALL_OF, **named)


def enqueue_conversation(tx: Transaction, scope: SpaceScope, conversation_id: str, title: str) -> None:
    """Have a conversation that is restored found again, soon."""
    tx.run(_ENQUEUE_ALL_OF, conversation=conversation_id, space=scope.space_id)
    set_title(tx, scope, conversation_id, title)


def set_title(tx: Transaction, scope: SpaceScope, conversation_id: str, title: str) -> None:
    """Make a conversation findable by the words of its title alone; by nothing if it is empty."""
    tx.run(_FORGET_TITLE, conversation=conversation_id, space=scope.space_id)
    rows = [
        {"space_id": scope.space_id, "word": word.encode(), "conversation_id": conversation_id}
        for word in dict.fromkeys(tokens(title)[:100])
    ]
    if rows:
        tx.many(_ADD_WORDS, rows)

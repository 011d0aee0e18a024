"""All SQL of who takes part in a conversation."""

from sqlalchemy import bindparam, delete, select

from salon.features.conversations.models import Author, Participant
from salon.features.conversations.tables import participants
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction, insert, statement

_JOIN = statement(
    insert(participants).on_conflict_do_nothing(index_elements=["conversation_id", "kind", "participant_id"])
)
_LEAVE = statement(
    delete(participants).where(
        participants.c.conversation_id == bindparam("conversation"),
        participants.c.space_id == bindparam("space"),
        participants.c.kind == bindparam("kind"),
        participants.c.participant_id == bindparam("participant"),
    )
)
_ALL = statement(
    select(
        participants.c.kind, participants.c.participant_id, participants.c.name, participants.c.joined_at_ms
    )
    .where(
        participants.c.conversation_id == bindparam("conversation"),
        participants.c.space_id == bindparam("space"),
    )
    .order_by(participants.c.joined_at_ms, participants.c.participant_id)
    .limit(bindparam("limit"))
)


def join(tx: Transaction, scope: SpaceScope, conversation_id: str, author: Author, *, now_ms: int) -> None:
    """Let an author with an id take part; nothing changes for one who does already."""
    assert author.id is not None
    tx.run(
        _JOIN,
        conversation_id=conversation_id,
        kind=author.kind,
        participant_id=author.id,
        space_id=scope.space_id,
        name=author.name or author.id,
        joined_at_ms=now_ms,
    )


def leave(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, kind: str, participant_id: str
) -> bool:
    """Take a participant out; False if there was none. What it said stays."""
    return (
        tx.run(
            _LEAVE,
            conversation=conversation_id,
            space=scope.space_id,
            kind=kind,
            participant=participant_id,
        )
        > 0
    )


def participants_of(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, limit: int = 500
) -> list[Participant]:
    """Return who takes part, in the order in which they came."""
    rows = tx.all(_ALL, conversation=conversation_id, space=scope.space_id, limit=limit)
    return [
        Participant(kind=row[0], id=str(row[1]), name=str(row[2]), joined_at_ms=int(row[3])) for row in rows
    ]

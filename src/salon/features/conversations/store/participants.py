"""All SQL of who takes part in a conversation."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Text, bindparam, delete, func, select

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

MOST_SPEAKERS: Final = 9
_placed = (
    select(
        participants.c.conversation_id,
        participants.c.kind,
        participants.c.participant_id,
        participants.c.name,
        participants.c.joined_at_ms,
        func.row_number()
        .over(
            partition_by=participants.c.conversation_id,
            order_by=(participants.c.joined_at_ms, participants.c.participant_id),
        )
        .label("place"),
    )
    .where(
        participants.c.conversation_id.in_(bindparam("conversations", expanding=True, type_=Text)),
        participants.c.space_id == bindparam("space"),
        participants.c.kind.in_(("model", "persona")),
    )
    .subquery()
)
_SPEAKERS = statement(
    select(
        _placed.c.conversation_id,
        _placed.c.kind,
        _placed.c.participant_id,
        _placed.c.name,
        _placed.c.joined_at_ms,
    )
    .where(_placed.c.place <= MOST_SPEAKERS)
    .order_by(_placed.c.conversation_id, _placed.c.place)
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


def speakers_of(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> dict[str, tuple[Participant, ...]]:
    """Return the models and personas of each conversation, the first ``MOST_SPEAKERS`` that came."""
    found: dict[str, tuple[Participant, ...]] = {}
    for row in tx.all(_SPEAKERS, conversations=list(ids), space=scope.space_id) if ids else []:
        one = Participant(kind=row[1], id=str(row[2]), name=str(row[3]), joined_at_ms=int(row[4]))
        found[row[0]] = (*found.get(row[0], ()), one)
    return found

"""All SQL of deletion: bodies that go, what was made of them, and what a restore must not bring back."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select, update

from salon.features.conversations.indexing.notes import enqueue, forget, forget_conversation
from salon.features.conversations.tables import (
    answers,
    branches,
    conversations,
    erasures,
    messages,
    participants,
    sources,
)
from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.runs import forget_runs
from salon.foundation.storage import Transaction, insert, statement

CHUNK: Final = 500
"""How many ids one statement names."""
ErasureKind = Literal["conversation", "branch", "message"]

_m = messages.c
_of_space = _m.space_id == bindparam("space")
_named = _m.id.in_(bindparam("keys", expanding=True))
_NO_BODY: dict[str, Any] = {
    "body_format": None, "body_cipher": None, "body_key_id": None, "body": None,
    "size_bytes": 0, "tokens": 0, "author_name": None,
}  # fmt: skip
_DELETE = statement(
    update(messages)
    .where(_named, _of_space, _m.deleted_at_ms.is_(None))
    .values(deleted_at_ms=bindparam("now_ms"))
)
_RESTORE = statement(
    update(messages)
    .where(_named, _of_space, _m.deleted_at_ms.is_not(None), _m.body.is_not(None))
    .values(deleted_at_ms=None)
)
_RUNS_OF = statement(select(_m.run_id).where(_named, _of_space, _m.run_id.is_not(None)))
_EMPTY = statement(update(messages).where(_named, _of_space).values(**_NO_BODY))
_IDS_WITH_BODY = statement(
    select(_m.id)
    .where(
        _m.conversation_id == bindparam("conversation"),
        _of_space,
        _m.body.is_not(None),
        _m.id > bindparam("after"),
    )
    .order_by(_m.id)
    .limit(bindparam("limit"))
)
_CONVERSATIONS_OF = statement(select(_m.id, _m.conversation_id).where(_named, _of_space))
_DERIVED = statement(
    select(sources.c.message_id, sources.c.conversation_id)
    .join(messages, _m.id == sources.c.message_id)
    .where(
        sources.c.source_id.in_(bindparam("keys", expanding=True)),
        sources.c.space_id == bindparam("space"),
        sources.c.kind.in_(bindparam("kinds", expanding=True)),
        _m.body.is_not(None),
    )
)
_blank = (
    update(conversations)
    .where(conversations.c.id == bindparam("key"), conversations.c.space_id == bindparam("space"))
    .values(
        title="",
        title_by="nobody",
        sources="[]",
        settings="{}",
        messages=0,
        version=conversations.c.version + 1,
    )
)
_BLANK_DELETED = statement(_blank)
_BLANK_ERASED = statement(
    _blank.values(
        origin=None,
        deleted_at_ms=func.coalesce(conversations.c.deleted_at_ms, bindparam("now_ms")),
        changed_at_ms=bindparam("now_ms"),
    )
)
_BLANK_BRANCHES = statement(
    update(branches)
    .where(branches.c.conversation_id == bindparam("key"), branches.c.space_id == bindparam("space"))
    .values(name="", version=branches.c.version + 1)
)
_BLANK_DELETED_BRANCHES = statement(
    update(branches)
    .where(
        branches.c.head_id.in_(bindparam("keys", expanding=True)),
        branches.c.space_id == bindparam("space"),
        branches.c.deleted_at_ms <= bindparam("before_ms"),
    )
    .values(name="", version=branches.c.version + 1)
)
_DROP_PARTICIPANTS = statement(
    delete(participants).where(
        participants.c.conversation_id == bindparam("key"), participants.c.space_id == bindparam("space")
    )
)
_new_erasure = insert(erasures)
_NOTE = statement(_new_erasure.on_conflict_do_nothing(index_elements=["id"]))
_COUNT_ERASURES = statement(
    select(func.count()).select_from(erasures).where(erasures.c.space_id == bindparam("space"))
)
_ERASURES = statement(
    select(*erasures.c)
    .where(erasures.c.id > bindparam("after"))
    .order_by(erasures.c.id)
    .limit(bindparam("limit"))
)
_WAS_ERASED = statement(
    select(erasures.c.id).where(
        erasures.c.target_id == bindparam("target"), erasures.c.space_id == bindparam("space")
    )
)
_PAST_BODIES = statement(
    select(_m.id, _m.space_id, _m.conversation_id)
    .where(_m.deleted_at_ms <= bindparam("before_ms"), _m.body.is_not(None))
    .limit(bindparam("limit"))
)
_PAST_CONVERSATIONS = statement(
    select(conversations.c.id, conversations.c.space_id)
    .where(
        conversations.c.deleted_at_ms <= bindparam("before_ms"),
        or_(
            conversations.c.title != "",
            conversations.c.settings != "{}",
            select(branches.c.id)
            .where(branches.c.conversation_id == conversations.c.id, branches.c.name != "")
            .exists(),
            select(_m.id).where(_m.conversation_id == conversations.c.id, _m.body.is_not(None)).exists(),
        ),
    )
    .limit(bindparam("limit"))
)
_ANSWERS_OF = statement(
    delete(answers).where(
        answers.c.message_id.in_(bindparam("keys", expanding=True)), answers.c.space_id == bindparam("space")
    )
)


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was erased."""

    id: str
    space_id: str
    created_by: str | None
    kind: ErasureKind
    target_id: str
    created_at_ms: int


def chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    """Yield ids as many at a time as one statement names."""
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])


def tombstone(tx: Transaction, scope: SpaceScope, ids: Sequence[str], *, now_ms: int) -> int:
    """Mark messages as deleted; return how many were not before. Search forgets them in the same moment."""
    forget(tx, scope, ids)
    return sum(tx.run(_DELETE, keys=part, space=scope.space_id, now_ms=now_ms) for part in chunks(ids))


def bring_back(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> int:
    """Take the deletion of messages back whose bodies are still there; return how many those are."""
    enqueue(tx, scope, [(one, scope.space_id) for one in ids])
    return sum(tx.run(_RESTORE, keys=part, space=scope.space_id) for part in chunks(ids))


def empty(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> None:
    """Forget what messages said, how those that are answers came to be, and the logs of their runs."""
    forget(tx, scope, ids)
    for part in chunks(ids):
        forget_runs(tx, scope, [str(row[0]) for row in tx.all(_RUNS_OF, keys=part, space=scope.space_id)])
        tx.run(_EMPTY, keys=part, space=scope.space_id)
        tx.run(_ANSWERS_OF, keys=part, space=scope.space_id)


def ids_with_body(tx: Transaction, scope: SpaceScope, conversation_id: str) -> list[str]:
    """Return the messages of a conversation that still say something, oldest first."""
    found: list[str] = []
    while True:
        after = found[-1] if found else ""
        rows = tx.all(
            _IDS_WITH_BODY, conversation=conversation_id, space=scope.space_id, after=after, limit=5000
        )
        found += [str(row[0]) for row in rows]
        if len(rows) < 5000:
            return found


def derived_from(
    tx: Transaction, scope: SpaceScope, ids: Sequence[str], kinds: Sequence[str]
) -> dict[str, str]:
    """Return the messages made from any of ``ids``, and from those in turn, with their conversations."""
    found: dict[str, str] = {}
    asked = list(ids)
    seen = set(ids)
    while asked:
        rows = [
            row
            for part in chunks(asked)
            for row in tx.all(_DERIVED, keys=part, space=scope.space_id, kinds=list(kinds))
        ]
        asked = [one for one in dict.fromkeys(str(row[0]) for row in rows) if one not in seen]
        seen.update(asked)
        found.update({str(row[0]): str(row[1]) for row in rows if str(row[0]) in asked})
    return found


def conversations_of(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> dict[str, list[str]]:
    """Return those of the messages that are there, by their conversations."""
    found: dict[str, list[str]] = {}
    for part in chunks(ids):
        for message_id, conversation_id in tx.all(_CONVERSATIONS_OF, keys=part, space=scope.space_id):
            found.setdefault(str(conversation_id), []).append(str(message_id))
    return found


def blank_conversation(tx: Transaction, scope: SpaceScope, conversation_id: str, *, now_ms: int) -> None:
    """Leave nothing of a conversation but its id: title, settings, names of branches, participants."""
    tx.run(_BLANK_ERASED, key=conversation_id, space=scope.space_id, now_ms=now_ms)
    _blank_beside(tx, scope, conversation_id)


def blank_deleted(tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
    """Leave nothing of a deleted conversation but its id and where it came from: no import brings it back."""
    tx.run(_BLANK_DELETED, key=conversation_id, space=scope.space_id)
    _blank_beside(tx, scope, conversation_id)


def _blank_beside(tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
    forget_conversation(tx, scope, conversation_id)
    tx.run(_BLANK_BRANCHES, key=conversation_id, space=scope.space_id)
    tx.run(_DROP_PARTICIPANTS, key=conversation_id, space=scope.space_id)


def blank_branches(tx: Transaction, scope: SpaceScope, heads: Sequence[str], *, before_ms: int) -> None:
    """Forget the names of branches that were deleted before a time, with the messages in which they end."""
    for part in chunks(heads):
        tx.run(_BLANK_DELETED_BRANCHES, keys=part, space=scope.space_id, before_ms=before_ms)


def note_erasures(tx: Transaction, _scope: Scope, noted: Sequence[Erasure]) -> None:
    """Remember what was erased, for a restore; what is known already stays as it is."""
    for erasure in noted:
        tx.run(_NOTE, **msgspec.structs.asdict(erasure))


def was_erased(tx: Transaction, scope: SpaceScope, target_id: str) -> bool:
    """Tell whether a conversation, a branch or a message was erased."""
    return tx.one(_WAS_ERASED, target=target_id, space=scope.space_id) is not None


def count_erasures(tx: Transaction, scope: SpaceScope) -> int:
    """Return how much was ever erased in the space: what was read before it grew may hold what is gone."""
    row = tx.one(_COUNT_ERASURES, space=scope.space_id)
    assert row is not None
    return int(row[0])


def list_erasures(
    tx: Transaction, _scope: SystemScope, *, after: str = "", limit: int = 1000
) -> list[Erasure]:
    """Return what was erased anywhere, oldest first."""
    return [
        Erasure(**dict(zip(Erasure.__struct_fields__, row, strict=True)))
        for row in tx.all(_ERASURES, after=after, limit=limit)
    ]


def past_bodies(
    tx: Transaction, _scope: SystemScope, *, before_ms: int, limit: int = 1000
) -> list[tuple[str, str, str]]:
    """Return messages deleted before a time that still have a body: id, space, conversation."""
    return [
        (str(row[0]), str(row[1]), str(row[2]))
        for row in tx.all(_PAST_BODIES, before_ms=before_ms, limit=limit)
    ]


def past_conversations(
    tx: Transaction, _scope: SystemScope, *, before_ms: int, limit: int = 20
) -> list[tuple[str, str]]:
    """Return conversations deleted before a time of which more is left than the id: id, space."""
    return [
        (str(row[0]), str(row[1])) for row in tx.all(_PAST_CONVERSATIONS, before_ms=before_ms, limit=limit)
    ]

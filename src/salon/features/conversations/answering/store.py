"""All SQL of answers under way, of the queue, of what is usual in a space, and of titles asked for."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from salon.features.conversations.answering.models import Draft, Queued, QueueStatus, Turn, TurnSaid
from salon.features.conversations.answering.tables import defaults, queue, titles, turns
from salon.features.conversations.named_files import files_in
from salon.features.conversations.naming import id_within
from salon.features.conversations.store.messages import sources_of
from salon.features.conversations.store.rows import opened, sealed
from salon.features.conversations.tables import messages, sources
from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.storage import Row, Transaction, insert, statement

_DRAFT = msgspec.json.Decoder(Draft)
_turn_columns = tuple(turns.c[name] for name in Turn.__struct_fields__)
_INSERT_TURN = statement(turns.insert())
_GET_TURN = statement(select(*_turn_columns).where(turns.c.run_id == bindparam("run")))
_GET_SAID = statement(select(turns.c.said_cipher, turns.c.said).where(turns.c.run_id == bindparam("run")))
_BRANCH_TURNS = statement(
    select(*_turn_columns)
    .where(turns.c.branch_id == bindparam("branch"), turns.c.space_id == bindparam("space"))
    .order_by(turns.c.run_id)
)
_CONVERSATION_TURNS = statement(
    select(*_turn_columns)
    .where(turns.c.conversation_id == bindparam("conversation"), turns.c.space_id == bindparam("space"))
    .order_by(turns.c.run_id)
)
_OLD_TURNS = statement(
    select(*_turn_columns)
    .where(turns.c.started_at_ms < bindparam("before_ms"), turns.c.run_id > bindparam("after"))
    .order_by(turns.c.run_id)
    .limit(bindparam("limit"))
)
_DROP_TURN = statement(delete(turns).where(turns.c.run_id == bindparam("run")))

_QUEUE_NAMES = (
    "id", "space_id", "created_by", "conversation_id", "branch_id", "message_id", "position", "status",
    "problem", "body_cipher", "body", "version", "created_at_ms", "changed_at_ms",
)  # fmt: skip
_queue_columns = tuple(queue.c[name] for name in _QUEUE_NAMES)
_queued_in_space = (queue.c.id == bindparam("key"), queue.c.space_id == bindparam("space"))
_INSERT_QUEUED = statement(queue.insert())
_GET_QUEUED = statement(select(*_queue_columns).where(*_queued_in_space))
_IN_BRANCH = (queue.c.branch_id == bindparam("branch"), queue.c.space_id == bindparam("space"))
_BRANCH_QUEUE = statement(select(*_queue_columns).where(*_IN_BRANCH).order_by(queue.c.position, queue.c.id))
_CONVERSATION_QUEUE = statement(
    select(*_queue_columns)
    .where(queue.c.conversation_id == bindparam("conversation"), queue.c.space_id == bindparam("space"))
    .order_by(queue.c.branch_id, queue.c.position, queue.c.id)
)
_SPACE_QUEUE = statement(select(*_queue_columns).where(queue.c.space_id == bindparam("space")))
_LAST_PLACE = statement(select(func.max(queue.c.position)).where(*_IN_BRANCH))
_DROP_QUEUED = statement(delete(queue).where(*_queued_in_space))
_new_values: dict[str, Any] = {
    name: bindparam(f"new_{name}")
    for name in (
        "position",
        "status",
        "problem",
        "body",
        "body_format",
        "body_cipher",
        "body_key_id",
        "changed_at_ms",
    )
}
_CHANGE_QUEUED = statement(
    update(queue)
    .where(*_queued_in_space, queue.c.version == bindparam("had_version"))
    .values(**_new_values, version=queue.c.version + 1)
)

_GET_DEFAULTS = statement(
    select(defaults.c.settings, defaults.c.version).where(defaults.c.space_id == bindparam("space"))
)
_new_defaults = insert(defaults)
_PUT_DEFAULTS = statement(
    _new_defaults.on_conflict_do_update(
        index_elements=["space_id"],
        set_={
            "settings": _new_defaults.excluded.settings,
            "created_by": _new_defaults.excluded.created_by,
            "version": _new_defaults.excluded.version,
            "changed_at_ms": _new_defaults.excluded.changed_at_ms,
        },
    )
)
_SUMMARISED = statement(
    select(sources.c.message_id)
    .where(
        sources.c.source_id.in_(bindparam("keys", expanding=True)),
        sources.c.kind == "summary-of",
        sources.c.space_id == bindparam("space"),
    )
    .distinct()
)
_PINNED = statement(
    select(messages.c.id)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.space_id == bindparam("space"),
        messages.c.pinned_at_ms.is_not(None),
        messages.c.depth < bindparam("depth"),
    )
    .order_by(messages.c.depth)
    .limit(bindparam("limit"))
)
_THERE = statement(
    select(messages.c.id, messages.c.body.is_not(None)).where(
        messages.c.id.in_(bindparam("keys", expanding=True)), messages.c.space_id == bindparam("space")
    )
)
_CLAIM_TITLE = statement(insert(titles).on_conflict_do_nothing(index_elements=["conversation_id"]))


def said_of(tx: Transaction, _scope: Scope, run_id: str) -> TurnSaid | None:
    """Return what people wrote for the answer under way of a run; None when nothing is kept of it."""
    row = tx.one(_GET_SAID, run=run_id)
    body = None if row is None else opened(row[0], row[1])
    return None if body is None else msgspec.json.decode(body, type=TurnSaid)


def insert_turn(tx: Transaction, scope: SpaceScope, turn: Turn, said: TurnSaid) -> None:
    """Write that an answer is under way."""
    assert turn.space_id == scope.space_id
    body = None if said == TurnSaid() else msgspec.json.encode(said)
    tx.run(_INSERT_TURN, **msgspec.structs.asdict(turn), **sealed("said", body))


def get_turn(tx: Transaction, _scope: Scope, run_id: str) -> Turn | None:
    """Return the answer under way of a run; None once it has ended."""
    row = tx.one(_GET_TURN, run=run_id)
    return None if row is None else _turn(row)


def turns_of_branch(tx: Transaction, scope: SpaceScope, branch_id: str) -> list[Turn]:
    """Return the answers under way on a branch, oldest first."""
    return [_turn(row) for row in tx.all(_BRANCH_TURNS, branch=branch_id, space=scope.space_id)]


def turns_of(tx: Transaction, scope: SpaceScope, conversation_id: str) -> list[Turn]:
    """Return the answers under way in a conversation, oldest first."""
    rows = tx.all(_CONVERSATION_TURNS, conversation=conversation_id, space=scope.space_id)
    return [_turn(row) for row in rows]


def old_turns(
    tx: Transaction, _scope: SystemScope, *, before_ms: int, after: str = "", limit: int = 200
) -> list[Turn]:
    """Return answers of any space that began before a time and are under way, by their runs' ids."""
    return [_turn(row) for row in tx.all(_OLD_TURNS, before_ms=before_ms, after=after, limit=limit)]


def drop_turn(tx: Transaction, _scope: Scope, run_id: str) -> bool:
    """Write that an answer is not under way any more; False if somebody did before."""
    return tx.run(_DROP_TURN, run=run_id) > 0


def is_unwritten(tx: Transaction, scope: SpaceScope, message_id: str, *, parent_id: str) -> bool:
    """Tell whether an answer is not there although what it answers is, and can be read."""
    rows = tx.all(_THERE, keys=[message_id, parent_id], space=scope.space_id)
    there = {str(row[0]): bool(row[1]) for row in rows}
    return message_id not in there and there.get(parent_id, False)


def insert_queued(tx: Transaction, scope: SpaceScope, queued: Queued) -> Queued:
    """Write a message at the end of its branch's queue; return it with its place."""
    assert queued.space_id == scope.space_id
    row = tx.one(_LAST_PLACE, branch=queued.branch_id, space=scope.space_id)
    last = 0 if row is None or row[0] is None else int(row[0])
    placed = msgspec.structs.replace(queued, position=last + 1)
    tx.run(_INSERT_QUEUED, **_queued_values(placed))
    return placed


def new_queued(
    *, space_id: str, created_by: str | None, conversation_id: str, branch_id: str, draft: Draft, now_ms: int
) -> Queued:
    """Return a message that is to wait; ``insert_queued`` gives it its place."""
    return Queued(
        id=id_within(conversation_id, "que"),
        space_id=space_id,
        created_by=created_by,
        conversation_id=conversation_id,
        branch_id=branch_id,
        message_id=id_within(conversation_id, "msg"),
        position=0,
        status="waiting",
        problem=None,
        draft=draft,
        version=1,
        created_at_ms=now_ms,
        changed_at_ms=now_ms,
    )


def get_queued(tx: Transaction, scope: SpaceScope, queued_id: str) -> Queued | None:
    """Return a waiting message of the space."""
    row = tx.one(_GET_QUEUED, key=queued_id, space=scope.space_id)
    return None if row is None else _queued(row)


def queue_of_branch(tx: Transaction, scope: SpaceScope, branch_id: str) -> list[Queued]:
    """Return what waits on a branch, the next one first."""
    return [_queued(row) for row in tx.all(_BRANCH_QUEUE, branch=branch_id, space=scope.space_id)]


def queue_of(tx: Transaction, scope: SpaceScope, conversation_id: str) -> list[Queued]:
    """Return what waits in a conversation, branch by branch."""
    rows = tx.all(_CONVERSATION_QUEUE, conversation=conversation_id, space=scope.space_id)
    return [_queued(row) for row in rows]


def files_that_wait(tx: Transaction, scope: SpaceScope) -> list[str]:
    """Return the files that anything waiting in the space is to be sent with."""
    waiting = [_queued(row) for row in tx.all(_SPACE_QUEUE, space=scope.space_id)]
    return [file_id for one in waiting for file_id in files_in(one.draft.parts)]


def change_queued(
    tx: Transaction,
    scope: SpaceScope,
    queued: Queued,
    *,
    now_ms: int,
    status: QueueStatus | None = None,
    problem: dict[str, Any] | None = None,
    position: int | None = None,
    draft: Draft | None = None,
) -> Queued | None:
    """Change a waiting message whose version is still ``queued``'s; None if it is not. ``problem`` is set."""
    changed = msgspec.structs.replace(
        queued,
        status=status or queued.status,
        problem=problem,
        position=queued.position if position is None else position,
        draft=draft or queued.draft,
        changed_at_ms=now_ms,
    )
    values = {name: value for name, value in _queued_values(changed).items() if name in _new_values}
    new = {f"new_{name}": value for name, value in values.items()}
    key = {"key": queued.id, "space": scope.space_id, "had_version": queued.version}
    if not tx.run(_CHANGE_QUEUED, **key, **new):
        return None
    return msgspec.structs.replace(changed, version=queued.version + 1)


def forget_queue(tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
    """Forget what waits to be said in a conversation: it is erased, or its time is over."""
    for queued in queue_of(tx, scope, conversation_id):
        drop_queued(tx, scope, queued.id)


def drop_queued(tx: Transaction, scope: SpaceScope, queued_id: str) -> bool:
    """Take a message out of the queue; False if it is not there."""
    return tx.run(_DROP_QUEUED, key=queued_id, space=scope.space_id) > 0


def get_defaults(tx: Transaction, scope: SpaceScope) -> tuple[dict[str, Any], int]:
    """Return what is usual in a space, and the version of that: 0 while nobody said anything."""
    row = tx.one(_GET_DEFAULTS, space=scope.space_id)
    return ({}, 0) if row is None else (msgspec.json.decode(row[0]), int(row[1]))


def put_defaults(
    tx: Transaction,
    scope: SpaceScope,
    settings: dict[str, Any],
    *,
    version: int,
    created_by: str | None,
    now_ms: int,
) -> None:
    """Say what is usual in a space. Look at the version in the same transaction."""
    tx.run(
        _PUT_DEFAULTS,
        space_id=scope.space_id,
        created_by=created_by,
        settings=msgspec.json.encode(settings).decode(),
        version=version,
        changed_at_ms=now_ms,
    )


def summaries_of(
    tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the summaries that cover any of these messages, each with all that it covers."""
    if not message_ids:
        return {}
    rows = tx.all(_SUMMARISED, keys=list(message_ids), space=scope.space_id)
    found = sources_of(tx, scope, [str(row[0]) for row in rows])
    return {
        message_id: tuple(source.id for source in made_from if source.kind == "summary-of")
        for message_id, made_from in found.items()
    }


def pinned_above(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, depth: int, limit: int = 500
) -> list[str]:
    """Return the pinned messages of a conversation that stand less deep than ``depth``, on any path."""
    rows = tx.all(_PINNED, conversation=conversation_id, space=scope.space_id, depth=depth, limit=limit)
    return [str(row[0]) for row in rows]


def claim_title(tx: Transaction, scope: SpaceScope, conversation_id: str, *, model: str, now_ms: int) -> bool:
    """Take the one question for a conversation's title; False if it was taken before."""
    return (
        tx.run(
            _CLAIM_TITLE,
            conversation_id=conversation_id,
            space_id=scope.space_id,
            model=model,
            request_id=None,
            asked_at_ms=now_ms,
        )
        > 0
    )


def _turn(row: Sequence[Any]) -> Turn:
    return Turn(**dict(zip(Turn.__struct_fields__, row, strict=True)))


def _queued_values(queued: Queued) -> dict[str, Any]:
    values = msgspec.structs.asdict(queued)
    body = msgspec.json.encode(values.pop("draft"))
    problem = values["problem"]
    values["problem"] = None if problem is None else msgspec.json.encode(problem).decode()
    return {**values, **sealed("body", body)}


def _queued(row: Row) -> Queued:
    values = dict(zip(_QUEUE_NAMES, row, strict=True))
    body = opened(values.pop("body_cipher"), values.pop("body"))
    assert body is not None
    if values["problem"] is not None:
        values["problem"] = msgspec.json.decode(values["problem"])
    return Queued(**values, draft=_DRAFT.decode(body))

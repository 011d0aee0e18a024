"""All SQL of exports: which conversations, the shape of their trees, and what their answers took in all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, func, select

from salon.features.conversations.exchange.writers.base import ModelUse
from salon.features.conversations.rendering.paths import Node
from salon.features.conversations.store.rows import opened
from salon.features.conversations.tables import answers, conversations, messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.runs.tables import runs
from salon.foundation.storage import Transaction, statement

_c, _m, _a = conversations.c, messages.c, answers.c
_there = (_c.space_id == bindparam("space"), _c.deleted_at_ms.is_(None), _c.hidden_at_ms.is_(None))
_IDS = statement(
    select(_c.id).where(*_there, _c.id > bindparam("after")).order_by(_c.id).limit(bindparam("limit"))
)
_COUNT_ALL = statement(select(func.count(), func.coalesce(func.sum(_c.messages), 0)).where(*_there))
_COUNT = statement(
    select(_c.id, _c.messages).where(
        _c.space_id == bindparam("space"),
        _c.deleted_at_ms.is_(None),
        _c.id.in_(bindparam("keys", expanding=True)),
    )
)
_in_conversation = (
    _m.conversation_id == bindparam("conversation"),
    _m.space_id == bindparam("space"),
    _m.id > bindparam("after"),
)
_NODES = statement(
    select(_m.id, _m.parent_id, _m.size_bytes)
    .where(*_in_conversation)
    .order_by(_m.id)
    .limit(bindparam("limit"))
)
_BODIES = statement(
    select(_m.id, _m.body_cipher, _m.body)
    .where(*_in_conversation, _m.deleted_at_ms.is_(None))
    .order_by(_m.id)
    .limit(bindparam("limit"))
)
_each = (
    select(
        func.coalesce(_a.route, _a.model).label("model"),
        _a.currency,
        _a.input_tokens,
        _a.output_tokens,
        _a.cost_e10,
        # The steps name their requests. What came from another program may have none.
        case((_a.steps == "[]", _a.message_id), else_=_a.steps),
    )
    .where(_a.conversation_id == bindparam("conversation"), _a.space_id == bindparam("space"))
    .distinct()
    .subquery("each_answer")
    .c
)
_USES = statement(
    select(
        _each.model,
        _each.currency,
        func.count(),
        func.coalesce(func.sum(_each.input_tokens), 0),
        func.coalesce(func.sum(_each.output_tokens), 0),
        func.sum(_each.cost_e10),
    )
    .group_by(_each.model, _each.currency)
    .order_by(_each.model, _each.currency)
)
_RUNS = statement(
    select(runs.c.id)
    .where(
        runs.c.space_id == bindparam("space"),
        runs.c.kind == bindparam("kind"),
        runs.c.id < bindparam("before"),
    )
    .order_by(runs.c.id.desc())
    .limit(bindparam("limit"))
)


def conversation_ids(tx: Transaction, scope: SpaceScope, *, after: str, limit: int) -> list[str]:
    """Return conversations that are neither hidden nor deleted, by id."""
    return [str(row[0]) for row in tx.all(_IDS, space=scope.space_id, after=after, limit=limit)]


def count_all(tx: Transaction, scope: SpaceScope) -> tuple[int, int]:
    """Return how many conversations ``conversation_ids`` has in all, and how many messages those."""
    row = tx.one(_COUNT_ALL, space=scope.space_id)
    assert row is not None
    return int(row[0]), int(row[1])


def count_messages(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> dict[str, int]:
    """Return how many messages conversations have; those that are not there are left out."""
    rows = tx.all(_COUNT, space=scope.space_id, keys=list(ids))
    return {str(row[0]): int(row[1]) for row in rows}


def nodes(tx: Transaction, scope: SpaceScope, conversation_id: str, *, after: str, limit: int) -> list[Node]:
    """Return the places of messages in a tree, by id."""
    rows = tx.all(_NODES, space=scope.space_id, conversation=conversation_id, after=after, limit=limit)
    return [Node(str(row[0]), row[1], int(row[2])) for row in rows]


def bodies(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, after: str, limit: int
) -> list[tuple[str, bytes]]:
    """Return what messages that are not deleted say, encoded as it is stored, by id."""
    rows = tx.all(_BODIES, space=scope.space_id, conversation=conversation_id, after=after, limit=limit)
    return [(str(row[0]), opened(row[1], row[2]) or b"") for row in rows]


def uses(tx: Transaction, scope: SpaceScope, conversation_id: str) -> list[ModelUse]:
    """Return what each model took for its answers in a conversation.

    One that a merge says again is counted once.
    """
    rows = tx.all(_USES, space=scope.space_id, conversation=conversation_id)
    return [
        ModelUse(
            model=str(model),
            currency=currency,
            answers=int(count),
            input_tokens=int(input_tokens),
            output_tokens=int(output_tokens),
            cost_e10=_whole(cost),
        )
        for model, currency, count, input_tokens, output_tokens, cost in rows
    ]


def run_ids(tx: Transaction, scope: SpaceScope, kind: str, *, before: str, limit: int) -> list[str]:
    """Return the runs of one kind, newest first."""
    return [str(row[0]) for row in tx.all(_RUNS, space=scope.space_id, kind=kind, before=before, limit=limit)]


def _whole(value: Any) -> int | None:
    """Return a sum as a number: PostgreSQL adds 64-bit numbers up as decimals."""
    return None if value is None else int(value)

"""All SQL of how answers came to be."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from salon.features.conversations.models import Answer, Took, Usage
from salon.features.conversations.store.rows import opened, sealed
from salon.features.conversations.tables import answers
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Row, Transaction, statement

_INSERT = statement(answers.insert())
_NAMES = tuple(column.name for column in answers.c)
_GET_MANY = statement(
    select(*answers.c).where(
        answers.c.message_id.in_(bindparam("keys", expanding=True)), answers.c.space_id == bindparam("space")
    )
)
_USED = Usage.__struct_fields__
_GET_USAGE = statement(
    select(answers.c.message_id, answers.c.steps, *(answers.c[name] for name in _USED)).where(
        answers.c.message_id.in_(bindparam("keys", expanding=True)), answers.c.space_id == bindparam("space")
    )
)
_DELETE = statement(
    delete(answers).where(
        answers.c.message_id.in_(bindparam("keys", expanding=True)), answers.c.space_id == bindparam("space")
    )
)


class _Timed(msgspec.Struct):
    tools_ms: dict[str, int] = {}


_STEPS = msgspec.json.Decoder(tuple[_Timed, ...])


def insert_answer(tx: Transaction, scope: SpaceScope, answer: Answer) -> None:
    """Write how an answer came to be, beside its message."""
    insert_answers(tx, scope, [answer])


def insert_answers(tx: Transaction, scope: SpaceScope, new: Sequence[Answer]) -> None:
    """Write how answers came to be, all at once."""
    tx.many(_INSERT, [_values(scope, answer) for answer in new])


def _values(scope: SpaceScope, answer: Answer) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.structs.asdict(answer)
    values["space_id"] = scope.space_id
    values["steps"] = msgspec.json.encode(answer.steps).decode()
    values.update(sealed("asked", msgspec.json.encode(values.pop("asked"))))
    return values


def answers_of(tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]) -> dict[str, Answer]:
    """Return how answers came to be, by message; those of which nothing is known are left out."""
    if not message_ids:
        return {}
    rows = tx.all(_GET_MANY, keys=list(message_ids), space=scope.space_id)
    return {answer.message_id: answer for answer in map(_answer, rows)}


def usage_of(tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]) -> dict[str, Took]:
    """Return what answers and their tools took, by message; those of which nothing is known are left out."""
    if not message_ids:
        return {}
    rows = tx.all(_GET_USAGE, keys=list(message_ids), space=scope.space_id)
    return {
        row[0]: Took(**dict(zip(_USED, row[2:], strict=True)), tools_ms=_tools_ms(row[1])) for row in rows
    }


def _tools_ms(steps: str) -> dict[str, int]:
    try:
        found = _STEPS.decode(steps)
    except msgspec.ValidationError:
        # What an archive says of its steps is taken in as it is.
        return {}
    return {call: took for step in found for call, took in step.tools_ms.items()}


def delete_answers(tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]) -> None:
    """Forget how answers came to be: what was asked for them, too."""
    if message_ids:
        tx.run(_DELETE, keys=list(message_ids), space=scope.space_id)


def _answer(row: Row) -> Answer:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    del values["space_id"], values["asked_format"], values["asked_key_id"]
    asked = opened(values.pop("asked_cipher"), values.pop("asked"))
    values["asked"] = None if asked is None else msgspec.json.decode(asked)
    values["steps"] = tuple(msgspec.json.decode(values["steps"]))
    return Answer(**values)

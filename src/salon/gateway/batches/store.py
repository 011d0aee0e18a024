"""The statements of batches."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.storage import Row, Transaction, insert, statement
from salon.gateway.batches.models import Answer, Batch, LineStatus, Protocol
from salon.gateway.batches.tables import batches, lines, parts
from salon.gateway.vault.sealing import Stored

_ORDER: Final = Batch.__struct_fields__
_INSERT: Final = statement(insert(batches))
_FIXED: Final = ("id", "space_id")
_SAVE: Final = statement(
    update(batches)
    .where(batches.c.id == bindparam("batch"))
    .values({name: bindparam(f"new_{name}") for name in _ORDER if name not in _FIXED})
)
_GET: Final = statement(select(batches).where(batches.c.id == bindparam("batch")))
_OF_RUN: Final = statement(select(batches).where(batches.c.run_id == bindparam("run")))
_OF_SPACE: Final = (
    (batches.c.space_id == bindparam("space"))
    & (batches.c.protocol == bindparam("spoken"))
    & (batches.c.status != "receiving")
)
_OLDER: Final = statement(
    select(batches)
    .where(_OF_SPACE, batches.c.id < bindparam("before"))
    .order_by(batches.c.id.desc())
    .limit(bindparam("most"))
)
_NEWER: Final = statement(
    select(batches)
    .where(_OF_SPACE, batches.c.id > bindparam("after"))
    .order_by(batches.c.id)
    .limit(bindparam("most"))
)
_ALL: Final = statement(
    select(batches)
    .where(
        batches.c.space_id == bindparam("space"),
        batches.c.status != "receiving",
        (batches.c.created_at_ms < bindparam("before_ms"))
        | ((batches.c.created_at_ms == bindparam("before_ms")) & (batches.c.id < bindparam("before_id"))),
    )
    .order_by(batches.c.created_at_ms.desc(), batches.c.id.desc())
    .limit(bindparam("most"))
)
_HELD: Final = statement(
    select(
        func.count(),
        func.coalesce(
            func.sum(
                batches.c.lines
                - batches.c.succeeded
                - batches.c.errored
                - batches.c.cancelled
                - batches.c.expired
            ),
            0,
        ),
    ).where(
        batches.c.space_id == bindparam("space"),
        batches.c.ended_at_ms.is_(None),
        batches.c.id != bindparam("besides"),
    )
)
_REMOVE: Final = statement(delete(batches).where(batches.c.id == bindparam("batch")))
_ARCHIVABLE: Final = statement(
    select(batches.c.id)
    .where(batches.c.keep_until_ms <= bindparam("now_ms"), batches.c.archived_at_ms.is_(None))
    .limit(bindparam("most"))
)
_ABANDONED: Final = statement(
    select(batches.c.id)
    .where(batches.c.status == "receiving", batches.c.created_at_ms < bindparam("before_ms"))
    .limit(bindparam("most"))
)
_OPEN: Final = statement(
    select(batches)
    .where(
        batches.c.ended_at_ms.is_(None),
        batches.c.status != "receiving",
        batches.c.created_at_ms < bindparam("before_ms"),
    )
    .limit(bindparam("most"))
)
_QUESTION: Final = ("question_format", "question_cipher", "question_key_id", "question")
_ANSWER: Final = ("answer_format", "answer_cipher", "answer_key_id", "answer")
_OF_BATCH: Final = lines.c.batch_id == bindparam("batch")
_INSERT_LINES: Final = statement(insert(lines))
_WAITING: Final = statement(
    select(lines.c.number, lines.c.custom_id, *(lines.c[name] for name in _QUESTION))
    .where(_OF_BATCH, lines.c.status == "waiting", lines.c.number > bindparam("after"))
    .order_by(lines.c.number)
    .limit(bindparam("most"))
)
_KEEP: Final = statement(
    update(lines)
    .where(_OF_BATCH, lines.c.number == bindparam("line"), lines.c.status == "waiting")
    .values(
        {
            "status": bindparam("new_status"),
            "http_status": bindparam("new_http_status"),
            "request_id": bindparam("new_request_id"),
            "answered_at_ms": bindparam("now_ms"),
            **{name: bindparam(f"new_{name}") for name in _ANSWER},
            **dict.fromkeys(_QUESTION),
        }
    )
)
_END_WAITING: Final = statement(
    update(lines)
    .where(_OF_BATCH, lines.c.status == "waiting")
    .values({"status": bindparam("new_status"), **dict.fromkeys(_QUESTION)})
)
_LINES: Final = statement(
    select(
        lines.c.number,
        lines.c.custom_id,
        lines.c.status,
        lines.c.http_status,
        lines.c.request_id,
        *(lines.c[name] for name in _ANSWER),
    )
    .where(_OF_BATCH, lines.c.number > bindparam("after"))
    .order_by(lines.c.number)
    .limit(bindparam("most"))
)
_DROP_PARTS: Final = statement(delete(parts).where(parts.c.batch_id == bindparam("batch")))
_DROP_LINES: Final = statement(delete(lines).where(_OF_BATCH))
_OTHERWISE_SEALED: Final = statement(
    select(lines.c.batch_id, lines.c.number, *(lines.c[name] for name in (*_QUESTION, *_ANSWER)))
    .where(
        (lines.c.batch_id > bindparam("after_batch"))
        | ((lines.c.batch_id == bindparam("after_batch")) & (lines.c.number > bindparam("after_line"))),
        (lines.c.question_key_id != bindparam("current")) | (lines.c.answer_key_id != bindparam("current")),
    )
    .order_by(lines.c.batch_id, lines.c.number)
    .limit(bindparam("most"))
)
_RESEAL: Final = statement(
    update(lines)
    .where(_OF_BATCH, lines.c.number == bindparam("line"))
    .values({name: bindparam(f"new_{name}") for name in (*_QUESTION, *_ANSWER)})
)
_NO_BODY: Final = (None, None, None, None)

AnyStored = Stored | tuple[None, None, None, None]


def insert_batch(tx: Transaction, scope: SpaceScope, batch: Batch) -> None:
    """Write a new batch."""
    assert batch.space_id == scope.space_id
    tx.run(_INSERT, **_values(batch))


def get_batch(tx: Transaction, scope: Scope, batch_id: str) -> Batch | None:
    """Return a batch of the scope."""
    row = tx.one(_GET, batch=batch_id)
    batch = None if row is None else _batch(row)
    is_hidden = batch is not None and isinstance(scope, SpaceScope) and batch.space_id != scope.space_id
    return None if is_hidden else batch


def batch_of_run(tx: Transaction, _scope: SystemScope, run_id: str) -> Batch | None:
    """Return the batch that a run works on."""
    row = tx.one(_OF_RUN, run=run_id)
    return None if row is None else _batch(row)


def change(tx: Transaction, scope: Scope, batch_id: str, changed: Callable[[Batch], Batch]) -> Batch | None:
    """Put what ``changed`` makes of a batch in its place; None when the scope has no such batch."""
    tx.take_turn(f"batch:{batch_id}")
    batch = get_batch(tx, scope, batch_id)
    if batch is None:
        return None
    after = changed(batch)
    if after is not batch:
        values = _values(after)
        fresh = {f"new_{name}": values[name] for name in _ORDER if name not in _FIXED}
        tx.run(_SAVE, batch=batch_id, **fresh)
    return after


def older(
    tx: Transaction, scope: SpaceScope, spoken: Protocol, *, before: str | None, most: int
) -> list[Batch]:
    """Return batches made before ``before``, newest first."""
    rows = tx.all(_OLDER, space=scope.space_id, spoken=spoken, before=before or "~", most=most)
    return [_batch(row) for row in rows]


def newer(tx: Transaction, scope: SpaceScope, spoken: Protocol, *, after: str, most: int) -> list[Batch]:
    """Return the batches made next after ``after``, newest first."""
    rows = tx.all(_NEWER, space=scope.space_id, spoken=spoken, after=after, most=most)
    return [_batch(row) for row in reversed(rows)]


def of_space(tx: Transaction, scope: SpaceScope, *, before: tuple[int, str], most: int) -> list[Batch]:
    """Return batches of every protocol made before a time and id, newest first."""
    rows = tx.all(_ALL, space=scope.space_id, before_ms=before[0], before_id=before[1], most=most)
    return [_batch(row) for row in rows]


def held_open(tx: Transaction, scope: SpaceScope, *, besides: str) -> tuple[int, int]:
    """Return how many batches of the space have not ended, and how many of their lines have no answer.

    Nobody else counts until the transaction ends; the batch ``besides`` is left out.
    """
    tx.take_turn(f"batches:{scope.space_id}")
    row = tx.one(_HELD, space=scope.space_id, besides=besides)
    assert row is not None
    return int(row[0]), int(row[1])


def remove(tx: Transaction, _scope: Scope, batch_id: str) -> None:
    """Delete a batch that the scope was checked for, with its lines."""
    tx.run(_DROP_LINES, batch=batch_id)
    tx.run(_DROP_PARTS, batch=batch_id)
    tx.run(_REMOVE, batch=batch_id)


def archivable(tx: Transaction, _scope: SystemScope, *, now_ms: int, most: int = 100) -> list[str]:
    """Return batches whose answers have been kept long enough."""
    return [str(row[0]) for row in tx.all(_ARCHIVABLE, now_ms=now_ms, most=most)]


def abandoned(tx: Transaction, _scope: SystemScope, *, before_ms: int, most: int = 100) -> list[str]:
    """Return batches that were never received whole."""
    return [str(row[0]) for row in tx.all(_ABANDONED, before_ms=before_ms, most=most)]


def unended(tx: Transaction, _scope: SystemScope, *, before_ms: int, most: int = 1000) -> list[Batch]:
    """Return batches made before a time that have not ended."""
    return [_batch(row) for row in tx.all(_OPEN, before_ms=before_ms, most=most)]


def insert_lines(
    tx: Transaction, _scope: Scope, batch_id: str, rows: Sequence[tuple[int, str, Stored]]
) -> None:
    """Write lines that wait: number, custom id, question."""
    tx.many(
        _INSERT_LINES,
        [
            (batch_id, number, custom_id, "waiting", None, None, None, *question, *_NO_BODY)
            for number, custom_id, question in rows
        ],
    )


def drop_lines(tx: Transaction, _scope: Scope, batch_id: str) -> int:
    """Delete all lines of a batch; return how many."""
    return tx.run(_DROP_LINES, batch=batch_id)


def waiting_lines(
    tx: Transaction, _scope: SystemScope, batch_id: str, *, after: int, most: int
) -> list[tuple[int, str, Stored]]:
    """Return lines without an answer after a number, in order: number, custom id, question."""
    rows = tx.all(_WAITING, batch=batch_id, after=after, most=most)
    return [(int(row[0]), str(row[1]), (row[2], row[3], row[4], row[5])) for row in rows]


def keep_answer(
    tx: Transaction, _scope: SystemScope, batch_id: str, line: tuple[int, Answer, Stored], *, now_ms: int
) -> bool:
    """Write a line's answer and forget its question; False when it has one already.

    ``line`` is its number, what became of it, and the body as it is stored.
    """
    number, answer, body = line
    kept = tx.run(
        _KEEP,
        batch=batch_id,
        line=number,
        new_status=answer.status,
        new_http_status=answer.http_status,
        new_request_id=answer.request_id,
        now_ms=now_ms,
        **{f"new_{name}": value for name, value in zip(_ANSWER, body, strict=True)},
    )
    return kept > 0


def end_waiting(tx: Transaction, _scope: SystemScope, batch_id: str, status: LineStatus) -> int:
    """Give all lines without an answer a status; return how many."""
    return tx.run(_END_WAITING, batch=batch_id, new_status=status)


def lines_after(
    tx: Transaction, _scope: Scope, batch_id: str, *, after: int, most: int
) -> list[tuple[int, str, LineStatus, int | None, str | None, AnyStored]]:
    """Return lines of a batch that the scope was checked for, in order."""
    return [
        (row[0], row[1], row[2], row[3], row[4], (row[5], row[6], row[7], row[8]))
        for row in tx.all(_LINES, batch=batch_id, after=after, most=most)
    ]


def otherwise_sealed(
    tx: Transaction, _scope: SystemScope, *, current: str, after: tuple[str, int], most: int
) -> list[tuple[str, int, AnyStored, AnyStored]]:
    """Return lines of which another key than ``current`` sealed something: batch, number, both bodies."""
    rows = tx.all(_OTHERWISE_SEALED, current=current, after_batch=after[0], after_line=after[1], most=most)
    return [
        (row[0], row[1], (row[2], row[3], row[4], row[5]), (row[6], row[7], row[8], row[9])) for row in rows
    ]


def reseal(
    tx: Transaction, _scope: SystemScope, batch_id: str, number: int, bodies: tuple[AnyStored, AnyStored]
) -> None:
    """Put bodies sealed anew in place of the old ones."""
    names = (*_QUESTION, *_ANSWER)
    values = zip(names, (*bodies[0], *bodies[1]), strict=True)
    tx.run(_RESEAL, batch=batch_id, line=number, **{f"new_{name}": value for name, value in values})


def _values(batch: Batch) -> dict[str, Any]:
    values = msgspec.structs.asdict(batch)
    values["metadata"] = msgspec.json.encode(batch.metadata).decode()
    values["problems"] = msgspec.json.encode(batch.problems).decode()
    return values


def _batch(row: Row) -> Batch:
    values: dict[str, Any] = dict(zip(_ORDER, row, strict=True))
    values["metadata"] = msgspec.json.decode(values["metadata"])
    values["problems"] = msgspec.json.decode(values["problems"])
    return msgspec.convert(values, Batch)

"""All SQL of the runs. Every write of an owner carries its epoch, and a stale one changes nothing."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.runs.models import BODY_FORMAT, END, EndStatus, Run, RunEvent
from salon.foundation.runs.tables import epochs, log, runs, steps
from salon.foundation.storage import Row, Transaction, insert, statement

_INSERT_RUN = statement(runs.insert())
_INSERT_EPOCH = statement(epochs.insert())
# A commit whose answer was lost is tried again: what stands there under this number is the same event.
_INSERT_LOG = statement(insert(log).on_conflict_do_nothing(index_elements=["run_id", "number"]))
_GET = statement(select(runs).where(runs.c.id == bindparam("run_id")))
_GET_IN_SPACE = statement(
    select(runs).where(runs.c.id == bindparam("run_id"), runs.c.space_id == bindparam("space"))
)
_LIST = statement(
    select(runs)
    .where(runs.c.space_id == bindparam("space"), runs.c.id < bindparam("before"))
    .order_by(runs.c.id.desc())
    .limit(bindparam("limit"))
)
_LIST_RUNNING = statement(
    select(runs)
    .where(runs.c.space_id == bindparam("space"), runs.c.id < bindparam("before"), runs.c.status == "running")
    .order_by(runs.c.id.desc())
    .limit(bindparam("limit"))
)
_owned = (
    (runs.c.id == bindparam("run_id"))
    & (runs.c.epoch == bindparam("own_epoch"))
    & (runs.c.status == "running")
)
_ADVANCE = statement(
    update(runs).where(_owned).values(last_number=bindparam("number")).returning(runs.c.stop_requested)
)
_END = statement(
    update(runs)
    .where(_owned)
    .values(status=bindparam("new_status"), last_number=bindparam("number"), ended_at_ms=bindparam("now_ms"))
)
_ENDED = statement(
    select(runs.c.id).where(
        runs.c.id == bindparam("run_id"),
        runs.c.epoch == bindparam("own_epoch"),
        runs.c.status == bindparam("new_status"),
        runs.c.last_number == bindparam("number"),
    )
)
_TAKE = statement(
    update(runs)
    .where(_owned)
    .values(
        epoch=runs.c.epoch + 1, owner=bindparam("new_owner"), lease_expires_at_ms=bindparam("expires_at_ms")
    )
)
_MINE = statement(
    select(runs.c.id)
    .where(runs.c.owner == bindparam("the_owner"), runs.c.status == "running")
    .order_by(runs.c.id)
    .with_for_update()
)
_RENEW = statement(
    update(runs)
    .where(runs.c.owner == bindparam("the_owner"), runs.c.status == "running")
    .values(lease_expires_at_ms=bindparam("expires_at_ms"))
)
_EXPIRED = statement(
    select(runs)
    .where(runs.c.status == "running", runs.c.lease_expires_at_ms < bindparam("now_ms"))
    .limit(bindparam("limit"))
)
_FOREIGN = statement(
    select(runs)
    .where(runs.c.status == "running", runs.c.owner != bindparam("the_owner"))
    .limit(bindparam("limit"))
)
_STOP = statement(
    update(runs).where(runs.c.id == bindparam("run_id"), runs.c.status == "running").values(stop_requested=1)
)
_NOTE_STOP = statement(update(runs).where(runs.c.id == bindparam("run_id")).values(stop_requested=1))
_STOPPED = statement(
    select(runs.c.id).where(
        runs.c.owner == bindparam("the_owner"), runs.c.status == "running", runs.c.stop_requested == 1
    )
)
_EVENTS = statement(
    select(log)
    .where(log.c.run_id == bindparam("run_id"), log.c.number > bindparam("after"))
    .order_by(log.c.number)
    .limit(bindparam("limit"))
)
_FIRST_BASE = statement(
    select(func.min(epochs.c.base_number)).where(
        epochs.c.run_id == bindparam("run_id"), epochs.c.epoch > bindparam("since_epoch")
    )
)
_INSERT_STEP = statement(insert(steps).on_conflict_do_nothing(index_elements=["run_id", "path"]))
_STEPS = statement(select(steps.c.path, steps.c.result).where(steps.c.run_id == bindparam("run_id")))
_FORGET_SAID = statement(
    delete(log).where(log.c.run_id.in_(bindparam("keys", expanding=True)), log.c.type != END)
)
_OWNED = statement(update(runs).where(_owned).values(status="running"))
_LET_GO = statement(update(runs).where(_owned).values(owner="", lease_expires_at_ms=0))


def insert_run(tx: Transaction, scope: SpaceScope, run: Run) -> None:
    """Write a new run and its first epoch."""
    assert run.space_id == scope.space_id
    values = msgspec.structs.asdict(run)
    values["data"] = msgspec.json.encode(run.data).decode()
    values["stop_requested"] = values["compacted"] = 0
    tx.run(_INSERT_RUN, **values)
    _insert_epoch(tx, run.id, epoch=run.epoch, base=0, owner=run.owner, now_ms=run.started_at_ms)


def get_run(tx: Transaction, scope: Scope, run_id: str) -> Run | None:
    """Return a run, if the scope reaches it."""
    if isinstance(scope, SpaceScope):
        row = tx.one(_GET_IN_SPACE, run_id=run_id, space=scope.space_id)
    else:
        row = tx.one(_GET, run_id=run_id)
    return None if row is None else run_of(row)


def list_runs(
    tx: Transaction,
    scope: SpaceScope,
    *,
    before: str | None = None,
    limit: int = 50,
    only_running: bool = False,
) -> list[Run]:
    """Return a space's runs, newest first; ``before`` is the last id of the page before."""
    chosen = _LIST_RUNNING if only_running else _LIST
    rows = tx.all(chosen, space=scope.space_id, before=before or "run_~", limit=limit)
    return [run_of(row) for row in rows]


def append(
    tx: Transaction, _scope: SystemScope, batches: Sequence[tuple[str, int, Sequence[RunEvent]]]
) -> list[bool | None]:
    """Add events to logs, each with its run and epoch; return of each whether a stop is asked for.

    None means that the epoch is stale: nothing is added to that log.
    """
    asked: list[bool | None] = []
    rows: list[Row] = []
    for run_id, epoch, events in batches:
        row = tx.one(_ADVANCE, run_id=run_id, own_epoch=epoch, number=events[-1].number)
        asked.append(None if row is None else bool(row[0]))
        if row is not None:
            rows += [_log_row(event) for event in events]
    if rows:
        tx.many(_INSERT_LOG, rows)
    return asked


def end_run(
    tx: Transaction, _scope: SystemScope, run_id: str, *, epoch: int, status: EndStatus, event: RunEvent
) -> bool:
    """End a run with its terminal event; False if it is not this epoch's to end.

    A run that this epoch has ended so before is ended: the answer to the first try may have been lost.
    """
    changed = tx.run(
        _END, run_id=run_id, own_epoch=epoch, new_status=status, number=event.number, now_ms=event.at_ms
    )
    if changed:
        tx.many(_INSERT_LOG, [_log_row(event)])
        return True
    return tx.one(_ENDED, run_id=run_id, own_epoch=epoch, new_status=status, number=event.number) is not None


def take_over(
    tx: Transaction, scope: SystemScope, run: Run, *, owner: str, now_ms: int, expires_at_ms: int
) -> Run | None:
    """Begin a new epoch of a running run; None if someone else was faster."""
    changed = tx.run(_TAKE, run_id=run.id, own_epoch=run.epoch, new_owner=owner, expires_at_ms=expires_at_ms)
    if not changed:
        return None
    taken = get_run(tx, scope, run.id)
    assert taken is not None
    _insert_epoch(tx, run.id, epoch=taken.epoch, base=taken.last_number, owner=owner, now_ms=now_ms)
    return taken


def renew_leases(tx: Transaction, scope: SystemScope, *, owner: str, expires_at_ms: int) -> list[str]:
    """Keep every run of ``owner``; return those that are asked to stop."""
    # Several runs are taken in the order of their ids, here and by the ticks: in different orders two of them
    # wait for each other, a second long, until PostgreSQL ends one.
    tx.all(_MINE, the_owner=owner)
    tx.run(_RENEW, the_owner=owner, expires_at_ms=expires_at_ms)
    return stopped_runs(tx, scope, owner=owner)


def stopped_runs(tx: Transaction, _scope: SystemScope, *, owner: str) -> list[str]:
    """Return the running runs of ``owner`` that are asked to stop."""
    return [str(row[0]) for row in tx.all(_STOPPED, the_owner=owner)]


def expired_runs(tx: Transaction, _scope: SystemScope, *, now_ms: int, limit: int = 200) -> list[Run]:
    """Return running runs whose owner let the lease run out."""
    return [run_of(row) for row in tx.all(_EXPIRED, now_ms=now_ms, limit=limit)]


def foreign_runs(tx: Transaction, _scope: SystemScope, *, owner: str, limit: int = 200) -> list[Run]:
    """Return running runs that another process owned."""
    return [run_of(row) for row in tx.all(_FOREIGN, the_owner=owner, limit=limit)]


def request_stop(tx: Transaction, scope: Scope, run_id: str, *, is_heard: bool = False) -> bool:
    """Ask a run's owner to stop; False if it is not running or not in the scope.

    ``is_heard``: its owner knows already, so that it may have ended by now because of that.
    """
    note = _NOTE_STOP if is_heard else _STOP
    return get_run(tx, scope, run_id) is not None and tx.run(note, run_id=run_id) > 0


def log_after(
    tx: Transaction, _scope: Scope, run_id: str, number: int, *, limit: int = 500
) -> list[RunEvent]:
    """Return log entries after ``number``. Check the run's scope first."""
    return [_event(row) for row in tx.all(_EVENTS, run_id=run_id, after=number, limit=limit)]


def first_base_since(tx: Transaction, _scope: Scope, run_id: str, epoch: int) -> int | None:
    """Return the lowest number that epochs after ``epoch`` began from."""
    row = tx.one(_FIRST_BASE, run_id=run_id, since_epoch=epoch)
    return None if row is None or row[0] is None else int(row[0])


def journal(tx: Transaction, _scope: SystemScope, run_id: str) -> dict[str, bytes]:
    """Return what each completed step returned, by its path."""
    return {str(row[0]): bytes(row[1]) for row in tx.all(_STEPS, run_id=run_id)}


def forget_said(tx: Transaction, _scope: SpaceScope, run_ids: Sequence[str]) -> None:
    """Drop all that runs said but that they ended. Check the runs' scope first."""
    if run_ids:
        tx.run(_FORGET_SAID, keys=list(run_ids))


def own(tx: Transaction, _scope: SystemScope, run_id: str, *, epoch: int) -> bool:
    """Tell whether this epoch owns the running run, and keep it so until the transaction ends."""
    return tx.run(_OWNED, run_id=run_id, own_epoch=epoch) > 0


def let_go(tx: Transaction, _scope: SystemScope, run_id: str, *, epoch: int) -> bool:
    """Leave a running run to whoever comes first; False if the epoch is stale."""
    return tx.run(_LET_GO, run_id=run_id, own_epoch=epoch) > 0


def record_step(
    tx: Transaction, _scope: SystemScope, run_id: str, *, epoch: int, path: str, result: bytes, now_ms: int
) -> bool:
    """Write a completed step; the first one counts. False if the epoch is stale."""
    if not own(tx, _scope, run_id, epoch=epoch):
        return False
    tx.run(
        _INSERT_STEP,
        run_id=run_id,
        path=path,
        epoch=epoch,
        result_format=BODY_FORMAT,
        result_cipher="none",
        result_key_id=None,
        result=result,
        at_ms=now_ms,
    )
    return True


def _insert_epoch(tx: Transaction, run_id: str, *, epoch: int, base: int, owner: str, now_ms: int) -> None:
    tx.run(_INSERT_EPOCH, run_id=run_id, epoch=epoch, base_number=base, owner=owner, started_at_ms=now_ms)


def _log_row(event: RunEvent) -> Row:
    return (
        event.run_id,
        event.number,
        event.epoch,
        event.type,
        int(event.is_delta),
        BODY_FORMAT,
        event.cipher,
        event.key_id,
        event.body,
        event.at_ms,
    )


def _event(row: Row) -> RunEvent:
    run_id, number, epoch, kind, _is_delta, _format, cipher, key_id, body, at_ms = row
    return RunEvent(
        run_id=run_id,
        number=number,
        epoch=epoch,
        type=kind,
        cipher=cipher,
        key_id=key_id,
        body=bytes(body),
        at_ms=at_ms,
    )


def run_of(row: Row) -> Run:
    """Return the run that a whole row of the table holds."""
    values: dict[str, Any] = dict(zip(Run.__struct_fields__, row, strict=True))
    values["data"] = msgspec.json.decode(values["data"])
    values["stop_requested"] = bool(values["stop_requested"])
    values["compacted"] = bool(values["compacted"])
    return msgspec.convert(values, Run)

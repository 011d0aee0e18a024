"""All SQL of what is made of files."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from salon.foundation.files.models import Derivative
from salon.foundation.files.tables import blobs, derivatives, references, usage
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import Overloaded
from salon.foundation.storage import Row, Transaction, insert, statement

_OF = (derivatives.c.source_id == bindparam("source"), derivatives.c.space_id == bindparam("space"))
_ONE = (*_OF, derivatives.c.kind == bindparam("which"), derivatives.c.form == bindparam("how"))
_GET = statement(select(derivatives).where(*_ONE))
_ALL = statement(select(derivatives).where(*_OF).order_by(derivatives.c.id))
_INSERT = statement(derivatives.insert())
_FORGET = statement(delete(derivatives).where(*_ONE))
_DELETE = statement(delete(derivatives).where(*_OF))
_HOLD_SOURCE = statement(
    update(references)
    .where(
        references.c.id == bindparam("source"),
        references.c.space_id == bindparam("space"),
        references.c.upload_id.is_(None),
    )
    .values(purpose=references.c.purpose)
)
_CONFIRM = statement(
    update(blobs)
    .where(blobs.c.hash == bindparam("the_hash"), blobs.c.deleting_at_ms.is_(None))
    .values(touched_at_ms=bindparam("now_ms"))
)
_new_usage = insert(usage)
_ADD_BYTES = statement(
    _new_usage.on_conflict_do_update(
        index_elements=["space_id"],
        set_={"size_bytes": usage.c.size_bytes + _new_usage.excluded.size_bytes},
    )
)


def get_derivative(
    tx: Transaction, scope: SpaceScope, source_id: str, *, kind: str, form: str
) -> Derivative | None:
    """Return what was made of a file, or why it was not."""
    row = tx.one(_GET, source=source_id, space=scope.space_id, which=kind, how=form)
    return None if row is None else _derivative(row)


def derivatives_of(tx: Transaction, scope: SpaceScope, source_id: str) -> list[Derivative]:
    """Return all that was made of a file."""
    return [_derivative(row) for row in tx.all(_ALL, source=source_id, space=scope.space_id)]


def put_derivative(tx: Transaction, scope: SpaceScope, made: Derivative) -> bool:
    """Keep what was made, in the place of what was there, and count it; False if its file is gone.

    Raises: Overloaded if the content was collected while it was made.
    """
    assert made.space_id == scope.space_id
    # The row of the file is written to, so that deleting it and this cannot both pass by each other.
    if not tx.run(_HOLD_SOURCE, source=made.source_id, space=scope.space_id):
        return False
    if made.hash is not None and not tx.run(_CONFIRM, the_hash=made.hash, now_ms=made.created_at_ms):
        raise Overloaded(retry_after_s=1)
    before = get_derivative(tx, scope, made.source_id, kind=made.kind, form=made.form)
    if before is not None:
        tx.run(_FORGET, source=made.source_id, space=scope.space_id, which=made.kind, how=made.form)
    tx.run(_INSERT, **_values(made))
    _count(tx, scope, made.size_bytes - (before.size_bytes if before is not None else 0))
    return True


def delete_derivatives(tx: Transaction, scope: SpaceScope, source_id: str, *, now_ms: int) -> None:
    """Remove all that was made of a file; its content goes when nothing refers to it any more."""
    found = derivatives_of(tx, scope, source_id)
    if not found:
        return
    tx.run(_DELETE, source=source_id, space=scope.space_id)
    for one in found:
        if one.hash is not None:
            tx.run(_CONFIRM, the_hash=one.hash, now_ms=now_ms)
    _count(tx, scope, -sum(one.size_bytes for one in found))


def _count(tx: Transaction, scope: SpaceScope, size_bytes: int) -> None:
    tx.run(_ADD_BYTES, space_id=scope.space_id, size_bytes=size_bytes, files=0)


def _values(made: Derivative) -> dict[str, Any]:
    return {**msgspec.structs.asdict(made), "details": msgspec.json.encode(made.details).decode()}


def _derivative(row: Row) -> Derivative:
    values = dict(zip(Derivative.__struct_fields__, row, strict=True))
    return Derivative(**{**values, "details": msgspec.json.decode(str(values["details"]))})

"""The parts of a batch that were handed over: what is known of each, durably, and its statements."""

from typing import Any, Final, Literal

import msgspec
from sqlalchemy import bindparam, select, update

from salon.foundation.kit.caller import Scope, SystemScope
from salon.foundation.storage import Row, Transaction, insert, statement
from salon.gateway.batches.tables import parts

PartState = Literal["planned", "sending", "sent", "collecting", "done", "refused", "lost"]
"""``planned``: the provider may hold its file. ``sending``: it may hold a batch, whose id did not come back.
``sent``: it does. ``collecting``: answers of it may be booked. ``done``: they are. ``refused``, ``lost``:
nothing is to be had of it; its lines are asked here."""
OVER: Final[frozenset[PartState]] = frozenset({"done", "refused", "lost"})


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a batch that are one batch at the provider. Fields stand in the order of the columns."""

    batch_id: str
    number: int
    token: str
    """Names it there: its file, and the lines in it."""
    state: PartState
    first_line: int
    last_line: int
    """Of the batch; a few between them may be left out."""
    lines: int
    """How many were handed over."""
    held_e10: int
    """What they may cost at most together."""
    file_id: str | None = None
    remote_id: str | None = None
    sent_at_ms: int | None = None
    problem: str | None = None


_ORDER: Final = Part.__struct_fields__
_FIXED: Final = ("batch_id", "number")
_INSERT: Final = statement(insert(parts))
_SAVE: Final = statement(
    update(parts)
    .where(parts.c.batch_id == bindparam("batch"), parts.c.number == bindparam("part"))
    .values({name: bindparam(f"new_{name}") for name in _ORDER if name not in _FIXED})
)
_OF_BATCH: Final = statement(
    select(parts).where(parts.c.batch_id == bindparam("batch")).order_by(parts.c.number)
)


def insert_part(tx: Transaction, _scope: SystemScope, part: Part) -> None:
    """Write a new part."""
    tx.run(_INSERT, **msgspec.structs.asdict(part))


def save_part(tx: Transaction, _scope: SystemScope, part: Part) -> None:
    """Write what is known of a part now."""
    values = msgspec.structs.asdict(part)
    fresh = {f"new_{name}": values[name] for name in _ORDER if name not in _FIXED}
    tx.run(_SAVE, batch=part.batch_id, part=part.number, **fresh)


def parts_of(tx: Transaction, _scope: Scope, batch_id: str) -> list[Part]:
    """Return the parts of a batch that the scope was checked for, in order."""
    return [_part(row) for row in tx.all(_OF_BATCH, batch=batch_id)]


def _part(row: Row) -> Part:
    values: dict[str, Any] = dict(zip(_ORDER, row, strict=True))
    return msgspec.convert(values, Part)

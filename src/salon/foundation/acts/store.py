"""All SQL of acts under a client's own id."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from salon.foundation.acts.tables import acts
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.storage import Transaction, insert, statement

_new_act = insert(acts)
_KEEP = statement(
    _new_act.on_conflict_do_update(
        index_elements=["space_id", "client_id"], set_={"result": _new_act.excluded.result}
    )
)
_GET = statement(
    select(acts.c.fingerprint, acts.c.result).where(
        acts.c.space_id == bindparam("space"), acts.c.client_id == bindparam("client")
    )
)
_DROP = statement(delete(acts).where(acts.c.created_at_ms < bindparam("before_ms")))


def record_act(
    tx: Transaction,
    scope: SpaceScope,
    client_id: str,
    *,
    created_by: str | None,
    fingerprint: str,
    result: Any,
    now_ms: int,
) -> None:
    """Keep what a mutation did under the client's own id, in place of what was kept of it so far."""
    tx.run(
        _KEEP,
        space_id=scope.space_id,
        client_id=client_id,
        created_by=created_by,
        fingerprint=fingerprint,
        result=msgspec.json.encode(result).decode(),
        created_at_ms=now_ms,
    )


def find_act(tx: Transaction, scope: SpaceScope, client_id: str) -> tuple[str, Any] | None:
    """Return the fingerprint and the result of a mutation that was made under a client's id."""
    tx.take_turn(f"act:{scope.space_id}:{client_id}")
    row = tx.one(_GET, space=scope.space_id, client=client_id)
    return None if row is None else (str(row[0]), msgspec.json.decode(row[1]))


def drop_acts(tx: Transaction, _scope: SystemScope, *, before_ms: int) -> int:
    """Forget the acts that clients named before a time; return how many those were."""
    return tx.run(_DROP, before_ms=before_ms)

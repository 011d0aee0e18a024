"""Forgetting what runs said, for whoever erases what came of them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.runs.models import END
from salon.foundation.runs.tables import log, runs, steps
from salon.foundation.storage import Transaction, statement

_ours = (
    select(runs.c.id)
    .where(
        runs.c.id.in_(bindparam("keys", expanding=True)),
        runs.c.space_id == bindparam("space"),
        runs.c.ended_at_ms.is_not(None),
    )
    .scalar_subquery()
)
_FORGET_LOG = statement(delete(log).where(log.c.run_id.in_(_ours), log.c.type != END))
_FORGET_ENDS = statement(
    update(log)
    .where(log.c.run_id.in_(_ours), log.c.type == END)
    .values(body=b"null", body_cipher="none", body_key_id=None)
)
_FORGET_STEPS = statement(delete(steps).where(steps.c.run_id.in_(_ours)))


def forget_runs(tx: Transaction, scope: SpaceScope, run_ids: Sequence[str]) -> None:
    """Forget what runs of the space said that have ended; of each only that it ended stays."""
    if run_ids:
        for forget in (_FORGET_LOG, _FORGET_ENDS, _FORGET_STEPS):
            tx.run(forget, keys=list(run_ids), space=scope.space_id)

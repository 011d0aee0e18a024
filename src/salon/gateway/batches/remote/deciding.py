"""Whether a batch is handed over: decided once, when its lines are known."""

from typing import Final

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.storage import Transaction
from salon.gateway.batches import store
from salon.gateway.batches.bodies import KeyMissing
from salon.gateway.batches.models import Batch, Question
from salon.gateway.batches.remote.tools import Tools

_PAGE: Final = 200


class _Asked(msgspec.Struct, frozen=True):
    model: str = ""


async def decided(tools: Tools, batch: Batch) -> Batch:
    """Return a batch with where it is answered. Raises: KeyMissing, StorageError."""
    reason = await _reason(tools, batch)
    if isinstance(reason, str):
        return msgspec.structs.replace(batch, kept_here=reason)
    return msgspec.structs.replace(batch, handed_to=reason[0])


async def _reason(tools: Tools, batch: Batch) -> str | tuple[str]:
    """Return why it is answered here, or the one target it goes to."""
    if not tools.options.hand_over:
        return "batches.hand_over is off"
    identity = tools.accounts.identity_now(key_id=batch.key_id, person_id=batch.person_id)
    if identity is None:
        return "its key does not work any more"
    model, after = "", 0
    target = None
    while page := await tools.bodies.waiting(batch.id, after=after, most=_PAGE):
        for line in page:
            asked = _model_of(line)
            if target is None:
                target = await tools.handing.target_for(identity, batch.dialect, asked)
                model = asked
                if isinstance(target, str):
                    return target
            if asked != model:
                return "its lines ask for several models"
        after = page[-1].number
    return "it has no lines" if target is None else (target.name,)


def _model_of(line: Question) -> str:
    if line.body is None:
        raise KeyMissing
    try:
        return msgspec.json.decode(line.body, type=_Asked).model
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


def write_decision(tx: Transaction, scope: SystemScope, chosen: Batch) -> Batch:
    """Write where a batch is answered, and return it as it stands now."""

    def changed(one: Batch) -> Batch:
        return msgspec.structs.replace(one, handed_to=chosen.handed_to, kept_here=chosen.kept_here)

    batch = store.change(tx, scope, chosen.id, changed)
    assert batch is not None
    return batch

"""What every change of the gateway's configuration shares: a right, an owner, a record and an event."""

from collections.abc import Mapping
from typing import Any

from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, Right, SpaceScope
from salon.foundation.kit.errors import NotAllowed
from salon.foundation.storage import Transaction


def check_right(caller: Caller) -> None:
    """Check that ``caller`` may change providers, aliases and prices. Raises: NotAllowed."""
    if not caller.has(Right.MANAGE_PROVIDERS):
        raise NotAllowed(right=Right.MANAGE_PROVIDERS)


def owned_by(caller: Caller) -> dict[str, Any]:
    """Return the columns that say whose a row is."""
    return {"space_id": caller.space_id, "created_by": caller.key_id or caller.person_id}


def tell(tx: Transaction, caller: Caller, act: str, subject: str, detail: Mapping[str, Any]) -> None:
    """Write the record and the event of an act, in its transaction."""
    record(tx, caller, act, subject, detail)
    event = Event(type=act, subject=subject, data=dict(detail), created_by=caller.key_id or caller.person_id)
    publish(tx, SpaceScope(caller.space_id), event)

"""All SQL that puts messages in another place: for a tree that was damaged, and nothing else."""

from collections.abc import Sequence

from sqlalchemy import bindparam, update

from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction, statement

_PLACE = statement(
    update(messages)
    .where(messages.c.id == bindparam("key"), messages.c.space_id == bindparam("space"))
    .values(parent_id=bindparam("new_parent"), depth=bindparam("new_depth"))
)


def place_messages(tx: Transaction, scope: SpaceScope, moved: Sequence[tuple[str, str | None, int]]) -> None:
    """Put messages below other parents: (message, parent, depth)."""
    for message_id, parent_id, depth in moved:
        tx.run(_PLACE, key=message_id, space=scope.space_id, new_parent=parent_id, new_depth=depth)

"""A path as an outline: every message of it without its words, so that a long one can be seen at once."""

from typing import Final

import msgspec

from salon.features.conversations.models import Branch
from salon.features.conversations.store.outlines import Line, lines_of
from salon.features.conversations.store.walking import places_up
from salon.features.conversations.tree.desk import Desk
from salon.features.conversations.tree.lookups import the_message
from salon.features.conversations.tree.messages import opened
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.storage import Transaction

MOST_LINES: Final = 20_000


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a path, oldest first."""

    items: tuple[Line, ...]
    next: str | None
    """``before`` of the part above."""
    branch: Branch | None


class Outlining:
    """Tells what paths are made of."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def outline(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        branch_id: str | None = None,
        last_id: str | None = None,
        before: str | None = None,
        limit: int = MOST_LINES,
    ) -> Outline:
        """Return the end of a branch, of the path to ``last_id``, or of that above ``before``.

        Raises: NotFound.
        """
        scope, limit = SpaceScope(caller.space_id), min(limit, MOST_LINES)

        def read(tx: Transaction) -> Outline:
            branch = None
            if before is not None:
                last = the_message(tx, scope, conversation_id, before).parent_id
            elif last_id is not None:
                last = the_message(tx, scope, conversation_id, last_id).id
            else:
                branch = opened(tx, scope, conversation_id, branch_id)
                last = branch.head_id
            walked = [] if last is None else places_up(tx, scope, conversation_id, last, limit=limit)
            items = lines_of(tx, scope, [place.id for place in reversed(walked)])
            goes_on = len(walked) == limit and walked[-1].parent_id is not None
            return Outline(items=tuple(items), next=walked[-1].id if goes_on else None, branch=branch)

        return await self._desk.storage.read(read)

"""Which messages only one branch shows: those that go with it when it is deleted."""

from salon.features.conversations.models import Branch
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store.marks import child_ids
from salon.features.conversations.store.walking import Place, places_down, places_up
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction

_PAGE = 500


def only_on(tx: Transaction, scope: SpaceScope, branch: Branch) -> list[str]:
    """Return the messages at the end of a branch's path that stand on no other branch, the last first.

    It stops at the first message in which another branch ends, or below which something else lives.
    """
    if branch.head_id is None:
        return []
    others = {
        one.head_id
        for one in store.list_branches(tx, scope, branch.conversation_id)
        if one.id != branch.id and one.head_id is not None
    }
    found: list[str] = []
    walked = places_up(tx, scope, branch.conversation_id, branch.head_id)
    for start in range(0, len(walked), _PAGE):
        page = walked[start : start + _PAGE]
        below = child_ids(tx, scope, [place.id for place in page])
        for place in page:
            came_from = found[-1] if found else None
            beside = [one for one in below.get(place.id, ()) if one != came_from]
            if place.id in others or any(_lives(tx, scope, branch, one, others) for one in beside):
                return found
            found.append(place.id)
    return found


def _lives(tx: Transaction, scope: SpaceScope, branch: Branch, first_id: str, heads: set[str]) -> bool:
    """Tell whether anything in a subtree is not deleted, or is where another branch ends."""
    below: list[Place] = places_down(tx, scope, branch.conversation_id, first_id)
    return any(place.deleted_at_ms is None or place.id in heads for place in below)

"""Comparing two branches, or the paths to two messages."""

from salon.features.conversations.models import Message
from salon.features.conversations.naming import is_message
from salon.features.conversations.store.answers import answers_of
from salon.features.conversations.store.messages import get_messages, sources_of
from salon.features.conversations.store.walking import Place, places_up
from salon.features.conversations.tree.desk import Desk
from salon.features.conversations.tree.diff import Diff, Said, compare
from salon.features.conversations.tree.lookups import readable, the_branch, the_message
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import WrongField
from salon.foundation.storage import Transaction

MOST_COMPARED = 2000
"""So many messages of each side, from where the paths part."""
_CHUNK = 500


class Comparing:
    """Diffs of branches."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def branches(self, caller: Caller, conversation_id: str, left: str, right: str) -> Diff:
        """Compare two branches, or paths to messages; ids of either kind.

        Raises: NotFound; InvalidRequest where more than 2,000 messages differ.
        """
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> tuple[list[Said], list[Said], int, str | None]:
            one, two = (
                _walked(tx, scope, end_of(tx, scope, conversation_id, side)) for side in (left, right)
            )
            common = _common(one, two)
            shared_id, shared = (None, 0) if common is None else (common.id, common.depth + 1)
            ids = [_since(path, shared_id, name) for name, path in (("left", one), ("right", two))]
            return _said(tx, scope, ids[0]), _said(tx, scope, ids[1]), shared, shared_id

        def _walked(tx: Transaction, scope: SpaceScope, last_id: str | None) -> list[Place]:
            if last_id is None:
                return []
            return places_up(tx, scope, conversation_id, last_id, limit=MOST_COMPARED + 1)

        one, two, shared, last = await self._desk.storage.read(read)
        return await self._desk.in_thread(lambda: compare(one, two, shared=shared, shared_id=last))


def path_ids(tx: Transaction, scope: SpaceScope, conversation_id: str, last_id: str | None) -> list[str]:
    """Return the ids of a path, the first message first."""
    if last_id is None:
        return []
    return [place.id for place in reversed(places_up(tx, scope, conversation_id, last_id))]


def end_of(tx: Transaction, scope: SpaceScope, conversation_id: str, named: str) -> str | None:
    """Return the message that an id names: its own, or where the branch of that id ends. Raises: NotFound."""
    if is_message(named):
        return the_message(tx, scope, conversation_id, named).id
    return the_branch(tx, scope, conversation_id, named).head_id


def messages_of(tx: Transaction, scope: SpaceScope, ids: list[str]) -> list[Message]:
    """Return messages as they may be read, in the order of ``ids``."""
    found: dict[str, Message] = {}
    for start in range(0, len(ids), _CHUNK):
        found |= get_messages(tx, scope, ids[start : start + _CHUNK])
    return [readable(found[one]) for one in ids if one in found]


def _common(one: list[Place], two: list[Place]) -> Place | None:
    """Return the last message that two paths share; both are given from their ends up."""
    known = {place.id for place in two}
    return next((place for place in one if place.id in known), None)


def _since(path: list[Place], shared_id: str | None, name: str) -> list[str]:
    """Return the ids of a path after ``shared_id``, the first one first. Raises: InvalidRequest."""
    ids: list[str] = []
    for place in path:
        if place.id == shared_id:
            return ids[::-1]
        ids.append(place.id)
    if shared_id is None and (not path or path[-1].depth == 0):
        return ids[::-1]
    problem = f"More than {MOST_COMPARED} of its messages differ. Choose an earlier one."
    raise WrongField(field=name, problem=problem, limit=MOST_COMPARED)


def _said(tx: Transaction, scope: SpaceScope, ids: list[str]) -> list[Said]:
    said: list[Said] = []
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        sources, answers = sources_of(tx, scope, part), answers_of(tx, scope, part)
        said += [
            Said(
                message=message,
                sources=tuple(sources.get(message.id, ())),
                answer=answers.get(message.id) if message.content is not None else None,
            )
            for message in messages_of(tx, scope, part)
        ]
    return said

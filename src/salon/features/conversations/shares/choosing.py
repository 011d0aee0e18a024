"""Which messages a share has: a branch, a path up to a message, or the whole tree."""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.models import Branch
from salon.features.conversations.rendering.paths import Node, in_order, leaves, path_to
from salon.features.conversations.shares.models import Line, Placed
from salon.features.conversations.shares.store import Seen
from salon.foundation.kit.errors import InvalidRequest, NotFound, WrongField

MOST_MESSAGES: Final = 10_000
_UNSHARED: Final = frozenset({"system", "developer"})
"""What a person did not say and no model answered: instructions stay at home."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The messages of a revision, and its branches."""

    placed: tuple[Placed, ...]
    lines: tuple[Line, ...]


def choose_branch(seen: Sequence[Seen], branch: Branch) -> Choice:
    """Return a branch. Raises: InvalidRequest when nothing is there to share."""
    choice = choose_path(seen, branch.head_id)
    line = msgspec.structs.replace(choice.lines[0], name=branch.name, branch_id=branch.id)
    return msgspec.structs.replace(choice, lines=(line,))


def choose_path(seen: Sequence[Seen], last_id: str | None) -> Choice:
    """Return a path. Raises: NotFound, InvalidRequest when nothing is there to share."""
    parents = {one.id: one.parent_id for one in seen}
    if last_id is not None and last_id not in parents:
        raise NotFound(what="message", id=last_id[:100])
    kept = set(path_to(parents, last_id)) if last_id is not None else set[str]()
    return _choice([one for one in seen if one.id in kept], [(None, last_id)], is_tree=False)


def choose_tree(seen: Sequence[Seen], branches: Sequence[Branch]) -> Choice:
    """Return a whole tree, with its branches in the order given. Raises: InvalidRequest."""
    return _choice(seen, [(branch.name, branch.head_id) for branch in branches], is_tree=True)


def _choice(seen: Sequence[Seen], heads: Sequence[tuple[str | None, str | None]], *, is_tree: bool) -> Choice:
    shown = {one.id for one in seen if not one.is_gone and one.role not in _UNSHARED}
    parents = {one.id: one.parent_id for one in seen}
    nodes = [Node(one.id, _above(parents, one.parent_id, shown)) for one in seen if one.id in shown]
    if not nodes:
        raise InvalidRequest(field="conversation_id", problem="Nothing is said there that can be shared.")
    if len(nodes) > MOST_MESSAGES:
        problem = f"These are {len(nodes)} messages, and a share has at most {MOST_MESSAGES}. Share a branch."
        raise WrongField(field="kind", problem=problem, limit=MOST_MESSAGES)
    ordered = in_order(nodes)
    at = {node.id: position for position, node in enumerate(ordered)}
    ends = [(name, _above(parents, head, shown)) for name, head in heads]
    ends += [(None, leaf) for leaf in leaves(ordered)] if is_tree else []
    lines: dict[int, Line] = {}
    for name, end in ends:
        if end is not None and at[end] not in lines:
            lines[at[end]] = Line(name=name, last=at[end])
    placed = [Placed(at[node.id], node.id, at.get(node.parent_id or "")) for node in ordered]
    return Choice(placed=tuple(placed), lines=tuple(lines.values()))


def _above(parents: dict[str, str | None], start: str | None, shown: set[str]) -> str | None:
    """Return the nearest message at or above ``start`` that is shared."""
    walked: set[str] = set()
    while start is not None and start not in shown:
        if start in walked:
            return None
        walked.add(start)
        start = parents.get(start)
    return start

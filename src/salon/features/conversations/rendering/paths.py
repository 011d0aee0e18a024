"""The order in which a tree is written down and read: parents first, and branch after branch.

Tolerant: a message whose parent is not there begins a path, and what goes in a circle comes last.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec


class Node(NamedTuple):
    """A message's place in the tree."""

    id: str
    parent_id: str | None
    size_bytes: int = 0


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a branch that no branch before it has shown."""

    name: str | None
    """The branch's name; None for an end that has none."""
    after_id: str | None
    """The message that it goes on from, shown before; None where it begins the conversation."""
    ids: tuple[str, ...]


def in_order(nodes: Sequence[Node]) -> list[Node]:
    """Return the messages oldest first, parents before children."""
    known = {node.id for node in nodes}
    waiting: dict[str, list[Node]] = {}
    ordered: list[Node] = []
    for node in sorted(nodes):
        if node.parent_id is not None and node.parent_id in known and node.parent_id != node.id:
            waiting.setdefault(node.parent_id, []).append(node)
        else:
            ordered.append(node)
    return _by_age(ordered, waiting)


def _by_age(roots: list[Node], waiting: dict[str, list[Node]]) -> list[Node]:
    ready, ordered = list(roots), list[Node]()
    heapq.heapify(ready)
    while ready or waiting:
        if not ready:
            ready.extend(waiting.pop(min(waiting)))  # a circle: it is opened at one place
            heapq.heapify(ready)
        node = heapq.heappop(ready)
        ordered.append(node)
        for child in waiting.pop(node.id, ()):
            heapq.heappush(ready, child)
    return ordered


def path_to(parents: Mapping[str, str | None], last_id: str) -> list[str]:
    """Return the messages up to ``last_id``, oldest first; a circle ends where it would begin again."""
    walked: dict[str, None] = {}
    current: str | None = last_id
    while current is not None and current in parents and current not in walked:
        walked[current] = None
        current = parents[current]
    return list(reversed(walked))


def leaves(nodes: Iterable[Node]) -> list[str]:
    """Return the messages that nothing follows, oldest first."""
    ordered = list(nodes)
    followed = {node.parent_id for node in ordered}
    return [node.id for node in ordered if node.id not in followed]


def segments(nodes: Sequence[Node], heads: Sequence[tuple[str, str | None]]) -> list[Segment]:
    """Return the whole tree as stretches to read, that of the first head whole.

    ``heads`` are the branches: a name and the last message of each.
    """
    ordered = in_order(nodes)
    parents = {node.id: node.parent_id for node in ordered}
    ends: list[tuple[str | None, str]] = [(name, head) for name, head in heads if head in parents and head]
    ends += [(None, leaf) for leaf in leaves(ordered)]
    ends += [(None, node.id) for node in reversed(ordered)]  # what only a circle holds
    shown: set[str] = set()
    found: list[Segment] = []
    for name, head in ends:
        fresh = _unseen(parents, head, shown)
        if fresh:
            before = parents[fresh[0]]
            after = before if before in shown else None
            found.append(Segment(name=name, after_id=after, ids=tuple(fresh)))
            shown.update(fresh)
    return found


def _unseen(parents: Mapping[str, str | None], last_id: str, shown: set[str]) -> list[str]:
    """Return the end of a path that was not shown: each message is walked over once in all."""
    walked: dict[str, None] = {}
    current: str | None = last_id
    while current is not None and current in parents and current not in walked and current not in shown:
        walked[current] = None
        current = parents[current]
    return list(reversed(walked))

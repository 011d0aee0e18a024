"""Brings messages into an order in which each follows its parent, whatever the export says of them."""

import heapq
from collections.abc import Mapping, Sequence

import msgspec

from salon.features.conversations.exchange.readers.problems import Notes


class Link(msgspec.Struct, frozen=True):
    """A message's own id and whom it says it follows."""

    id: str
    parent_id: str | None


def unique_ids(ids: Sequence[str], notes: Notes) -> list[str]:
    """Return ids of which none is empty and none comes twice."""
    seen: set[str] = set()
    found: list[str] = []
    for place, given in enumerate(ids):
        own = given
        if not own:
            notes.add("id-missing")
            own = f"at-{place}"
        if own in seen:
            notes.add("duplicate-id", own)
            own = f"{own}~{place}"
        seen.add(own)
        found.append(own)
    return found


def arranged(links: Sequence[Link], notes: Notes) -> list[tuple[int, str | None]]:
    """Return each message's place in ``links`` with its parent, parents before children.

    What follows a message that is not there begins anew; a circle is opened where it is met first. Otherwise
    the order of ``links`` is kept.
    """
    places = {link.id: place for place, link in enumerate(links)}
    parents = [_parent(link, places, notes) for link in links]
    _open_circles(parents, notes, links)
    children: dict[int, list[int]] = {}
    ready: list[int] = []
    for place, parent in enumerate(parents):
        if parent is None:
            ready.append(place)
        else:
            children.setdefault(parent, []).append(place)
    ordered: list[tuple[int, str | None]] = []
    while ready:
        place = heapq.heappop(ready)
        parent = parents[place]
        ordered.append((place, None if parent is None else links[parent].id))
        for child in children.get(place, ()):
            heapq.heappush(ready, child)
    return ordered


def _parent(link: Link, places: Mapping[str, int], notes: Notes) -> int | None:
    if link.parent_id is None:
        return None
    place = places.get(link.parent_id)
    if place is None:
        notes.add("orphan", link.id)
    return place


def _open_circles(parents: list[int | None], notes: Notes, links: Sequence[Link]) -> None:
    settled = bytearray(len(parents))
    for start in range(len(parents)):
        walked: list[int] = []
        at: int | None = start
        while at is not None and not settled[at]:
            settled[at] = 1
            walked.append(at)
            following = parents[at]
            if following is not None and settled[following] == 1 and following in _since(walked, following):
                first = min(_since(walked, following))
                notes.add("cycle", links[first].id)
                parents[first] = None
                break
            at = following
        for place in walked:
            settled[place] = 2


def _since(walked: list[int], place: int) -> list[int]:
    """Return what was walked from ``place`` on; empty when it was not walked now."""
    return walked[walked.index(place) :] if place in walked else []

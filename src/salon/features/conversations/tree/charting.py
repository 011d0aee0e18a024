"""A tree as a map: where paths begin, part and end, and how many turns stand between."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from salon.features.conversations.store.conversations import list_branches
from salon.features.conversations.store.messages import get_messages
from salon.features.conversations.store.outlines import Line, lines_of
from salon.features.conversations.store.walking import Place, places_of
from salon.features.conversations.tree.desk import Desk
from salon.features.conversations.tree.diff import text_of
from salon.features.conversations.tree.lookups import readable, the_conversation
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.storage import Transaction

MOST_PLACES: Final = 1_000
"""A map has no more places than this; the newest are kept."""
LONGEST_RUN: Final = 4
"""As many turns in a row are shown one by one; of a longer run only its ends."""
WORDS: Final = 80
"""Characters of what is said at a place."""


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A message on the map."""

    line: Line
    parent_id: str | None
    """The next message above that is on the map."""
    between: int
    """How many stand between the two."""
    children: int
    """How many stand right below it, on the map or not."""
    words: str
    """How what it says begins."""


class Map(msgspec.Struct, frozen=True, kw_only=True):
    """The places of a tree, each after the one above it."""

    items: tuple[Stop, ...]
    messages: int
    """How many the tree has, deleted ones included."""
    is_cut: bool
    """There are more places than a map has."""


class Charting:
    """Draws trees as maps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def map(self, caller: Caller, conversation_id: str) -> Map:
        """Return the map of a conversation, without what is deleted. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> Map:
            the_conversation(tx, scope, conversation_id)
            places = places_of(tx, scope, conversation_id)
            heads = {
                one.head_id for one in list_branches(tx, scope, conversation_id) if one.deleted_at_ms is None
            }
            shape = Shape(places, {head for head in heads if head is not None})
            kept = [place.id for place in shape.kept()]
            lines = {line.id: line for line in lines_of(tx, scope, kept)}
            said = get_messages(tx, scope, kept)
            stops = [
                Stop(
                    line=lines[key],
                    parent_id=above,
                    between=between,
                    children=len(shape.children(key)),
                    words=" ".join(text_of(readable(said[key]).content)[: WORDS * 4].split())[:WORDS],
                )
                for key, above, between in shape.links(kept)
                if key in lines and key in said
            ]
            return Map(items=tuple(stops), messages=len(places), is_cut=shape.is_cut)

        return await self._desk.storage.read(read)


class Shape:
    """What of a tree is on its map."""

    def __init__(self, places: Sequence[Place], heads: set[str]) -> None:
        self._places = sorted(places, key=lambda place: (place.depth, place.id))
        self._by_id: Mapping[str, Place] = {place.id: place for place in places}
        self._below: dict[str | None, list[str]] = {}
        living: set[str] = set()
        for place in reversed(
            self._places
        ):  # a deleted message is there as long as something stands below it
            if place.deleted_at_ms is None or place.id in self._below:
                living.add(place.id)
                self._below.setdefault(place.parent_id, []).append(place.id)
        self._living = living
        self._heads = heads
        self.is_cut = False

    def children(self, message_id: str) -> Sequence[str]:
        """Return what stands right below a message."""
        return self._below.get(message_id, ())

    def kept(self) -> list[Place]:
        """Return what is on the map, each after what stands above it."""
        ends = {place.id for place in self._places if place.id in self._living and self._is_end(place)}
        wanted = ends | self._beside(ends)
        if len(wanted) > MOST_PLACES:
            wanted = ends
        if len(wanted) > MOST_PLACES:
            self.is_cut = True
            wanted = set(sorted(wanted)[-MOST_PLACES:])
        return [place for place in self._places if place.id in wanted]

    def links(self, kept: Sequence[str]) -> list[tuple[str, str | None, int]]:
        """Return each with the next above that is on the map too, and how many stand between."""
        chosen = set(kept)
        near: dict[str | None, tuple[str | None, int]] = {None: (None, 0)}
        found: list[tuple[str, str | None, int]] = []
        for place in self._places:
            above, between = near.get(place.parent_id, (None, 0))
            if place.id in chosen:
                found.append((place.id, above, between))
                near[place.id] = (place.id, 0)
            else:
                near[place.id] = (above, between + 1)
        return found

    def _is_end(self, place: Place) -> bool:
        """Tell whether a path begins, parts, has just parted or ends here."""
        return (
            place.parent_id not in self._by_id
            or len(self.children(place.id)) != 1
            or len(self.children(place.parent_id or "")) > 1
            or place.id in self._heads
        )

    def _beside(self, ends: set[str]) -> set[str]:
        """Return the turns of short runs, and the ends of long ones."""
        found: set[str] = set()
        for end in ends:
            run: list[str] = []
            above = self._by_id[end].parent_id
            while above is not None and above in self._by_id and above not in ends:
                run.append(above)
                above = self._by_id[above].parent_id
            found.update(run if len(run) <= LONGEST_RUN else (run[0], run[1], run[-1]))
        return found

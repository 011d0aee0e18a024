"""Copying a conversation: what is visible, with related branches, or all of it; or what follows a message.

A copy is a conversation of its own: every message is new, and has the one it was copied from as its source.
What was deleted is not copied; what stood below it follows what stood above it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from salon.features.conversations.errors import TemporaryRefused
from salon.features.conversations.models import Author, Branch, Conversation, Message, Source
from salon.features.conversations.naming import is_message, is_temporary
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store.messages import (
    get_messages,
    insert_messages,
    insert_sources,
    sources_of,
)
from salon.features.conversations.store.participants import join, participants_of
from salon.features.conversations.store.walking import Place, places_of
from salon.features.conversations.tree.answers import copy_answers
from salon.features.conversations.tree.appending import MAIN, new_branch
from salon.features.conversations.tree.comparing import end_of, path_ids
from salon.features.conversations.tree.conversations import MOST_TITLE_LETTERS, blank, check_title, view_of
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import readable, the_conversation, the_message
from salon.features.conversations.tree.views import ConversationView
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

What = Literal["path", "related", "all"]
MOST_COPIED: Final = 50_000
_CHUNK: Final = 500


class Copying:
    """Copies of conversations."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def copy(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        what: What = "path",
        last: str | None = None,
        first_id: str | None = None,
        title: str | None = None,
        client_id: str | None = None,
    ) -> ConversationView:
        """Copy a conversation.

        ``path`` is what leads to ``last`` (a branch or a message; the branch that opens first unless named),
        ``related`` all branches that share a message with it, ``all`` the whole tree. ``first_id`` leaves out
        what stands above that message. Raises: NotFound, InvalidRequest, ActDiffers,
        TemporaryRefused.
        """
        if is_temporary(conversation_id):
            raise TemporaryRefused(id=conversation_id)
        if title is not None:
            check_title(title)
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            source = the_conversation(tx, scope, conversation_id)
            if first_id is not None:
                the_message(tx, scope, conversation_id, first_id)
            tree = _Tree(tx, scope, source, last)
            chosen = tree.chosen(what, first_id)
            made = blank(
                scope,
                title=(source.title if title is None else title)[:MOST_TITLE_LETTERS],
                settings=source.settings,
                kind=source.kind,
                created_by=author_id(caller),
                now_ms=now_ms,
            )
            made = msgspec.structs.replace(made, messages=len(chosen))
            store.insert_conversation(tx, scope, made)
            new_ids = _copy_messages(tx, scope, made, chosen, tree.parents)
            if title is None and source.sources:
                _copy_sources(tx, scope, made, source, new_ids)
            _copy_branches(tx, scope, made, tree, new_ids, what=what)
            for one in participants_of(tx, scope, source.id):
                join(tx, scope, made.id, Author(kind=one.kind, id=one.id, name=one.name), now_ms=now_ms)
            data: dict[str, Any] = {"copied-from": source.id, "messages": len(chosen)}
            event = Event(type="conversation.created", subject=made.id, data=data, created_by=made.created_by)
            publish(tx, scope, event)
            return {"conversation": made.id}

        asked = {
            "conversation": conversation_id,
            "what": what,
            "last": last,
            "first": first_id,
            "title": title,
        }
        return await self._desk.act(
            caller,
            do,
            lambda tx, made: view_of(tx, scope, made["conversation"]),
            act="conversation.copy",
            asked=asked,
            client_id=client_id,
        )


class _Tree:
    """The places of a conversation, and what of them is to be copied."""

    def __init__(self, tx: Transaction, scope: SpaceScope, source: Conversation, last: str | None) -> None:
        places = places_of(tx, scope, source.id, limit=MOST_COPIED + 1)
        if len(places) > MOST_COPIED:
            problem = f"It has more than {MOST_COPIED} messages. Export and import it instead."
            raise WrongField(field="conversation_id", problem=problem, limit=MOST_COPIED)
        self.places = {place.id: place for place in places}
        self.branches = store.list_branches(tx, scope, source.id)
        named = last or source.branch_id
        self.last_id = None if named is None else end_of(tx, scope, source.id, named)
        self.path = path_ids(tx, scope, source.id, self.last_id)
        self.opens_id = named if named is not None and not is_message(named) else source.branch_id
        self.parents: dict[str, str | None] = {}
        """Of what is copied: the nearest copied message above."""

    def chosen(self, what: What, first_id: str | None) -> list[str]:
        """Return what is copied, parents before children."""
        wanted = set(self.places) if what == "all" else set(self.path)
        if what == "related":
            for branch in self.branches:
                way: list[str] = []
                for one in self.way_up(branch.head_id):
                    if one in wanted:
                        wanted.update(way)
                        break
                    way.append(one)
        order = sorted(wanted, key=lambda one: (self.places[one].depth, one))
        if first_id is not None:
            order = self._from(order, first_id)
            if not order:
                problem = "It is not on what is to be copied."
                raise InvalidRequest(field="first_id", problem=problem)
        return self._alive(order)

    def _from(self, order: Sequence[str], first_id: str) -> list[str]:
        """Return a message and what stands below it."""
        below = {first_id}
        for one in order:
            if self.places[one].parent_id in below:
                below.add(one)
        return [one for one in order if one in below]

    def _alive(self, order: Sequence[str]) -> list[str]:
        """Return what says something; what stood below a deleted message follows what stood above it."""
        nearest: dict[str, str | None] = {}
        alive: list[str] = []
        for one in order:
            above = self.places[one].parent_id
            if self.places[one].deleted_at_ms is None:
                self.parents[one] = None if above is None else nearest.get(above)
                nearest[one] = one
                alive.append(one)
            else:
                nearest[one] = None if above is None else nearest.get(above)
        return alive

    def way_up(self, last_id: str | None) -> Iterator[str]:
        """Yield a path from its last message up; it ends where the tree is damaged."""
        place: Place | None = None if last_id is None else self.places.get(last_id)
        while place is not None:
            yield place.id
            above = None if place.parent_id is None else self.places.get(place.parent_id)
            place = above if above is not None and above.depth < place.depth else None


def _copy_messages(
    tx: Transaction,
    scope: SpaceScope,
    made: Conversation,
    chosen: Sequence[str],
    parents: dict[str, str | None],
) -> dict[str, str]:
    """Write the copies and return the new ids by the old ones."""
    new_ids = {one: new_id("msg") for one in chosen}
    depths: dict[str, int] = {}
    for start in range(0, len(chosen), _CHUNK):
        part = list(chosen[start : start + _CHUNK])
        found, sources = get_messages(tx, scope, part), sources_of(tx, scope, part)
        copies: list[tuple[Message, list[Source]]] = []
        for one in part:
            had, parent = readable(found[one]), parents[one]
            depths[one] = 0 if parent is None else depths[parent] + 1
            copy = msgspec.structs.replace(
                had,
                id=new_ids[one],
                created_by=made.created_by,
                conversation_id=made.id,
                parent_id=None if parent is None else new_ids[parent],
                depth=depths[one],
                run_id=None,
                origin=None,
            )
            kept = [_moved(source, new_ids, made.id) for source in sources.get(one, ())]
            fork = Source(kind="forked-from", id=one, conversation_id=had.conversation_id)
            copies.append((copy, [fork, *kept]))
        insert_messages(tx, scope, [copy for copy, _ in copies])
        for copy, made_from in copies:
            insert_sources(tx, scope, copy, made_from)
        copy_answers(tx, scope, made.id, [(one, new_ids[one]) for one in part], new_ids)
    return new_ids


def _moved(source: Source, new_ids: dict[str, str], conversation_id: str) -> Source:
    """Return a source of a copied message: the copy, where that is copied too."""
    if source.id not in new_ids:
        return source
    return Source(kind=source.kind, id=new_ids[source.id], conversation_id=conversation_id)


def _copy_sources(
    tx: Transaction, scope: SpaceScope, made: Conversation, source: Conversation, new_ids: dict[str, str]
) -> None:
    """Have the title go with the copies of what it was made from.

    One that was made from something else is not taken over: no erasure would find it.
    """
    if all(one in new_ids for one in source.sources):
        store.change_conversation(tx, scope, made.id, sources=[new_ids[one] for one in source.sources])
    else:
        store.change_conversation(tx, scope, made.id, title="", title_by="nobody")


def _copy_branches(
    tx: Transaction,
    scope: SpaceScope,
    made: Conversation,
    tree: _Tree,
    new_ids: dict[str, str],
    *,
    what: What,
) -> None:
    """Give the copy the branches that end in it, and let the same one open first."""
    opens_id: str | None = None
    for branch in tree.branches if what != "path" else ():
        head = _end(tree, branch, new_ids)
        if head is None:
            continue
        copied = new_branch(
            tx,
            scope,
            made.id,
            name=branch.name,
            head_id=head,
            created_by=made.created_by,
            now_ms=made.created_at_ms,
            pinned_at_ms=branch.pinned_at_ms,
        )
        if branch.id == tree.opens_id and branch.head_id == tree.last_id:
            opens_id = copied.id
    if opens_id is None:
        head = next((new_ids[one] for one in tree.way_up(tree.last_id) if one in new_ids), None)
        opens_id = new_branch(
            tx,
            scope,
            made.id,
            name=MAIN,
            head_id=head,
            created_by=made.created_by,
            now_ms=made.created_at_ms,
        ).id
    store.change_conversation(tx, scope, made.id, branch_id=opens_id)


def _end(tree: _Tree, branch: Branch, new_ids: dict[str, str]) -> str | None:
    return next((new_ids[one] for one in tree.way_up(branch.head_id) if one in new_ids), None)

"""Repairing a tree that was damaged from outside: it says what was wrong, and loses nothing.

Salon itself writes no such tree; a restored file, another program or a broken disk may. Reading goes on
meanwhile: a path ends where its parent is missing, or where it would go in a circle.
"""

from typing import Literal

import msgspec

from salon.features.conversations.models import Branch
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store import mending
from salon.features.conversations.store.walking import Place, places_of
from salon.features.conversations.tree.appending import MAIN, new_branch, turn_of
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import the_conversation
from salon.foundation.audit import record
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.storage import Transaction

ProblemKind = Literal["orphan", "cycle", "depth", "head", "opening-branch", "count"]
RESTORED = "recovered"
"""The name of a branch that is made because there was none."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that did not fit, and what was done."""

    kind: ProblemKind
    id: str
    """Of the message, branch or conversation."""
    done: str


class Repaired(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one conversation."""

    messages: int
    problems: tuple[Problem, ...]


class Repairing:
    """Checks and repairs of trees."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def repair(
        self, caller: Caller, conversation_id: str, *, only_check: bool = False, client_id: str | None = None
    ) -> Repaired:
        """Make a conversation's tree whole again, or only say what is wrong. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def look(tx: Transaction) -> Repaired:
            tx.take_turn(turn_of(conversation_id))
            the_conversation(tx, scope, conversation_id)
            places = places_of(tx, scope, conversation_id, limit=10_000_000)
            mended = mend(places)
            work = _Work(tx, scope, caller, conversation_id, mended, is_done=not only_check)
            problems = (*mended.problems, *work.branches(places), *work.count(places))
            if problems and not only_check:
                mending.place_messages(tx, scope, mended.moved)
                record(tx, caller, "conversation.repaired", conversation_id, {"problems": len(problems)})
            return Repaired(messages=len(places), problems=problems)

        if only_check:
            return await self._desk.storage.read(look)
        return await self._desk.act(
            caller,
            lambda tx, _: msgspec.to_builtins(look(tx)),
            lambda _, made: msgspec.convert(made, Repaired),
            act="conversation.repair",
            asked=conversation_id,
            client_id=client_id,
        )


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """How places are to stand."""

    moved: tuple[tuple[str, str | None, int], ...]
    """(message, parent, depth) of those that stand elsewhere than before."""
    problems: tuple[Problem, ...]


def mend(places: list[Place]) -> Mended:
    """Return how a tree is made whole: who has no parent becomes a first message, circles are cut.

    A circle is cut above its oldest message. Nothing is visited twice.
    """
    known = {place.id: place for place in places}
    parents: dict[str, str | None] = {place.id: place.parent_id for place in places}
    problems: list[Problem] = []
    for place in places:
        if place.parent_id is not None and place.parent_id not in known:
            parents[place.id] = None
            problems.append(Problem(kind="orphan", id=place.id, done="It is a first message now."))
    for first_id in _circles(parents):
        parents[first_id] = None
        problems.append(Problem(kind="cycle", id=first_id, done="It is a first message now."))
    depths = _depths(parents)
    moved = tuple(
        (place.id, parents[place.id], depths[place.id])
        for place in places
        if (place.parent_id, place.depth) != (parents[place.id], depths[place.id])
    )
    rehung = {problem.id for problem in problems}
    problems += [
        Problem(kind="depth", id=one, done=f"It stands {depth} below the first message.")
        for one, parent, depth in moved
        if one not in rehung and parent == known[one].parent_id
    ]
    return Mended(moved=moved, problems=tuple(problems))


def _circles(parents: dict[str, str | None]) -> list[str]:
    """Return the oldest message of each circle."""
    state: dict[str, int] = {}
    found: list[str] = []
    for number, start in enumerate(parents):
        walked: list[str] = []
        at: str | None = start
        while at is not None and at not in state:
            state[at] = number
            walked.append(at)
            at = parents[at]
        if at is not None and state[at] == number:
            found.append(min(walked[walked.index(at) :]))
    return found


def _depths(parents: dict[str, str | None]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for start in parents:
        way: list[str] = []
        at: str | None = start
        while at is not None and at not in depths:
            way.append(at)
            at = parents[at]
        base = -1 if at is None else depths[at]
        for steps, one in enumerate(reversed(way), 1):
            depths[one] = base + steps
    return depths


class _Work:
    """What is wrong beside the messages."""

    def __init__(
        self,
        tx: Transaction,
        scope: SpaceScope,
        caller: Caller,
        conversation_id: str,
        mended: Mended,
        *,
        is_done: bool,
    ) -> None:
        self.tx, self.scope, self.caller = tx, scope, caller
        self.conversation = the_conversation(tx, scope, conversation_id)
        self.mended = mended
        self.is_done = is_done
        self.now_ms = self.conversation.changed_at_ms

    def branches(self, places: list[Place]) -> list[Problem]:
        """Let branches end in messages that are there, and one that is there open first."""
        tx, scope, known = self.tx, self.scope, {place.id for place in places}
        problems: list[Problem] = []
        newest = places[-1].id if places else None
        found = store.list_branches(tx, scope, self.conversation.id)
        for branch in found:
            if branch.head_id is not None and branch.head_id not in known:
                problems.append(Problem(kind="head", id=branch.id, done="It ends in the newest message now."))
                if self.is_done:
                    store.change_branch(tx, scope, branch.id, head_id=newest, changed_at_ms=self.now_ms)
        if self.conversation.branch_id in {branch.id for branch in found}:
            return problems
        done = (
            "The oldest branch opens first now."
            if found
            else "A branch that ends in the newest message opens first."
        )
        problems.append(Problem(kind="opening-branch", id=self.conversation.id, done=done))
        if self.is_done:
            opens = found[0] if found else self._new_branch(newest)
            store.change_conversation(
                tx, scope, self.conversation.id, branch_id=opens.id, changed_at_ms=self.now_ms
            )
        return problems

    def count(self, places: list[Place]) -> list[Problem]:
        """Count the messages that are not deleted anew."""
        count = sum(place.deleted_at_ms is None for place in places)
        wrong = self.conversation.messages - count
        if not wrong:
            return []
        if self.is_done:
            store.add_messages(self.tx, self.scope, self.conversation.id, added=-wrong, now_ms=self.now_ms)
        return [Problem(kind="count", id=self.conversation.id, done=f"It has {count} messages.")]

    def _new_branch(self, head_id: str | None) -> Branch:
        return new_branch(
            self.tx,
            self.scope,
            self.conversation.id,
            name=RESTORED if head_id else MAIN,
            head_id=head_id,
            created_by=author_id(self.caller),
            now_ms=self.now_ms,
        )

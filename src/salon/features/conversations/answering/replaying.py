"""What if: one earlier message, model or setting is another, and what followed is said again.

The rest of the path waits in the queue of a new branch, so that each message is sent when the answer before
it has ended: once, whatever dies meanwhile, and not after a failure.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.beginning import Beginner, author_of, turns_about
from salon.features.conversations.answering.checking import Checker
from salon.features.conversations.answering.context import model_of, settings_of, whole_path
from salon.features.conversations.answering.models import Answerer, Draft, Sent, Started
from salon.features.conversations.answering.seeing import sent_before, sent_of
from salon.features.conversations.answering.settings import Overrides
from salon.features.conversations.models import Branch, Content, Message, Source
from salon.features.conversations.store.answers import answers_of
from salon.features.conversations.tree.appending import NewMessage, append, new_branch, turn_of
from salon.features.conversations.tree.branches import check_name
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.messages import opened
from salon.foundation.acts import Ids
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound
from salon.foundation.messages import Part
from salon.foundation.storage import Transaction

MOST_REPLAYED: Final = 200
"""Messages that one what-if says again."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be another. What is not said stays as it was."""

    message_id: str
    """From which message on; an answer whose model is to be another, or what it answers."""
    parts: tuple[Part, ...] | None = None
    model: str | None = None
    """For every answer that is made again."""
    settings: Overrides = Overrides()


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """The message that changes, and what was said after it, each with the model that answered."""

    changed: Message
    answerer: Answerer
    rest: tuple[tuple[Message, Answerer], ...]


class Replaying:
    """Says again what followed a message, on a branch of its own."""

    def __init__(self, desk: Desk, beginner: Beginner, checker: Checker) -> None:
        self._desk = desk
        self._beginner = beginner
        self._checker = checker

    async def what_if(
        self,
        caller: Caller,
        conversation_id: str,
        change: Change,
        *,
        branch_id: str | None = None,
        name: str | None = None,
        client_id: str | None = None,
    ) -> Sent:
        """Make a branch on which a message of the path of ``branch_id`` is another, and replay the rest.

        Raises: NotFound for a message that is not on that path, Conflict for more than 200 messages, what
        sending raises.
        """
        scope, by = SpaceScope(caller.space_id), author_id(caller)
        act = "branch.what-if"
        asked = {"conversation": conversation_id, "change": change, "branch": branch_id, "name": name}
        if known := await sent_before(self._desk, caller, act=act, asked=asked, client_id=client_id):
            return known
        path = await self._desk.storage.read(
            lambda tx: self._followed(tx, scope, conversation_id, branch_id, change)
        )
        draft = Draft(
            parts=_parts(path.changed) if change.parts is None else change.parts,
            answerers=(path.answerer,),
            wants_answer=path.changed.role == "user",
        )
        ready = await self._checker.ready(caller, conversation_id, draft, last_id=path.changed.parent_id)
        others = {one.model: one for _, one in path.rest if one.model != path.answerer.model}
        if others:
            await self._checker.answerers(
                caller, conversation_id, tuple(others.values())[:8], last_id=path.changed.parent_id
            )

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            new = self._new(path.changed, ready, by, is_edit=change.parts is not None)
            branch = new_branch(
                tx,
                scope,
                conversation_id,
                name=check_name(name or f"what if {path.changed.id[-6:]}"),
                head_id=path.changed.parent_id,
                created_by=by,
                now_ms=now_ms,
            )
            done = append(tx, scope, branch, [new], after=branch.head_id, created_by=by, now_ms=now_ms)
            self._wait(tx, scope, done.branch, path.rest, by=by, now_ms=now_ms)
            started = self._start(tx, caller, done.branch, done.messages[-1], ready)
            answers = [msgspec.to_builtins(one) for one in started]
            return {"branch": branch.id, "message": done.messages[-1].id, "answers": answers}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: sent_of(tx, scope, made),
            act=act,
            asked=asked,
            client_id=client_id,
        )

    def _followed(
        self, tx: Transaction, scope: SpaceScope, conversation_id: str, branch_id: str | None, change: Change
    ) -> Followed:
        branch = opened(tx, scope, conversation_id, branch_id)
        path = whole_path(tx, scope, conversation_id, branch.head_id)
        at = next((n for n, message in enumerate(path) if message.id == change.message_id), None)
        if at is None:
            raise NotFound(what="message", id=change.message_id[:100])
        if path[at].role == "assistant" and change.parts is None:
            at -= 1  # what it answers is said again
        if at < 0 or path[at].content is None:
            raise Conflict(problem="There is nothing before this message that could be said again.")
        models = {one.message_id: one.model for one in answers_of(tx, scope, [m.id for m in path]).values()}
        rest = [
            (message, _answerer(path, place, models, change))
            for place, message in enumerate(path)
            if place > at and message.role == "user" and message.content is not None
        ]
        if len(rest) >= MOST_REPLAYED:
            raise Conflict(problem=f"At most {MOST_REPLAYED} messages are said again. Begin further down.")
        return Followed(changed=path[at], answerer=_answerer(path, at, models, change), rest=tuple(rest))

    def _new(self, changed: Message, ready: Draft, by: str | None, *, is_edit: bool) -> NewMessage:
        source = Source(
            kind="edit-of" if is_edit else "forked-from",
            id=changed.id,
            conversation_id=changed.conversation_id,
        )
        author = author_of(by) if is_edit else changed.author
        return NewMessage(
            role=changed.role, author=author, content=Content(parts=ready.parts), sources=(source,)
        )

    def _wait(
        self,
        tx: Transaction,
        scope: SpaceScope,
        branch: Branch,
        rest: Sequence[tuple[Message, Answerer]],
        *,
        by: str | None,
        now_ms: int,
    ) -> None:
        settings = settings_of(tx, scope, branch.conversation_id)
        for message, answerer in rest:
            model = model_of(settings, answerer.model or None)
            source = Source(kind="forked-from", id=message.id, conversation_id=message.conversation_id)
            who = msgspec.structs.replace(answerer, model=model)
            draft = Draft(parts=_parts(message), answerers=(who,), sources=(source,))
            queued = store.new_queued(
                space_id=scope.space_id,
                created_by=by,
                conversation_id=branch.conversation_id,
                branch_id=branch.id,
                draft=draft,
                now_ms=now_ms,
            )
            store.insert_queued(tx, scope, queued)

    def _start(
        self, tx: Transaction, caller: Caller, branch: Branch, message: Message, ready: Draft
    ) -> list[Started]:
        """Have the changed message answered; a changed answer is followed by what was said after it."""
        if ready.wants_answer:
            about = turns_about(branch, message, ready.answerers)
            return self._beginner.begin(tx, caller, about, expected_head_id=message.id)
        scope = SpaceScope(caller.space_id)
        waiting = store.queue_of_branch(tx, scope, branch.id)
        return self._beginner.send_queued(tx, scope, branch, waiting[0]) if waiting else []


def _parts(message: Message) -> tuple[Part, ...]:
    return () if message.content is None else message.content.parts


def _answerer(path: Sequence[Message], at: int, models: dict[str, str], change: Change) -> Answerer:
    """Return who answers a message of a path again: the model that is named, else the one that did."""
    following = path[at + 1] if at + 1 < len(path) else None
    known = None if following is None else models.get(following.id)
    return Answerer(model=change.model or known or "", settings=change.settings)

"""Saying something and having it answered: each act is one transaction, done once for a client's id."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.beginning import Beginner, author_of, turns_about
from salon.features.conversations.answering.checking import Checker
from salon.features.conversations.answering.errors import QueueFull
from salon.features.conversations.answering.models import (
    MOST_QUEUED,
    Answerer,
    Draft,
    Sent,
    Started,
)
from salon.features.conversations.answering.seeing import message_in_space, sent_before, sent_of, touch
from salon.features.conversations.answering.titles import first_words
from salon.features.conversations.errors import HeadMoved
from salon.features.conversations.models import Branch, Content, Message, Source
from salon.features.conversations.store.answers import answers_of
from salon.features.conversations.store.conversations import change_conversation, list_branches
from salon.features.conversations.tree.appending import NewMessage, append, new_branch, turn_of
from salon.features.conversations.tree.branches import check_name, move_head
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import the_branch, the_conversation, the_message
from salon.features.conversations.tree.messages import check_sources, opened
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict
from salon.foundation.messages import Role
from salon.foundation.storage import Transaction


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is said. With neither it is the end of the conversation's own branch."""

    branch_id: str | None = None
    parent_id: str | None = None
    """The message it answers; with a branch, which must end there still unless ``may_fork``."""


class Sending:
    """Writes what is said, and begins its answers."""

    def __init__(self, desk: Desk, beginner: Beginner, checker: Checker) -> None:
        self._desk = desk
        self._beginner = beginner
        self._checker = checker

    async def send(
        self,
        caller: Caller,
        conversation_id: str,
        draft: Draft,
        *,
        place: Place = Place(),  # noqa: B008 - frozen
        client_id: str | None = None,
    ) -> Sent:
        """Say something; it is durable when this returns, and its answers have begun.

        While an answer is made on the branch it is put in the queue instead. Raises: NotFound, UnknownModel,
        NotAllowed, TurnTooLong, FileMissing, InvalidRequest, HeadMoved, QueueFull, ActDiffers.
        """
        scope, by = SpaceScope(caller.space_id), author_id(caller)
        act, asked = "message.send", {"conversation": conversation_id, "draft": draft, "place": place}
        if known := await sent_before(self._desk, caller, act=act, asked=asked, client_id=client_id):
            return known
        last_id = await self._last_of(caller, conversation_id, place)
        ready = await self._checker.ready(caller, conversation_id, draft, last_id=last_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            the_conversation(tx, scope, conversation_id)
            check_sources(tx, scope, [_new_message(ready, by)])
            branch, after = self._place(tx, scope, conversation_id, place, by=by, now_ms=now_ms)
            if place.parent_id is None and store.turns_of_branch(tx, scope, branch.id):
                return self._queue(tx, scope, branch, ready, by=by, now_ms=now_ms)
            new = _new_message(ready, by)
            done = append(tx, scope, branch, [new], after=after, created_by=by, now_ms=now_ms)
            return self._begun(tx, caller, done.branch, done.messages[-1], ready, now_ms=now_ms)

        return await self._act(caller, do, act=act, asked=asked, client_id=client_id)

    async def edit(
        self,
        caller: Caller,
        message_id: str,
        draft: Draft,
        *,
        branch_id: str | None = None,
        name: str | None = None,
        client_id: str | None = None,
    ) -> Sent:
        """Say something else in a message's place, and have it answered.

        The branch ends in the new message then; with ``name`` it is a new branch. Raises: as ``send``.
        """
        scope, by = SpaceScope(caller.space_id), author_id(caller)
        act = "message.edit-and-send"
        asked = {"message": message_id, "draft": draft, "branch": branch_id, "name": name}
        if known := await sent_before(self._desk, caller, act=act, asked=asked, client_id=client_id):
            return known
        edited = await self._message(caller, message_id)
        conversation_id = edited.conversation_id
        ready = await self._checker.ready(caller, conversation_id, draft, last_id=edited.parent_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            source = Source(kind="edit-of", id=message_id, conversation_id=conversation_id)
            new = _new_message(ready, by, role=edited.role, sources=(source,))
            check_sources(tx, scope, [new])
            branch = self._branch_for_edit(
                tx, scope, edited, branch_id=branch_id, name=name, by=by, now_ms=now_ms
            )
            done = append(tx, scope, branch, [new], after=edited.parent_id, created_by=by, now_ms=now_ms)
            return self._begun(tx, caller, done.branch, done.messages[-1], ready, now_ms=now_ms)

        return await self._act(caller, do, act=act, asked=asked, client_id=client_id)

    async def regenerate(
        self,
        caller: Caller,
        message_id: str,
        answerers: Sequence[Answerer] = (),
        *,
        branch_id: str | None = None,
        client_id: str | None = None,
    ) -> Sent:
        """Have what an answer answers answered again; ``message_id`` is the answer, or what it answers.

        Without ``answerers`` by the model that answered, else the conversation's. The branch moves to the
        first answer that ends, unless it was moved meanwhile. Raises: as ``send``.
        """
        act = "message.regenerate"
        asked = {"message": message_id, "answerers": answerers, "branch": branch_id}
        if known := await sent_before(self._desk, caller, act=act, asked=asked, client_id=client_id):
            return known
        old = await self._message(caller, message_id)
        is_answer = old.role == "assistant"
        if is_answer and old.parent_id is None:
            raise Conflict(problem="This message answers nothing. Say something below it instead.")
        parent = await self._message(caller, old.parent_id) if is_answer and old.parent_id else old
        named = tuple(answerers) or ((await self._answerer_of(caller, old),) if is_answer else ())
        source = Source(kind="retry-of", id=old.id, conversation_id=old.conversation_id)
        return await self._below(
            caller,
            parent,
            named,
            branch_id=branch_id,
            sources=(source,) if is_answer else (),
            act=act,
            asked=asked,
            client_id=client_id,
        )

    async def go_on(
        self,
        caller: Caller,
        message_id: str,
        answerer: Answerer | None = None,
        *,
        branch_id: str | None = None,
        client_id: str | None = None,
    ) -> Sent:
        """Have an answer that was ended early go on where it stopped, in a message below it.

        Raises: as ``send``; Conflict for a message that is no answer, or one in which nothing was said.
        """
        act = "message.continue"
        asked = {"message": message_id, "answerer": answerer, "branch": branch_id}
        if known := await sent_before(self._desk, caller, act=act, asked=asked, client_id=client_id):
            return known
        old = await self._message(caller, message_id)
        if old.role != "assistant":
            raise Conflict(problem="Only an answer can go on. Have this message answered instead.")
        if old.content is None or not old.content.parts:
            raise Conflict(problem="Nothing was said in this answer. Have it made again instead.")
        source = Source(kind="continues", id=old.id, conversation_id=old.conversation_id)
        return await self._below(
            caller,
            old,
            (answerer or await self._answerer_of(caller, old),),
            branch_id=branch_id,
            sources=(source,),
            act=act,
            asked=asked,
            client_id=client_id,
            mode="continue",
        )

    async def bridge(
        self,
        caller: Caller,
        conversation_id: str,
        other_branch_id: str,
        answerer: Answerer | None = None,
        *,
        branch_id: str | None = None,
        words: str | None = None,
        client_id: str | None = None,
    ) -> Sent:
        """Have a model write the message that brings another branch into one, with both as sources.

        ``branch_id`` goes on from it: the one that opens first, unless named. ``words`` are told to the
        model instead of the usual ones. Raises: as ``send``; Conflict for branches
        without messages, or the same one twice.
        """
        act = "branch.bridge"
        asked = {"branch": branch_id, "other": other_branch_id, "answerer": answerer, "words": words}
        if known := await sent_before(self._desk, caller, act=act, asked=asked, client_id=client_id):
            return known
        head, other = await self._heads(caller, conversation_id, branch_id, other_branch_id)
        sources = tuple(
            Source(kind="merge", id=one, conversation_id=conversation_id) for one in (head.id, other)
        )
        return await self._below(
            caller,
            head,
            () if answerer is None else (answerer,),
            branch_id=branch_id,
            sources=sources,
            act=act,
            asked=asked,
            client_id=client_id,
            mode="bridge",
            other_id=other,
            words=words,
        )

    # -- parts of acts ----------------------------------------------------------------------------
    async def _below(
        self,
        caller: Caller,
        parent: Message,
        answerers: Sequence[Answerer],
        *,
        branch_id: str | None,
        sources: tuple[Source, ...],
        act: str,
        asked: Any,
        client_id: str | None,
        **more: Any,
    ) -> Sent:
        """Begin answers to a message that is there."""
        scope, conversation_id = SpaceScope(caller.space_id), parent.conversation_id
        ready = await self._checker.answerers(caller, conversation_id, answerers, last_id=parent.id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            branch = opened(tx, scope, conversation_id, branch_id)
            about = [
                msgspec.structs.replace(data, sources=sources, **more)
                for data in turns_about(branch, parent, ready)
            ]
            started = self._beginner.begin(tx, caller, about, expected_head_id=branch.head_id)
            return _ids(branch.id, None, started)

        return await self._act(caller, do, act=act, asked=asked, client_id=client_id)

    def _place(
        self,
        tx: Transaction,
        scope: SpaceScope,
        conversation_id: str,
        place: Place,
        *,
        by: str | None,
        now_ms: int,
    ) -> tuple[Branch, str | None]:
        """Return the branch something is said on, and what it follows."""
        if place.parent_id is None:
            branch = opened(tx, scope, conversation_id, place.branch_id)
            return branch, branch.head_id
        parent = the_message(tx, scope, conversation_id, place.parent_id)
        if place.branch_id is not None:
            branch = the_branch(tx, scope, conversation_id, place.branch_id)
            if branch.head_id != parent.id:
                raise HeadMoved(branch=branch.id, head=branch.head_id)
            return branch, parent.id
        for branch in list_branches(tx, scope, conversation_id):
            if branch.head_id == parent.id:
                return branch, parent.id
        name = f"from {parent.id[-6:]}"
        made = new_branch(
            tx, scope, conversation_id, name=name, head_id=parent.id, created_by=by, now_ms=now_ms
        )
        return made, parent.id

    def _branch_for_edit(
        self,
        tx: Transaction,
        scope: SpaceScope,
        edited: Message,
        *,
        branch_id: str | None,
        name: str | None,
        by: str | None,
        now_ms: int,
    ) -> Branch:
        conversation_id, parent_id = edited.conversation_id, edited.parent_id
        if name is not None:
            return new_branch(
                tx, scope, conversation_id, name=check_name(name), head_id=parent_id, created_by=by,
                now_ms=now_ms,
            )  # fmt: skip
        branch = opened(tx, scope, conversation_id, branch_id)
        if branch.head_id != parent_id:
            move_head(tx, scope, branch, to=parent_id, kind="fork", created_by=by, now_ms=now_ms)
        return the_branch(tx, scope, conversation_id, branch.id)

    def _begun(
        self, tx: Transaction, caller: Caller, branch: Branch, message: Message, draft: Draft, *, now_ms: int
    ) -> Ids:
        scope = SpaceScope(caller.space_id)
        conversation = the_conversation(tx, scope, branch.conversation_id)
        if not conversation.title and conversation.title_by == "nobody":
            title = first_words(draft.parts)
            change_conversation(
                tx, scope, conversation.id, title=title, sources=[message.id], changed_at_ms=now_ms
            )
        answerers = draft.answerers if draft.wants_answer else ()
        about = turns_about(branch, message, answerers)
        started = self._beginner.begin(tx, caller, about, expected_head_id=message.id)
        return _ids(branch.id, message.id, started)

    def _queue(
        self, tx: Transaction, scope: SpaceScope, branch: Branch, draft: Draft, *, by: str | None, now_ms: int
    ) -> Ids:
        if len(store.queue_of_branch(tx, scope, branch.id)) >= MOST_QUEUED:
            raise QueueFull(limit=MOST_QUEUED)
        queued = store.new_queued(
            space_id=scope.space_id,
            created_by=by,
            conversation_id=branch.conversation_id,
            branch_id=branch.id,
            draft=draft,
            now_ms=now_ms,
        )
        store.insert_queued(tx, scope, queued)
        touch(tx, scope, branch.conversation_id, now_ms=now_ms)
        data = {"conversation": branch.conversation_id, "branch": branch.id}
        publish(tx, scope, Event(type="queue.added", subject=queued.id, data=data, created_by=by))
        return {**_ids(branch.id, queued.message_id, ()), "queued": queued.id}

    async def _act(
        self,
        caller: Caller,
        do: Callable[[Transaction, int], Ids],
        *,
        act: str,
        asked: Any,
        client_id: str | None,
    ) -> Sent:
        scope = SpaceScope(caller.space_id)
        return await self._desk.act(
            caller, do, lambda tx, made: sent_of(tx, scope, made), act=act, asked=asked, client_id=client_id
        )

    async def _last_of(self, caller: Caller, conversation_id: str, place: Place) -> str | None:
        """Return what something said at a place follows now."""
        scope = SpaceScope(caller.space_id)
        if place.parent_id is not None:
            return place.parent_id
        return await self._desk.storage.read(
            lambda tx: opened(tx, scope, conversation_id, place.branch_id).head_id
        )

    async def _message(self, caller: Caller, message_id: str) -> Message:
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: message_in_space(tx, scope, message_id))

    async def _answerer_of(self, caller: Caller, message: Message) -> Answerer:
        """Return who wrote an answer, as it may be asked again."""
        scope = SpaceScope(caller.space_id)
        known = await self._desk.storage.read(lambda tx: answers_of(tx, scope, [message.id]))
        answer = known.get(message.id)
        name = answer.model if answer is not None else message.author.id
        return Answerer(model=name or "")

    async def _heads(
        self, caller: Caller, conversation_id: str, branch_id: str | None, other_id: str
    ) -> tuple[Message, str]:
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> tuple[Message, str]:
            branch = opened(tx, scope, conversation_id, branch_id)
            other = the_branch(tx, scope, conversation_id, other_id)
            if branch.id == other.id:
                raise Conflict(problem="A branch cannot be merged with itself. Name another one.")
            if branch.head_id is None or other.head_id is None:
                raise Conflict(problem="One of the branches has no message yet. There is nothing to merge.")
            return the_message(tx, scope, conversation_id, branch.head_id), other.head_id

        return await self._desk.storage.read(read)


def _new_message(
    draft: Draft, by: str | None, *, role: Role = "user", sources: tuple[Source, ...] = ()
) -> NewMessage:
    return NewMessage(
        role=role,
        author=author_of(by),
        content=Content(parts=draft.parts),
        sources=(*sources, *draft.sources),
    )


def _ids(branch_id: str, message_id: str | None, started: Sequence[Started]) -> Ids:
    return {
        "branch": branch_id,
        "message": message_id,
        "answers": [msgspec.to_builtins(one) for one in started],
    }

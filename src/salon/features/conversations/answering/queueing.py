"""What waits for the end of an answer: seen, changed, put in order, sent now, dropped."""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.beginning import Beginner
from salon.features.conversations.answering.checking import Checker
from salon.features.conversations.answering.errors import QueueMoved
from salon.features.conversations.answering.models import Draft, Queued, QueueEnd, Sent, Turn
from salon.features.conversations.answering.seeing import sent_of, touch
from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.store.messages import get_message
from salon.features.conversations.tree.appending import turn_of
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import readable, the_branch, the_conversation
from salon.foundation.acts import Ids, made_before
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.runs import Runs
from salon.foundation.storage import Transaction

_EDIT: Final = "queue.edit"


class Queue:
    """The queues of conversations, one a branch."""

    def __init__(self, desk: Desk, beginner: Beginner, checker: Checker, runs: Runs) -> None:
        self._desk = desk
        self._beginner = beginner
        self._checker = checker
        self._runs = runs

    async def all(self, caller: Caller, conversation_id: str) -> list[Queued]:
        """Return what waits, branch by branch, the next one first. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> list[Queued]:
            the_conversation(tx, scope, conversation_id)
            return store.queue_of(tx, scope, conversation_id)

        return await self._desk.storage.read(read)

    async def turns(self, caller: Caller, conversation_id: str) -> list[Turn]:
        """Return the answers under way in a conversation. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> list[Turn]:
            the_conversation(tx, scope, conversation_id)
            return store.turns_of(tx, scope, conversation_id)

        return await self._desk.storage.read(read)

    async def edit(
        self,
        caller: Caller,
        queued_id: str,
        draft: Draft,
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> Queued:
        """Say something else instead of what waits; sent again, return what became of it.

        Raises: NotFound once it was sent, ChangedMeanwhile for another ``version``, what sending raises.
        """
        scope = SpaceScope(caller.space_id)
        asked = {"queued": queued_id, "draft": draft, "version": version}

        def look(tx: Transaction) -> tuple[Queued, str | None, bool]:
            if client_id is not None and (
                known := made_before(tx, caller, act=_EDIT, asked=asked, client_id=client_id)
            ):
                return _since(tx, scope, known), None, True
            found = the_queued(tx, scope, queued_id)
            return found, the_branch(tx, scope, found.conversation_id, found.branch_id).head_id, False

        old, last_id, is_made = await self._desk.storage.read(look)
        if is_made:
            return old
        ready = await self._checker.ready(caller, old.conversation_id, draft, last_id=last_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(old.conversation_id))
            present = the_queued(tx, scope, queued_id)
            if version is not None and present.version != version:
                raise ChangedMeanwhile(what="message in the queue", id=queued_id, version=present.version)
            changed = store.change_queued(
                tx, scope, present, now_ms=now_ms, problem=present.problem, draft=ready
            )
            if changed is None:
                raise QueueMoved(id=queued_id)
            self._told(tx, scope, changed, "queue.changed", by=author_id(caller), now_ms=now_ms)
            return _kept(changed)

        return await self._desk.act(
            caller, do, lambda tx, made: _since(tx, scope, made), act=_EDIT, asked=asked, client_id=client_id
        )

    async def reorder(
        self,
        caller: Caller,
        conversation_id: str,
        branch_id: str,
        order: Sequence[str],
        *,
        client_id: str | None = None,
    ) -> list[Queued]:
        """Put what waits on a branch in another order: ``order`` names all of it, the next one first.

        Raises: NotFound; QueueMoved when something else waits by now than is named.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            the_branch(tx, scope, conversation_id, branch_id)
            waiting = {one.id: one for one in store.queue_of_branch(tx, scope, branch_id)}
            if sorted(waiting) != sorted(order):
                raise QueueMoved(id=branch_id)
            for place, queued_id in enumerate(order, start=1):
                one = waiting[queued_id]
                store.change_queued(tx, scope, one, now_ms=now_ms, problem=one.problem, position=place)
            touch(tx, scope, conversation_id, now_ms=now_ms)
            data = {"conversation": conversation_id}
            publish(tx, scope, Event(type="queue.reordered", subject=branch_id, data=data))
            return {}

        def then(tx: Transaction, _: Ids) -> list[Queued]:
            return store.queue_of_branch(tx, scope, branch_id)

        asked = {"branch": branch_id, "order": list(order)}
        return await self._desk.act(caller, do, then, act="queue.reorder", asked=asked, client_id=client_id)

    async def send_now(self, caller: Caller, queued_id: str, *, client_id: str | None = None) -> Sent:
        """Send what waits before everything else: stop what is answered now, and keep its text.

        What else is held on the branch waits for the answer then. Raises: NotFound once it was sent.
        """
        scope, running = SpaceScope(caller.space_id), list[Turn]()

        def do(tx: Transaction, now_ms: int) -> Ids:
            queued = the_queued(tx, scope, queued_id)
            tx.take_turn(turn_of(queued.conversation_id))
            queued = the_queued(tx, scope, queued_id)
            branch = the_branch(tx, scope, queued.conversation_id, queued.branch_id)
            self._release(tx, scope, queued, now_ms=now_ms)
            running[:] = store.turns_of_branch(tx, scope, branch.id)
            ids: Ids = {"branch": branch.id, "message": queued.message_id, "answers": []}
            if running:
                return {**ids, "queued": queued.id, "stopped": [turn.run_id for turn in running]}
            started = self._beginner.send_queued(tx, scope, branch, queued)
            answers = [{"run_id": s.run_id, "message_id": s.message_id, "model": s.model} for s in started]
            return {**ids, "answers": answers}

        sent = await self._desk.act(
            caller,
            do,
            lambda tx, made: sent_of(tx, scope, made),
            act="queue.send-now",
            asked={"queued": queued_id},
            client_id=client_id,
        )
        for turn in running:
            await self._runs.stop(scope, turn.run_id)
        return sent

    async def drop(self, caller: Caller, queued_id: str, *, client_id: str | None = None) -> None:
        """Take something out of the queue unsent. Raises: NotFound once it was sent."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            queued = the_queued(tx, scope, queued_id)
            tx.take_turn(turn_of(queued.conversation_id))
            if not store.drop_queued(tx, scope, queued_id):
                raise QueueMoved(id=queued_id)
            self._told(tx, scope, queued, "queue.dropped", by=author_id(caller), now_ms=now_ms)
            return {"queued": queued_id}

        await self._desk.act(
            caller, do, lambda _, made: made, act="queue.drop", asked=queued_id, client_id=client_id
        )

    # -- parts of acts ----------------------------------------------------------------------------
    def _release(self, tx: Transaction, scope: SpaceScope, queued: Queued, *, now_ms: int) -> None:
        """Put one first, and let the others that are held wait for its answer."""
        first = min(one.position for one in store.queue_of_branch(tx, scope, queued.branch_id))
        for one in store.queue_of_branch(tx, scope, queued.branch_id):
            if one.id == queued.id:
                store.change_queued(tx, scope, one, now_ms=now_ms, status="next", position=first - 1)
            elif one.status != "waiting":
                store.change_queued(tx, scope, one, now_ms=now_ms, status="waiting")
        touch(tx, scope, queued.conversation_id, now_ms=now_ms)

    def _told(
        self,
        tx: Transaction,
        scope: SpaceScope,
        queued: Queued,
        kind: str,
        *,
        by: str | None,
        now_ms: int,
    ) -> None:
        touch(tx, scope, queued.conversation_id, now_ms=now_ms)
        data = {"conversation": queued.conversation_id, "branch": queued.branch_id}
        publish(tx, scope, Event(type=kind, subject=queued.id, data=data, created_by=by))


def the_queued(tx: Transaction, scope: SpaceScope, queued_id: str) -> Queued:
    """Return what waits under an id. Raises: NotFound once it was sent or dropped."""
    found = store.get_queued(tx, scope, queued_id)
    if found is None:
        raise NotFound(what="message in the queue", id=queued_id[:100])
    return found


def _kept(queued: Queued) -> Ids:
    """Return what an act keeps of what waits: all but what is said."""
    return {k: v for k, v in msgspec.structs.asdict(queued).items() if k not in {"draft", "problem"}}


def _since(tx: Transaction, scope: SpaceScope, kept: Ids) -> Queued:
    """Return what waits as it is now; once it was sent or dropped, that, and what its message says."""
    found = store.get_queued(tx, scope, kept["id"])
    if found is not None:
        return found
    message = get_message(tx, scope, kept["message_id"])
    content = None if message is None else readable(message).content
    end: QueueEnd = "dropped" if message is None else "sent"
    draft = Draft(parts=() if content is None else content.parts)
    values: Ids = {**kept, "status": end, "problem": None, "draft": draft}
    return Queued(**values)

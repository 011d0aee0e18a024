"""Answers begin: in the transaction that writes what they answer, or that ends the answer before."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.models import (
    RUN_KIND,
    Answerer,
    Queued,
    Started,
    Turn,
    TurnData,
    parted,
)
from salon.features.conversations.models import Author, Branch, Content, Message
from salon.features.conversations.naming import id_within
from salon.features.conversations.tree.appending import NewMessage, append
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.ids import KeyId, PersonId, SpaceId
from salon.foundation.runs import Run, Runs
from salon.foundation.storage import Transaction


class Takes(Protocol):
    """What works on a run once it is there."""

    def take(self, run: Run) -> None:
        """Begin the work of a run that was written."""
        ...


def caller_of(space_id: str, created_by: str | None) -> Caller:
    """Return in whose name work goes on that somebody began earlier."""
    is_key = created_by is not None and created_by.startswith("key_")
    return Caller(
        kind="system",
        space_id=SpaceId(space_id),
        key_id=KeyId(created_by) if is_key and created_by is not None else None,
        person_id=None if is_key or created_by is None else PersonId(created_by),
        via="internal",
    )


def author_of(created_by: str | None) -> Author:
    """Return the author of what a person or a key says."""
    return Author(kind="person", id=created_by)


class Beginner:
    """Begins answers inside transactions of others."""

    def __init__(self, runs: Runs, clock: Clock, taker: Callable[[], Takes]) -> None:
        """``taker`` gives what works on runs; asked for only when a transaction is through."""
        self._runs = runs
        self._clock = clock
        self._taker = taker

    def begin(
        self, tx: Transaction, caller: Caller, about: Sequence[TurnData], *, expected_head_id: str | None
    ) -> list[Started]:
        """Write runs for answers, and have them worked on once the transaction is through.

        The branch moves to the first of them that ends, if it is at ``expected_head_id`` still.
        """
        return [self._begin(tx, caller, data, expected_head_id=expected_head_id) for data in about]

    def send_queued(
        self, tx: Transaction, scope: SpaceScope, branch: Branch, queued: Queued
    ) -> list[Started]:
        """Say what waited, at the end of its branch, and begin its answers."""
        store.drop_queued(tx, scope, queued.id)
        caller = caller_of(queued.space_id, queued.created_by)
        new = NewMessage(
            id=queued.message_id,
            role="user",
            author=author_of(queued.created_by),
            content=Content(parts=queued.draft.parts),
            sources=queued.draft.sources,
        )
        appended = append(
            tx,
            scope,
            branch,
            [new],
            after=branch.head_id,
            created_by=queued.created_by,
            now_ms=self._clock.now_ms(),
        )
        data = {"conversation": queued.conversation_id, "branch": branch.id, "message": queued.message_id}
        publish(tx, scope, Event(type="queue.sent", subject=queued.id, data=data))
        about = turns_about(appended.branch, appended.messages[-1], queued.draft.answerers)
        return self.begin(tx, caller, about, expected_head_id=queued.message_id)

    def _begin(
        self, tx: Transaction, caller: Caller, data: TurnData, *, expected_head_id: str | None
    ) -> Started:
        told_by_run, said = parted(data)
        run = self._runs.draft(caller, RUN_KIND, msgspec.to_builtins(told_by_run))
        self._runs.insert(tx, run)
        turn = Turn(
            run_id=run.id,
            space_id=run.space_id,
            created_by=run.created_by,
            conversation_id=data.conversation_id,
            branch_id=data.branch_id,
            parent_id=data.parent_id,
            message_id=data.message_id,
            expected_head_id=expected_head_id,
            started_at_ms=run.started_at_ms,
        )
        scope = SpaceScope(caller.space_id)
        store.insert_turn(tx, scope, turn, said)
        told = {
            "conversation": data.conversation_id,
            "branch": data.branch_id,
            "parent": data.parent_id,
            "run": run.id,
            "model": data.model,
        }
        publish(tx, scope, Event(type="answer.started", subject=data.message_id, data=told))
        tx.after_commit(lambda: self._taker().take(run))
        return Started(run_id=run.id, message_id=data.message_id, model=data.model)


def turns_about(branch: Branch, parent: Message, answerers: Sequence[Answerer]) -> list[TurnData]:
    """Return what the runs of the answers to ``parent`` are about."""
    return [
        TurnData(
            conversation_id=branch.conversation_id,
            branch_id=branch.id,
            parent_id=parent.id,
            message_id=id_within(branch.conversation_id, "msg"),
            model=one.model,
            settings=one.settings,
        )
        for one in answerers
    ]

"""An answer ends: its message, the branch, how it came to be, and what waited for it, in one transaction."""

from typing import Any, Final

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.beginning import Beginner
from salon.features.conversations.answering.models import Queued, Started, Turn, TurnData
from salon.features.conversations.models import Answer, Author, Branch, Content, Message, Move
from salon.features.conversations.store.answers import insert_answer
from salon.features.conversations.store.conversations import change_branch, get_branch, insert_move
from salon.features.conversations.store.messages import get_message
from salon.features.conversations.tree.appending import (
    NewMessage,
    append,
    chain,
    fork_name,
    new_branch,
    turn_of,
    write_messages,
)
from salon.features.turns import TurnOutcome
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.runs import Runs
from salon.foundation.storage import Transaction

_GONE: Final = {
    "code": "erased",
    "message": "What was answered before it was erased. Send it now, or drop it.",
}


class Landed(msgspec.Struct, frozen=True, kw_only=True):
    """Where an answer came to stand."""

    message: Message
    branch_id: str
    started: tuple[Started, ...] = ()
    """Answers to what had waited."""


class Landing:
    """Writes answers. Every function runs inside a transaction in which its run cannot change hands."""

    def __init__(self, beginner: Beginner, runs: Runs, clock: Clock) -> None:
        self._beginner = beginner
        self._runs = runs
        self._clock = clock

    def land(self, tx: Transaction, turn: Turn, data: TurnData, outcome: TurnOutcome) -> Landed | None:
        """Write an answer; None when that was done before, or when what it answers was erased meanwhile."""
        tx.take_turn(turn_of(turn.conversation_id))
        scope, now_ms = SpaceScope(SpaceId(turn.space_id)), self._clock.now_ms()
        if not store.drop_turn(tx, scope, turn.run_id):
            return None
        parent = get_message(tx, scope, turn.parent_id)
        branch = get_branch(tx, scope, turn.branch_id)
        if parent is None or branch is None or parent.content is None:
            self.forget(tx, turn)
            self._hold(tx, turn, _GONE)
            return None
        new = _message_of(turn, data, outcome)
        message, there = self._place(tx, branch, parent, turn, new)
        insert_answer(tx, scope, _answer_of(turn, data, outcome, now_ms=now_ms))
        told = {
            "conversation": turn.conversation_id,
            "branch": there.id,
            "run": turn.run_id,
            "status": outcome.status,
        }
        publish(tx, scope, Event(type="answer.ended", subject=message.id, data=told))
        started = self._go_on(tx, scope, turn, outcome, now_ms=now_ms)
        return Landed(message=message, branch_id=there.id, started=tuple(started))

    def give_up(self, tx: Transaction, turn: Turn, why: dict[str, Any]) -> None:
        """Say that an answer cannot be written, and let what waits for it go on waiting."""
        tx.take_turn(turn_of(turn.conversation_id))
        if store.drop_turn(tx, SpaceScope(SpaceId(turn.space_id)), turn.run_id):
            self._hold(tx, turn, why)

    def _hold(self, tx: Transaction, turn: Turn, why: dict[str, Any]) -> None:
        scope = SpaceScope(SpaceId(turn.space_id))
        waiting = store.queue_of_branch(tx, scope, turn.branch_id)
        if not store.turns_of_branch(tx, scope, turn.branch_id):
            hold(tx, scope, waiting, why, now_ms=self._clock.now_ms())

    def forget(self, tx: Transaction, turn: Turn) -> None:
        """Drop what an answer said whose question was erased meanwhile."""
        scope = SpaceScope(SpaceId(turn.space_id))
        if get_message(tx, scope, turn.message_id) is None:
            self._runs.forget(tx, scope, [turn.run_id])

    def _place(
        self, tx: Transaction, branch: Branch, parent: Message, turn: Turn, new: NewMessage
    ) -> tuple[Message, Branch]:
        """Append an answer, or put it beside what is there; where the branch is elsewhere, on a new one."""
        scope, now_ms = SpaceScope(SpaceId(turn.space_id)), self._clock.now_ms()
        if branch.deleted_at_ms is None and branch.head_id == parent.id:
            appended = append(
                tx, scope, branch, [new], after=parent.id, created_by=turn.created_by, now_ms=now_ms
            )
            return appended.messages[0], appended.branch
        built = chain(scope, turn.conversation_id, parent, [new], created_by=turn.created_by, now_ms=now_ms)
        write_messages(tx, scope, turn.conversation_id, built, [new], now_ms=now_ms)
        message = built[0]
        if branch.deleted_at_ms is None and branch.head_id == turn.expected_head_id:
            return message, self._switch(tx, scope, branch, message, turn, now_ms=now_ms)
        name = fork_name(branch.name, message)
        return message, new_branch(
            tx,
            scope,
            turn.conversation_id,
            name=name,
            head_id=message.id,
            created_by=turn.created_by,
            now_ms=now_ms,
        )

    def _switch(
        self, tx: Transaction, scope: SpaceScope, branch: Branch, message: Message, turn: Turn, *, now_ms: int
    ) -> Branch:
        change_branch(tx, scope, branch.id, head_id=message.id, changed_at_ms=now_ms)
        move = Move(
            id=new_id("mov"),
            space_id=turn.space_id,
            created_by=turn.created_by,
            conversation_id=turn.conversation_id,
            branch_id=branch.id,
            kind="switch",
            from_id=branch.head_id,
            to_id=message.id,
            created_at_ms=now_ms,
        )
        insert_move(tx, scope, move)
        data = {"conversation": turn.conversation_id, "head": message.id}
        publish(tx, scope, Event(type="branch.moved", subject=branch.id, data=data))
        return msgspec.structs.replace(branch, head_id=message.id)

    def _go_on(
        self, tx: Transaction, scope: SpaceScope, turn: Turn, outcome: TurnOutcome, *, now_ms: int
    ) -> list[Started]:
        """Send what waited for this answer, or say why it goes on waiting."""
        waiting = store.queue_of_branch(tx, scope, turn.branch_id)
        if not waiting or store.turns_of_branch(tx, scope, turn.branch_id):
            return []
        following = following_of(waiting, is_well=outcome.status == "complete")
        branch = get_branch(tx, scope, turn.branch_id)
        if following is None or branch is None or branch.deleted_at_ms is not None:
            hold(tx, scope, waiting, why_of(outcome), now_ms=now_ms)
            return []
        return self._beginner.send_queued(tx, scope, branch, following)


def following_of(waiting: list[Queued], *, is_well: bool) -> Queued | None:
    """Return what is sent when an answer has ended well, or not."""
    asked_for = next((one for one in waiting if one.status == "next"), None)
    if asked_for is not None:
        return asked_for
    return next((one for one in waiting if one.status == "waiting"), None) if is_well else None


def hold(
    tx: Transaction, scope: SpaceScope, waiting: list[Queued], why: dict[str, Any], *, now_ms: int
) -> None:
    """Let what waits go on waiting until somebody says otherwise, and say why."""
    held = [one for one in waiting if one.status == "waiting"]
    for one in held:
        store.change_queued(tx, scope, one, now_ms=now_ms, status="held", problem=why)
    if held:
        first = held[0]
        data = {"conversation": first.conversation_id, "count": len(held), "code": why["code"]}
        publish(tx, scope, Event(type="queue.held", subject=first.branch_id, data=data))


def why_of(outcome: TurnOutcome) -> dict[str, Any]:
    """Return why what waits for an answer was not sent."""
    if outcome.status == "complete":
        return {"code": "waiting", "message": "It is sent when somebody says so."}
    if outcome.error is not None:
        error = outcome.error.get("error", outcome.error)
        return {"code": error.get("code", "failed"), "message": error.get("message", "")}
    return {
        "code": "interrupted",
        "message": "The answer before it was ended early. Send it now, or drop it.",
    }


def _message_of(turn: Turn, data: TurnData, outcome: TurnOutcome) -> NewMessage:
    route = next((step.route for step in reversed(outcome.steps) if step.route), None)
    return NewMessage(
        id=turn.message_id,
        role="assistant",
        author=Author(kind="model", id=route or data.model, name=data.model),
        content=Content(parts=outcome.parts),
        status=outcome.status,
        sources=data.sources,
        tokens=_written(outcome),
        run_id=turn.run_id,
    )


def _written(outcome: TurnOutcome) -> int | None:
    """Return what the answer takes in a prompt, where its provider has counted it."""
    usages = [step.usage for step in outcome.steps]
    if len(usages) != 1 or usages[0] is None or outcome.status != "complete":
        return None
    return usages[0].output_tokens - usages[0].reasoning_tokens or None


def _answer_of(turn: Turn, data: TurnData, outcome: TurnOutcome, *, now_ms: int) -> Answer:
    steps = outcome.steps
    usages = [step.usage for step in steps if step.usage is not None]
    costs = [step.cost_e10 for step in steps]
    asked = {
        "asked": msgspec.to_builtins(outcome.asked),
        "context": msgspec.to_builtins(outcome.context),
        "mode": data.mode,
        "error": outcome.error,
    }
    return Answer(
        message_id=turn.message_id,
        conversation_id=turn.conversation_id,
        run_id=turn.run_id,
        model=data.model,
        route=next((step.route for step in reversed(steps) if step.route), None),
        finish=None if outcome.finish is None else outcome.finish.reason,
        asked=asked,
        steps=tuple(msgspec.to_builtins(step) for step in steps),
        input_tokens=sum(one.input_tokens for one in usages) if usages else None,
        output_tokens=sum(one.output_tokens for one in usages) if usages else None,
        cost_e10=sum(cost for cost in costs if cost is not None)
        if any(c is not None for c in costs)
        else None,
        currency=next((step.currency for step in steps if step.cost_e10 is not None), None),
        started_at_ms=turn.started_at_ms,
        first_token_at_ms=next((step.first_token_at_ms for step in steps if step.first_token_at_ms), None),
        ended_at_ms=now_ms,
    )

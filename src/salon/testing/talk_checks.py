"""What is held against a talk that was cut off: what was told to it, and what is there afterwards."""

from collections import Counter
from typing import Any

from salon.features.conversations.answering.models import Draft
from salon.features.conversations.models import Message
from salon.foundation.messages import TextPart
from salon.testing.lives import of
from salon.testing.load import until_async
from salon.testing.talking import ANN, Talking, said, text_of

Told = list[list[Any]]


async def everything(scene: Talking, talk: str) -> list[Message]:
    """Return all messages of a conversation."""
    found: list[Message] = []
    cursor: str | None = None
    while True:
        page = await scene.tree.messages.all(ANN, talk, cursor=cursor)
        found += [view.message for view in page.items]
        if page.next is None:
            return found
        cursor = page.next


async def go_on(scene: Talking, talk: str, told: Told) -> None:
    """Wait for the recovery, and send again what was never acknowledged."""

    async def is_over() -> bool:
        running = any(run.status == "running" for run in await scene.runs.list(scene.scope, limit=200))
        return not running and not await scene.answering.queue.turns(ANN, talk)

    await until_async(is_over, what="the recovery of every answer")
    acked = {name for _, name, _ in of(told, "ack")}
    for kind, name, text in of(told, "try"):
        if kind == "send" and name not in acked:
            await scene.answering.sending.send(ANN, talk, said(text), client_id=name)
    await until_async(is_over, what="the end of what was sent again")


async def check(scene: Talking, talk: str, told: Told) -> tuple[int, int]:
    """Hold what is there against what was told.

    Return how many answers were interrupted, and the time of text that was lost in nanoseconds.
    """
    messages = {one.id: one for one in await everything(scene, talk)}
    waiting = await scene.answering.queue.all(ANN, talk)
    there = messages.keys() | {one.message_id for one in waiting}
    dropped = {name for (name,) in of(told, "drops")}
    lost = [kept for _, _, kept in of(told, "ack") if kept and kept not in there | dropped]
    assert lost == [], f"acknowledged and lost: {lost}"
    names = Counter(text_of(one).split()[0] for one in messages.values() if one.role == "user")
    names.update(_words(one.draft).split()[0] for one in waiting)
    twice = [name for name, count in names.items() if count > 1]
    assert twice == [], f"said twice: {twice}"
    for one in messages.values():
        assert one.parent_id is None or messages[one.parent_id].depth == one.depth - 1, one
    view = await scene.tree.conversations.get(ANN, talk)
    assert view.conversation.messages == len(messages), (view.conversation, len(messages))
    assert all(branch.head_id is None or branch.head_id in messages for branch in view.branches), view
    interrupted = sum(one.status == "interrupted" for one in messages.values())
    return interrupted, lost_ns(messages, told)


def lost_ns(messages: dict[str, Message], told: Told) -> int:
    """Return how long before the end the oldest text was seen that no answer has."""
    by_run = {one.run_id: len(text_of(one)) for one in messages.values() if one.run_id}
    ends = of(told, "dying")
    end_ns = ends[0][0] if ends else 0
    lost = [end_ns - at_ns for run, chars, at_ns in of(told, "seen") if by_run.get(run, 0) < chars]
    return max(lost, default=0)


def _words(draft: Draft) -> str:
    return "".join(part.text for part in draft.parts if isinstance(part, TextPart))

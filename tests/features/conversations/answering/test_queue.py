"""What is said while an answer is made waits: sent once, in its order, and never after a failure unseen."""

import asyncio

import pytest

from salon.features.conversations.answering.errors import QueueFull, QueueMoved
from salon.features.conversations.answering.models import MOST_QUEUED, Queued
from salon.features.conversations.errors import ChangedMeanwhile
from salon.foundation.acts import ActDiffers
from salon.foundation.kit.errors import NotFound
from salon.testing.load import until_async
from salon.testing.talking import ANN, BOB, said, text_of

SLOW = "Slow {{fake tokens=400;rate=200}}"
BRIEF = "Brief {{fake tokens=20;rate=40}}"


async def waiting(scene, first: str, *texts: str):
    """Let Ann say something that takes long, and more meanwhile; return conversation, answer and queue."""
    one, _ = await scene.conversation()
    sent = await scene.send(one, first)
    queued = [(await scene.send(one, text)).queued for text in texts]
    assert all(queued)
    return one, sent, queued


def test_what_waits_is_sent_in_its_order_when_the_answer_has_ended(talk) -> None:
    async def acts(scene) -> None:
        one, _, queued = await waiting(scene, BRIEF, "A {{fake tokens=1}}", "B {{fake tokens=1}}")
        assert [each.position for each in queued] == [1, 2]
        await scene.until_idle(one)
        path = await scene.path(one)
        assert [text_of(message).split()[0] for message in path[::2]] == ["Brief", "A", "B"]
        assert [message.id for message in path[2::2]] == [each.message_id for each in queued]
        assert await scene.answering.queue.all(ANN, one) == []

    talk(acts)


def test_it_is_sent_once_by_whichever_process(talk) -> None:
    async def acts(scene) -> None:
        await scene.open()
        one, _ = await scene.conversation()
        await scene.send(one, BRIEF)
        sends = [
            each.answering.sending.send(ANN, one, said(f"N{n} {{{{fake tokens=1}}}}"), client_id=f"n{n}")
            for n in range(6)
            for each in scene.processes
        ]
        await asyncio.gather(*sends)
        await scene.until_idle(one)
        path = await scene.path(one)
        firsts = sorted(text_of(message).split()[0] for message in path[2::2])
        assert firsts == [f"N{n}" for n in range(6)]
        assert scene.fake.journal.counts["requests"] == 7

    talk(acts)


def test_after_a_failure_or_a_stop_the_queue_waits_and_says_why(talk) -> None:
    async def acts(scene) -> None:
        one, sent, queued = await waiting(scene, "X {{fake delay=0.5;fault=401}}", "A {{fake tokens=1}}")
        await scene.ended(sent)
        (held,) = await scene.answering.queue.all(ANN, one)
        assert (held.status, held.problem["code"]) == ("held", "upstream_auth")
        done = await scene.answering.queue.send_now(ANN, held.id)
        assert done.message is not None
        assert done.message.id == queued[0].message_id
        await scene.until_idle(one)
        assert len(await scene.path(one)) == 4
        again = await scene.send(one, SLOW)
        await scene.send(one, "B {{fake tokens=1}}")
        await scene.runs.stop(scene.scope, again.answers[0].run_id)
        await scene.until_idle(one)
        (held,) = await scene.answering.queue.all(ANN, one)
        assert held.problem["code"] == "interrupted"

    talk(acts)


def test_sent_now_it_stops_what_runs_and_keeps_its_text(talk) -> None:
    async def acts(scene) -> None:
        one, sent, (first, second) = await waiting(scene, SLOW, "A {{fake tokens=1}}", "B {{fake tokens=1}}")
        await scene.streaming(sent.answers[0].run_id)
        done = await scene.answering.queue.send_now(ANN, second.id, client_id="now")
        assert done.queued is not None
        await scene.until_idle(one)
        path = await scene.path(one)
        assert [text_of(message).split()[0] for message in path[::2]] == ["Slow", "B", "A"]
        assert (path[1].status, text_of(path[1])[:4]) == ("interrupted", "tok ")
        again = await scene.answering.queue.send_now(ANN, second.id, client_id="now")
        assert (again.queued, again.message.id) == (None, second.message_id)
        with pytest.raises(NotFound):
            await scene.answering.queue.send_now(ANN, first.id)

    talk(acts)


def test_what_waits_is_changed_put_in_order_and_dropped(talk) -> None:
    async def acts(scene) -> None:
        one, sent, (first, second, third) = await waiting(scene, SLOW, "A", "B", "C")
        queue = scene.answering.queue
        changed = await queue.edit(ANN, first.id, said("A2 {{fake tokens=1}}"), version=first.version)
        with pytest.raises(ChangedMeanwhile):
            await queue.edit(ANN, first.id, said("A3"), version=first.version)
        await queue.drop(ANN, third.id, client_id="drop")
        await queue.drop(ANN, third.id, client_id="drop")
        with pytest.raises(QueueMoved):
            await queue.reorder(ANN, one, first.branch_id, [first.id])
        order = await queue.reorder(ANN, one, first.branch_id, [second.id, first.id])
        assert [each.id for each in order] == [second.id, first.id]
        assert text_of_draft(order[1]) == "A2 {{fake tokens=1}}"
        assert order[1].message_id == changed.message_id
        for act in (
            queue.edit(BOB, first.id, said("x")),
            queue.drop(BOB, first.id),
            queue.send_now(BOB, first.id),
        ):
            with pytest.raises(NotFound):
                await act
        await queue.drop(ANN, second.id)
        await scene.runs.stop(scene.scope, sent.answers[0].run_id)

    talk(acts)


def test_a_change_that_is_sent_again_is_told_what_became_of_it(talk) -> None:
    async def acts(scene) -> None:
        one, _, (first, second) = await waiting(scene, SLOW, "A", "B")
        queue, text = scene.answering.queue, "A2 {{fake tokens=1}}"

        async def changed(each) -> Queued:
            return await queue.edit(ANN, each.id, said(text), version=each.version, client_id=each.id)

        assert await changed(first) == await changed(first)
        await changed(second)
        await queue.drop(ANN, second.id)
        await queue.send_now(ANN, first.id)
        await scene.until_idle(one)
        sent, dropped = await changed(first), await changed(second)
        assert (sent.status, sent.message_id, text_of_draft(sent)) == ("sent", first.message_id, text)
        assert (dropped.status, dropped.draft.parts) == ("dropped", ())
        with pytest.raises(ActDiffers):
            await queue.edit(ANN, first.id, said("Other"), client_id=first.id)
        with pytest.raises(NotFound):
            await queue.edit(ANN, first.id, said("Late"), client_id="late")
        await scene.tree.deletion.message(ANN, one, sent.message_id, "erase")
        assert (await changed(first)).draft.parts == ()

    talk(acts)


def test_a_queue_outlives_the_process_that_sends_it(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        dying = await scene.open(lease_s=0.5)
        sent = await dying.answering.sending.send(ANN, one, said(SLOW))
        await scene.streaming(sent.answers[0].run_id)
        kept = await scene.send(one, "A {{fake tokens=1}}")
        await scene.kill(dying)

        async def is_held() -> bool:
            return [each.status for each in await scene.answering.queue.all(ANN, one)] == ["held"]

        await until_async(is_held, what="the recovery")
        await scene.answering.queue.send_now(ANN, kept.queued.id)
        await scene.until_idle(one)
        assert [message.status for message in await scene.path(one)] == [
            "complete", "interrupted", "complete", "complete",
        ]  # fmt: skip

    talk(acts)


def test_a_queue_has_an_end(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        sent = await scene.send(one, "{{fake tokens=400;rate=2}}")
        await asyncio.gather(*(scene.send(one, f"{n}") for n in range(MOST_QUEUED)))
        with pytest.raises(QueueFull):
            await scene.send(one, "One more")
        await scene.runs.stop(scene.scope, sent.answers[0].run_id)

    talk(acts)


def text_of_draft(queued) -> str:
    return queued.draft.parts[0].text

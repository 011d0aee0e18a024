"""An answer outlives its process: what was said becomes a message, once, whoever finds it."""

import asyncio

from salon.features.conversations.answering.models import RUN_KIND
from salon.features.conversations.tree.appending import MOST_MESSAGE_BYTES
from salon.foundation.kit.caller import SystemScope
from salon.foundation.runs import Runs
from salon.testing.fake_provider import Plan
from salon.testing.load import until_async
from salon.testing.talking import ANN, People, Process, Talking, said, text_of

SLOW = "Much {{fake tokens=400;rate=200}}"


async def left_running(scene: Talking, *, text: str = SLOW) -> tuple[str, str, str]:
    """Let a process die in the midst of an answer; return conversation, run and what was durable."""
    one, _ = await scene.conversation()
    dying = await scene.open(lease_s=0.5)
    sent = await dying.answering.sending.send(ANN, one, said(text))
    run_id = sent.answers[0].run_id
    events = await scene.streaming(run_id)
    await scene.kill(dying)
    durable = "".join(one.data()["text"] for one in events if one.type == "text-delta")
    return one, run_id, durable


async def over(scene: Talking, run_id: str) -> str:
    async def is_over() -> bool:
        return (await scene.runs.get(scene.scope, run_id)).status != "running"

    await until_async(is_over, what="the end of the run")
    return (await scene.runs.get(scene.scope, run_id)).status


def test_what_a_dead_process_had_said_becomes_a_message(talk) -> None:
    async def acts(scene) -> None:
        one, run_id, durable = await left_running(scene)
        assert await over(scene, run_id) == "interrupted"
        path = await scene.path(one)
        assert [message.status for message in path] == ["complete", "interrupted"]
        assert text_of(path[1]).startswith(durable)
        assert await scene.answering.queue.turns(ANN, one) == []
        more = await scene.answering.sending.go_on(ANN, path[1].id)
        await scene.runs.stop(scene.scope, more.answers[0].run_id)
        await scene.ended(more)
        assert len(await scene.path(one)) == 3

    talk(acts)


def test_several_processes_that_find_it_write_one_message(talk) -> None:
    async def acts(scene) -> None:
        for _ in range(3):
            await scene.open(lease_s=0.5)
        one, run_id, _ = await left_running(scene)
        assert await over(scene, run_id) == "interrupted"
        await asyncio.gather(*(each.answering.workshop.settle(older_than_ms=0) for each in scene.processes))
        assert len(await scene.path(one)) == 2
        view = await scene.tree.conversations.get(ANN, one)
        assert (view.conversation.messages, len(view.branches)) == (2, 1)

    talk(acts)


def test_only_the_end_is_missing_of_an_answer_that_was_written(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        sent = await scene.send(one, "Hi {{fake tokens=2}}")
        (run,) = await scene.ended(sent)
        # As if the process had ended between its last two writes.
        again = scene.runs.draft(ANN, RUN_KIND, run.data)
        await scene.processes[0].storage.write(lambda tx: scene.runs.insert(tx, again))
        handle = scene.runs.own(again)
        await scene.answering.workshop.resume(handle)
        assert handle.has_ended
        assert (await scene.runs.get(scene.scope, again.id)).status == "done"
        assert len(await scene.path(one)) == 2

    talk(acts)


def test_an_answer_whose_run_was_ended_by_others_is_written(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        dying = await scene.open()
        sent = await dying.answering.sending.send(ANN, one, said(SLOW))
        await scene.streaming(sent.answers[0].run_id)
        await scene.kill(dying)
        stranger = Runs(scene.bench.storage, clock=scene.bench.clock)  # knows nothing of answers
        scope = SystemScope("runs: test")
        run = await stranger.get(scope, sent.answers[0].run_id)
        handle = await stranger.take_over(run)
        assert handle is not None
        await handle.end("interrupted", {"reason": "process gone"})
        assert len(await scene.path(one)) == 1
        assert await scene.answering.workshop.settle(older_than_ms=0) == 1
        path = await scene.path(one)
        assert (path[1].status, text_of(path[1])[:4]) == ("interrupted", "tok ")
        assert await scene.answering.workshop.settle(older_than_ms=0) == 0

    talk(acts)


def test_a_process_that_ends_well_keeps_what_was_said(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        leaving = await scene.open()
        sent = await leaving.answering.sending.send(ANN, one, said(SLOW))
        await scene.streaming(sent.answers[0].run_id)
        scene.processes.remove(leaving)
        await leaving.close()
        run = await scene.runs.get(scene.scope, sent.answers[0].run_id)
        path = await scene.path(one)
        assert (run.status, path[1].status) == ("interrupted", "interrupted")
        assert text_of(path[1]).startswith("tok ")

    talk(acts)


def test_one_who_owns_the_file_alone_goes_on_at_once(talk) -> None:
    async def acts(scene) -> None:
        one, run_id, _ = await left_running(scene)
        alone = Process(scene.bench, People())
        scene.processes.append(alone)
        await alone.start(is_alone=True)
        assert await over(scene, run_id) == "interrupted"
        assert len(await scene.path(one)) == 2

    talk(acts)


def test_an_answer_of_somebody_who_may_not_ask_any_more_fails(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        first = await scene.send(one, SLOW)
        queued = await scene.send(one, "Later {{fake tokens=1}}")
        assert queued.queued is not None
        await scene.streaming(first.answers[0].run_id)
        scene.people.gone.add("per_ann")
        await scene.answering.queue.send_now(ANN, queued.queued.id)
        await scene.until_idle(one)
        path = await scene.path(one)
        assert [message.status for message in path] == ["complete", "interrupted", "complete", "failed"]
        found = await scene.answering.exact.request(ANN, path[-1].id)
        assert found.error["error"]["code"] == "not_signed_in"

    talk(acts)


def test_a_provider_that_breaks_off_leaves_what_it_said(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        broken = await scene.send(one, "Hi {{fake tokens=40;fault=reset:mid-stream}}")
        (run,) = await scene.ended(broken)
        path = await scene.path(one)
        assert (run.status, path[1].status) == ("failed", "interrupted")
        assert text_of(path[1])
        refused = await scene.send(one, "Hi {{fake fault=401}}")
        (run,) = await scene.ended(refused)
        assert run.status == "failed"
        assert (await scene.path(one))[-1].status == "failed"

    talk(acts)


def test_an_answer_over_the_limit_of_a_message_is_cut_and_says_so(talk) -> None:
    async def acts(scene) -> None:
        scene.fake.choose = lambda exchange, asked: Plan(text="x" * 4_300_000, piece=10_000, delay_s=0.3)
        one, _ = await scene.conversation()
        sent = await scene.send(one, "Write a book")
        queued = (await scene.send(one, "And another")).queued
        (run,) = await scene.ended(sent)
        _, answer = await scene.path(one)
        assert (run.status, answer.status) == ("failed", "interrupted")
        assert MOST_MESSAGE_BYTES - 1000 < answer.size_bytes <= MOST_MESSAGE_BYTES
        assert text_of(answer).startswith("x" * 4_000_000)
        assert "of 4,300,000 characters are left out here" in text_of(answer)
        found = await scene.answering.exact.request(ANN, answer.id)
        assert found.error["error"]["code"] == "answer_too_large"
        assert await scene.answering.queue.turns(ANN, one) == []
        (held,) = await scene.answering.queue.all(ANN, one)
        assert (held.id, held.status, held.problem["code"]) == (queued.id, "held", "answer_too_large")

    talk(acts)


def test_what_an_answer_said_that_cannot_be_written_stays_in_its_log(talk) -> None:
    async def words(scene, run_id: str) -> str:
        await scene.runs.compact(before_ms=2**50)
        events = await scene.runs.events(scene.scope, run_id)
        return "".join(each.data()["text"] for each in events if each.type == "text-delta")

    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        dying = await scene.open()
        sent = await dying.answering.sending.send(ANN, one, said(SLOW))
        run_id = sent.answers[0].run_id
        await scene.streaming(run_id)
        queued = (await scene.send(one, "And another")).queued
        await scene.kill(dying)
        newer = Runs(scene.bench.storage, clock=scene.bench.clock)  # writes what this release cannot read
        handle = await newer.take_over(await newer.get(scene.scope, run_id))
        handle.append("step-end", {"kind": "of another release"})
        await handle.flush()
        await newer.let_go(handle)
        assert await over(scene, run_id) == "failed"
        (held,) = await scene.answering.queue.all(ANN, one)
        assert (held.id, held.status, held.problem["code"]) == (queued.id, "held", "internal")
        (question,) = await scene.path(one)
        assert (await words(scene, run_id)).startswith("tok ")
        await scene.tree.deletion.message(ANN, one, question.id, "erase")
        assert await words(scene, run_id) == ""

    talk(acts)

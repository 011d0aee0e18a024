"""What is erased is erased from the queue, from the logs of runs, and from answers that are still made."""

from salon.features.conversations.answering.replaying import Change
from salon.features.conversations.answering.store import get_queued
from salon.testing.talking import ANN

SLOW = "Slow {{fake tokens=400;rate=200}}"


async def said_in(scene, run_id: str) -> list[str]:
    return [event.type for event in await scene.runs.events(scene.scope, run_id)]


def test_a_run_says_nothing_of_an_answer_that_was_erased(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        first = await scene.send(one, "A {{fake tokens=2}}")
        await scene.ended(first)
        second = await scene.send(one, "B {{fake tokens=2}}")
        await scene.ended(second)
        answer = first.answers[0]
        await scene.tree.deletion.message(ANN, one, answer.message_id, "erase")
        assert await said_in(scene, answer.run_id) == ["end"]
        assert len(await said_in(scene, second.answers[0].run_id)) > 3

    talk(acts)


def test_first_words_are_no_title_any_more_when_they_are_erased(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation(titles=False)
        sent = await scene.send(one, "A secret {{fake tokens=1}}")
        await scene.ended(sent)
        titled = (await scene.tree.conversations.get(ANN, one)).conversation
        assert (titled.title[:8], titled.sources) == ("A secret", (sent.message.id,))
        await scene.tree.deletion.message(ANN, one, sent.message.id, "erase")
        left = (await scene.tree.conversations.get(ANN, one)).conversation
        assert (left.title, left.title_by, left.sources) == ("", "nobody", ())
        next_sent = await scene.send(one, "New words {{fake tokens=1}}")
        await scene.ended(next_sent)
        assert (await scene.tree.conversations.get(ANN, one)).conversation.sources == (next_sent.message.id,)

    talk(acts)


def test_what_waits_is_erased_with_its_conversation(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        sent = await scene.send(one, SLOW)
        await scene.streaming(sent.answers[0].run_id)
        queued = (await scene.send(one, "A secret")).queued
        await scene.tree.deletion.conversation(ANN, one, "erase")
        await scene.runs.stop(scene.scope, sent.answers[0].run_id)
        (run,) = await scene.ended(sent)
        assert await said_in(scene, run.id) == ["end"]
        left = await scene.bench.storage.read(lambda tx: get_queued(tx, scene.scope, queued.id))
        assert left is None

    talk(acts)


def test_what_would_be_said_again_is_not(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        for text in (SLOW.replace("400", "2"), "B {{fake tokens=1}}", "C {{fake tokens=1}}"):
            await scene.ended(await scene.send(one, text))
        path = await scene.path(one)
        await scene.answering.settings.change(ANN, one, {"titles": False})
        slow = scene.fake.journal.counts["requests"]
        change = Change(message_id=path[0].id, model="openai/other")
        scene.fake.script(["tokens=400;rate=200"])
        sent = await scene.answering.replaying.what_if(ANN, one, change)
        await scene.streaming(sent.answers[0].run_id)
        await scene.tree.deletion.message(ANN, one, path[2].id, "erase")
        waiting = await scene.answering.queue.all(ANN, one)
        assert [each.draft.sources[0].id for each in waiting] == [path[4].id]
        await scene.runs.stop(scene.scope, sent.answers[0].run_id)
        await scene.until_idle(one)
        assert scene.fake.journal.counts["requests"] == slow + 1

    talk(acts)

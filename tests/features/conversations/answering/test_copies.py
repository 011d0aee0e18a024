"""A copied answer is the same answer: its exact request can be read there, and says nothing that was erased."""

import json

import pytest
from sqlalchemy import select

from salon.features.conversations.answering.sending import Place
from salon.features.conversations.tables import answers
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import statement
from salon.testing.fake_provider import Plan
from salon.testing.talking import ANN, text_of

_ASKED = statement(select(answers.c.asked).where(answers.c.asked.is_not(None)))


async def request_of(scene, message_id: str):
    return await scene.answering.exact.request(ANN, message_id)


def steps_of(found) -> list:
    """Return what was asked and what came of it; the attempts are in the ledger a moment later."""
    return [(one.step, one.request) for one in found.steps]


async def copied(scene, conversation_id: str, **how: object) -> list:
    """Copy a conversation; return what the copy shows."""
    view = await scene.tree.copying.copy(ANN, conversation_id, **how)
    return [view.message for view in (await scene.tree.messages.page(ANN, view.conversation.id)).items]


async def requests_with(scene, words: bytes) -> int:
    rows = await scene.bench.storage.read(lambda tx: tx.all(_ASKED))
    return sum(words in bytes(row[0]) for row in rows)


async def talked(scene) -> tuple[str, list]:
    one, _ = await scene.conversation(parameters={"temperature": 0.5})
    for text in ("First {{fake tokens=2}}", "Second {{fake tokens=3}}"):
        await scene.ended(await scene.send(one, text))
    return one, await scene.path(one)


def test_the_exact_request_of_a_copied_answer_can_be_read(talk) -> None:
    async def acts(scene) -> None:
        one, path = await talked(scene)
        there = await copied(scene, one)
        asked = await request_of(scene, path[3].id)
        again = await request_of(scene, there[3].id)
        assert steps_of(again) == steps_of(asked)
        assert again.steps[0].attempts
        assert (again.context["messages"], again.answer.route) == (asked.context["messages"], "openai/fake")
        assert again.answer.run_id is None
        sent = again.answer.asked["asked"]["prompts"][0]["sent"]
        assert [each["id"] for each in sent] == [message.id for message in there[:3]]
        views = [
            await scene.tree.messages.get(ANN, each.conversation_id, each.id) for each in (path[3], there[3])
        ]
        assert views[0].usage == views[1].usage
        assert views[0].usage is not None

    talk(acts)


def test_what_was_erased_is_in_no_request_of_a_copy(talk) -> None:
    async def acts(scene) -> None:
        one, path = await talked(scene)
        whole, end = await copied(scene, one), await copied(scene, one, first_id=path[2].id)
        assert (await request_of(scene, end[1].id)).steps[0].request is not None
        await scene.tree.deletion.message(ANN, one, path[0].id, "erase")
        assert (await request_of(scene, end[1].id)).steps[0].request is None
        assert "First" in str((await request_of(scene, whole[3].id)).steps[0].request)
        await scene.tree.deletion.message(ANN, one, path[3].id, "erase", copies=True)
        for answer in (path[3], whole[3], end[1]):
            with pytest.raises(NotFound):
                await request_of(scene, answer.id)

    talk(acts)


def test_a_summary_is_told_by_the_message_that_keeps_it_and_goes_with_it(talk) -> None:
    async def acts(scene) -> None:
        def choose(exchange, asked) -> Plan:
            is_summary = b"Summarise this part" in exchange.body
            return Plan(text="They talked.") if is_summary else Plan(tokens=40)

        scene.fake.choose = choose
        one, _ = await scene.conversation(
            context={"kind": "summarise", "most_tokens": 2000, "reserved_tokens": 100}
        )
        while not any(b"Summarise this part" in each.body for each in scene.fake.journal.exchanges):
            await scene.ended(await scene.send(one, "word " * 180))
        path = await scene.path(one)
        there = [await copied(scene, one), await copied(scene, one, what="all")]
        asked = await request_of(scene, path[-1].id)
        assert "They talked." in str(asked.steps[0].request)
        for copy in there:
            assert steps_of(await request_of(scene, copy[-1].id)) == steps_of(asked)
        assert await requests_with(scene, b"They talked.") == 0
        assert "They talked." not in str(await scene.runs.events(scene.scope, path[-1].run_id))
        await scene.tree.deletion.message(ANN, one, asked.context["summarised"][0], "erase")
        requests = [
            (await request_of(scene, end.id)).steps[0].request
            for end in (path[-1], *(copy[-1] for copy in there))
        ]
        assert [request is None for request in requests] == [True, True, False]

    talk(acts)


def test_what_a_bridge_was_told_of_the_other_branch_goes_with_that(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        first = await scene.send(one, "One {{fake tokens=1}}")
        await scene.ended(first)
        place = Place(parent_id=first.message.id)
        other = await scene.send(one, "Secret {{fake tokens=1}}", place=place)
        await scene.ended(other)
        bridged = await scene.answering.sending.bridge(ANN, one, other.branch_id, branch_id=branch)
        await scene.ended(bridged)
        asked = scene.fake.journal.exchanges[-1].body
        last = (await scene.path(one, branch_id=branch))[-1]
        there, whole = await copied(scene, one, last=branch), await copied(scene, one, what="all")
        assert text_of(there[-1]) == text_of(last)
        for answer in (last, there[-1], whole[-1]):
            found = await request_of(scene, answer.id)
            assert (found.mode, found.answer.model) == ("bridge", "openai/fake")
            (told,) = found.steps[0].request["messages"][-1]["parts"]
            assert json.dumps(told["text"], ensure_ascii=False).encode() in asked
            assert "user: Secret" in told["text"]
        assert await requests_with(scene, b"Secret") == 0
        assert "Secret" not in str(await scene.runs.events(scene.scope, bridged.answers[0].run_id))
        await scene.tree.deletion.message(ANN, one, other.message.id, "erase")
        requests = [
            (await request_of(scene, answer.id)).steps[0].request for answer in (last, there[-1], whole[-1])
        ]
        assert [request is None for request in requests] == [True, True, False]

    talk(acts)

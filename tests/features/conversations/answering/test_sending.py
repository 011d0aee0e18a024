"""Something is said: it is kept before it is acknowledged, and what answers it ends up below it."""

import asyncio

import msgspec
import pytest

from salon.features.conversations.answering.models import (
    Answerer,
    Draft,
    TurnData,
    TurnSaid,
    joined,
    parted,
)
from salon.features.conversations.answering.sending import Place
from salon.features.conversations.answering.settings import Overrides
from salon.features.conversations.answering.store import said_of
from salon.features.conversations.errors import HeadMoved
from salon.features.conversations.tree import MessageMarks
from salon.foundation.acts import ActDiffers
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, UnknownModel
from salon.testing.talking import ANN, BOB, said, text_of

SLOW = "{{fake tokens=400;rate=100}}"


def test_an_answer_is_a_message_below_what_it_answers(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        sent = await scene.send(one, "Hello {{fake tokens=3}}")
        (run,) = await scene.ended(sent)
        path = await scene.path(one)
        assert [message.role for message in path] == ["user", "assistant"]
        assert text_of(path[1]) == "tok tok tok "
        assert (path[1].id, path[1].run_id) == (sent.answers[0].message_id, run.id)
        assert (path[1].author.kind, path[1].author.id) == ("model", "openai/fake")
        assert (run.status, sent.branch_id) == ("done", branch)
        events = await scene.runs.events(scene.scope, run.id)
        assert events[-1].data()["data"] == {"message": path[1].id, "status": "complete"}
        await scene.ended(await scene.send(one, "And {{fake tokens=1}}"))
        assert len(await scene.path(one)) == 4

    talk(acts)


def test_nothing_answers_what_is_only_said(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        sent = await scene.answering.sending.send(ANN, one, said("A note", wants_answer=False))
        assert sent.answers == ()
        assert await scene.words(one) == ["A note"]
        assert scene.fake.journal.counts["requests"] == 0

    talk(acts)


def test_several_models_answer_at_once_and_no_answer_is_lost(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        draft = said("Hi {{fake tokens=2}}", "openai/fake", "openai/other", "openai/fake")
        sent = await scene.answering.sending.send(ANN, one, draft)
        await scene.ended(sent)
        page = await scene.tree.messages.children(ANN, one, sent.message.id)
        assert {view.message.id for view in page.items} == {each.message_id for each in sent.answers}
        assert len(await scene.path(one, branch_id=branch)) == 2
        view = await scene.tree.conversations.get(ANN, one)
        assert {each.head_id for each in view.branches} == {each.message_id for each in sent.answers}

    talk(acts)


def test_the_same_client_id_twice_answers_the_same_and_asks_once(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        other = await scene.open()
        text = "Once {{fake tokens=2}}"
        both = await asyncio.gather(
            scene.send(one, text, client_id="one"),
            other.answering.sending.send(ANN, one, said(text), client_id="one"),
        )
        await scene.ended(both[0])
        again = await scene.send(one, text, client_id="one")
        assert len({(sent.message.id, sent.answers) for sent in (*both, again)}) == 1
        assert len(await scene.path(one)) == 2
        assert scene.fake.journal.counts["requests"] == 1
        with pytest.raises(ActDiffers):
            await scene.send(one, "Another", client_id="one")

    talk(acts)


def test_what_cannot_be_answered_is_refused_and_not_kept(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        send = scene.answering.sending.send
        with pytest.raises(UnknownModel):
            await send(ANN, one, said("Hi", "nobody/knows"))
        with pytest.raises(InvalidRequest, match="parts"):
            await send(ANN, one, Draft(parts=()))
        with pytest.raises(InvalidRequest, match="models"):
            await send(ANN, one, said("Hi", *["openai/fake"] * 9))
        bare = (await scene.tree.conversations.create(ANN)).conversation.id
        with pytest.raises(InvalidRequest, match="model"):
            await send(ANN, bare, said("Hi"))
        assert await scene.words(one) == []

    talk(acts)


def test_nobody_reaches_what_is_in_another_space(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        sent = await scene.send(one, "Hi {{fake tokens=1}}")
        await scene.ended(sent)
        message, answer, answering = sent.message.id, sent.answers[0], scene.answering
        for act in (
            answering.sending.send(BOB, one, said("x", "openai/fake")),
            answering.sending.edit(BOB, message, said("x", "openai/fake")),
            answering.sending.regenerate(BOB, message),
            answering.sending.go_on(BOB, answer.message_id),
            answering.sending.bridge(BOB, one, branch),
            answering.queue.all(BOB, one),
            answering.queue.turns(BOB, one),
            answering.queue.reorder(BOB, one, branch, []),
            answering.exact.request(BOB, answer.message_id),
            answering.settings.of_conversation(BOB, one),
            answering.settings.change(BOB, one, {"titles": False}),
            answering.settings.context(BOB, one, model="openai/fake"),
        ):
            with pytest.raises(NotFound):
                await act

    talk(acts)


def test_a_branch_begins_where_no_other_one_ends(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        first = await scene.send(one, "One {{fake tokens=1}}")
        await scene.ended(first)
        await scene.ended(await scene.send(one, "Two {{fake tokens=1}}"))
        place = Place(parent_id=first.answers[0].message_id)
        aside = await scene.send(one, "Aside {{fake tokens=1}}", place=place)
        await scene.ended(aside)
        assert aside.branch_id != branch
        assert len(await scene.path(one, branch_id=branch)) == 4
        words = await scene.words(one, branch_id=aside.branch_id)
        assert words[2:] == ["Aside {{fake tokens=1}}", "tok "]
        with pytest.raises(HeadMoved):
            await scene.send(one, "Late", place=Place(branch_id=branch, parent_id=place.parent_id))

    talk(acts)


def test_an_edit_is_answered_and_what_was_there_stays(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        first = await scene.send(one, "One {{fake tokens=1}}")
        await scene.ended(first)
        draft = said("Other {{fake tokens=2}}")
        edited = await scene.answering.sending.edit(ANN, first.message.id, draft)
        await scene.ended(edited)
        assert await scene.words(one, branch_id=branch) == ["Other {{fake tokens=2}}", "tok tok "]
        view = await scene.tree.messages.get(ANN, one, edited.message.id)
        assert [(source.kind, source.id) for source in view.sources] == [("edit-of", first.message.id)]
        assert len(view.siblings) == 2
        old = await scene.path(one, last_id=first.answers[0].message_id)
        assert [message.id for message in old] == [first.message.id, first.answers[0].message_id]
        named = await scene.answering.sending.edit(ANN, first.message.id, draft, name="Other")
        await scene.ended(named)
        assert named.branch_id != branch

    talk(acts)


def test_an_answer_is_made_again_beside_the_old_one(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        first = await scene.send(one, "One {{fake tokens=1}}")
        await scene.ended(first)
        old = first.answers[0].message_id
        named = [Answerer(model="openai/other"), Answerer(model="openai/fake")]
        again = await scene.answering.sending.regenerate(ANN, old, named)
        await scene.ended(again)
        path = await scene.path(one, branch_id=branch)
        assert path[-1].id in {each.message_id for each in again.answers}
        view = await scene.tree.messages.get(ANN, one, path[-1].id)
        assert (len(view.siblings), view.sources[0].kind, view.sources[0].id) == (3, "retry-of", old)
        moves = (await scene.tree.branches.moves(ANN, one, branch)).items
        assert [(move.kind, move.from_id) for move in moves] == [("switch", old)]
        same = await scene.answering.sending.regenerate(ANN, old)
        assert [each.model for each in same.answers] == ["openai/fake"]
        await scene.ended(same)

    talk(acts)


def test_an_answer_that_was_stopped_goes_on(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        sent = await scene.send(one, f"Much {SLOW}")
        await scene.streaming(sent.answers[0].run_id)
        assert await scene.runs.stop(scene.scope, sent.answers[0].run_id)
        (run,) = await scene.ended(sent)
        assert run.status == "cancelled"
        path = await scene.path(one)
        assert (path[-1].status, text_of(path[-1])[:4]) == ("interrupted", "tok ")
        assert not await scene.runs.stop(scene.scope, run.id)
        more = await scene.answering.sending.go_on(ANN, path[-1].id)
        await scene.ended(more)
        whole = await scene.path(one)
        assert [message.status for message in whole] == ["complete", "interrupted", "complete"]
        view = await scene.tree.messages.get(ANN, one, whole[-1].id)
        assert [(source.kind, source.id) for source in view.sources] == [("continues", path[-1].id)]
        with pytest.raises(Conflict):
            await scene.answering.sending.go_on(ANN, path[0].id)

    talk(acts)


def test_a_model_brings_two_branches_together(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        first = await scene.send(one, "One {{fake tokens=1}}")
        await scene.ended(first)
        other = await scene.send(one, "Two {{fake tokens=1}}", place=Place(parent_id=first.message.id))
        await scene.ended(other)
        bridge = await scene.answering.sending.bridge(ANN, one, other.branch_id, branch_id=branch)
        await scene.ended(bridge)
        last = (await scene.path(one, branch_id=branch))[-1]
        view = await scene.tree.messages.get(ANN, one, last.id)
        heads = [first.answers[0].message_id, other.answers[0].message_id]
        assert [(source.kind, source.id) for source in view.sources] == [("merge", head) for head in heads]
        found = await scene.answering.exact.request(ANN, last.id)
        asked = str(found.steps[0].request)
        assert "Two " in asked
        assert "brings both together" in asked
        with pytest.raises(Conflict):
            await scene.answering.sending.bridge(ANN, one, branch, branch_id=branch)

    talk(acts)


def test_a_bridge_is_told_nothing_of_the_other_branch_that_is_deleted_or_left_out(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        first = await scene.send(one, "One {{fake tokens=1}}")
        await scene.ended(first)
        place = Place(parent_id=first.message.id)
        other = await scene.send(one, "Two {{fake tokens=1}}", place=place)
        await scene.ended(other)
        for words in ("Three {{fake tokens=1}}", "Four {{fake tokens=1}}"):
            other = await scene.send(one, words, place=Place(branch_id=other.branch_id))
            await scene.ended(other)
        path = await scene.path(one, branch_id=other.branch_id)
        (two, three) = (next(each for each in path if word in text_of(each)) for word in ("Two", "Three"))
        await scene.tree.deletion.message(ANN, one, two.id, "delete")
        await scene.tree.messages.mark(ANN, one, three.id, MessageMarks(is_excluded=True))
        await scene.ended(await scene.answering.sending.bridge(ANN, one, other.branch_id, branch_id=branch))
        asked = scene.fake.journal.exchanges[-1].body
        assert [word in asked for word in (b"Two", b"Three", b"Four")] == [False, False, True]
        last = (await scene.path(one, branch_id=branch))[-1]
        found = await scene.answering.exact.request(ANN, last.id)
        assert "Four" in str(found.steps[0].request)

    talk(acts)


def test_what_is_written_for_one_answer_is_sealed_and_not_in_its_run(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        own = Answerer(model="", settings=Overrides(instructions="Speak of cobalt."))
        draft = msgspec.structs.replace(said("A {{fake tokens=200;rate=200}}"), answerers=(own,))
        sent = await scene.answering.sending.send(ANN, one, draft)
        run_id = sent.answers[0].run_id
        await scene.streaming(run_id)
        kept = await scene.bench.storage.read(lambda tx: said_of(tx, scene.scope, run_id))
        assert kept == TurnSaid(instructions="Speak of cobalt.")
        await scene.runs.stop(scene.scope, run_id)
        (run,) = await scene.ended(sent)
        assert "cobalt" not in str(run.data)
        assert b"Speak of cobalt." in scene.fake.journal.exchanges[-1].body
        assert await scene.bench.storage.read(lambda tx: said_of(tx, scene.scope, run_id)) is None
        exact = await scene.answering.exact.request(ANN, sent.answers[0].message_id)
        assert "cobalt" in str(exact)  # where the answer itself keeps it

    talk(acts)


def test_runs_of_before_hold_what_was_written_themselves() -> None:
    data = TurnData(
        conversation_id="c", branch_id="b", parent_id="p", message_id="m", model="x",
        settings=Overrides(instructions="Be brief."), words="Bring them together.",
    )  # fmt: skip
    plain, kept = parted(data)
    assert (plain.settings.instructions, plain.words) == (None, None)
    assert (joined(plain, kept), joined(data, None)) == (data, data)

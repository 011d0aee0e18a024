"""What if: one message, model or setting is another, and what followed is said again on a branch of its own."""

import pytest

from salon.features.conversations.answering.replaying import Change
from salon.features.conversations.answering.settings import Overrides
from salon.features.turns import Parameters
from salon.foundation.kit.errors import NotFound
from salon.foundation.messages import TextPart
from salon.testing.talking import ANN, BOB, said


async def talked(scene):
    one, branch = await scene.conversation()
    for text in ("A {{fake tokens=1}}", "B {{fake tokens=2}}", "C {{fake tokens=3}}"):
        await scene.ended(await scene.send(one, text))
    return one, branch, await scene.path(one)


def test_another_message_is_followed_by_what_was_said_after_it(talk) -> None:
    async def acts(scene) -> None:
        one, branch, path = await talked(scene)
        change = Change(message_id=path[2].id, parts=(TextPart(text="B2 {{fake tokens=4}}"),))
        sent = await scene.answering.replaying.what_if(ANN, one, change, name="Other", client_id="w")
        await scene.until_idle(one)
        words = await scene.words(one, branch_id=sent.branch_id)
        assert words[2:] == ["B2 {{fake tokens=4}}", "tok " * 4, "C {{fake tokens=3}}", "tok " * 3]
        assert await scene.path(one, branch_id=branch) == path
        replayed = await scene.path(one, branch_id=sent.branch_id)
        assert [message.id for message in replayed[:2]] == [message.id for message in path[:2]]
        kinds = [
            [(source.kind, source.id) for source in (await scene.tree.messages.get(ANN, one, m.id)).sources]
            for m in (replayed[2], replayed[4])
        ]
        assert kinds == [[("edit-of", path[2].id)], [("forked-from", path[4].id)]]
        again = await scene.answering.replaying.what_if(ANN, one, change, name="Other", client_id="w")
        assert (again.branch_id, again.answers) == (sent.branch_id, sent.answers)

    talk(acts)


def test_another_model_answers_everything_again(talk) -> None:
    async def acts(scene) -> None:
        one, _, path = await talked(scene)
        change = Change(
            message_id=path[3].id,
            model="openai/other",
            settings=Overrides(parameters=Parameters(temperature=0.5)),
        )
        sent = await scene.answering.replaying.what_if(ANN, one, change)
        await scene.until_idle(one)
        replayed = await scene.path(one, branch_id=sent.branch_id)
        assert [message.author.id for message in replayed[1::2]] == [
            "openai/fake", "openai/other", "openai/other",
        ]  # fmt: skip
        for message in replayed[3::2]:
            found = await scene.answering.exact.request(ANN, message.id)
            assert found.steps[0].request["temperature"] == 0.5

    talk(acts)


def test_another_answer_is_followed_by_what_was_said_to_it(talk) -> None:
    async def acts(scene) -> None:
        one, _, path = await talked(scene)
        change = Change(message_id=path[1].id, parts=(TextPart(text="What I would have said"),))
        sent = await scene.answering.replaying.what_if(ANN, one, change)
        await scene.until_idle(one)
        words = await scene.words(one, branch_id=sent.branch_id)
        assert words[1:4] == ["What I would have said", "B {{fake tokens=2}}", "tok tok "]
        assert len(words) == 6
        with pytest.raises(NotFound):
            await scene.answering.replaying.what_if(BOB, one, change)
        with pytest.raises(NotFound):
            await scene.answering.replaying.what_if(ANN, one, Change(message_id="msg_none"))

    talk(acts)


def test_what_was_done_is_told_again_though_what_it_was_about_is_gone(talk) -> None:
    async def acts(scene) -> None:
        one, branch, path = await talked(scene)
        sending, replaying = scene.answering.sending, scene.answering.replaying
        change = Change(message_id=path[2].id, model="openai/other")
        other = await sending.edit(ANN, path[4].id, said("C2 {{fake tokens=1}}"), name="Other")
        await scene.ended(other)
        done = {
            "what-if": lambda: replaying.what_if(ANN, one, change, client_id="what-if"),
            "bridge": lambda: sending.bridge(ANN, one, other.branch_id, branch_id=branch, client_id="bridge"),
            "edit": lambda: sending.edit(ANN, path[0].id, said("A2 {{fake tokens=1}}"), client_id="edit"),
            "again": lambda: sending.regenerate(ANN, path[1].id, client_id="again"),
            "on": lambda: sending.go_on(ANN, path[1].id, client_id="on"),
        }
        first = {}
        for name, act in done.items():
            first[name] = await act()
            await scene.until_idle(one)
        await scene.tree.deletion.conversation(ANN, one, "delete")
        for name, act in done.items():
            told = await act()
            assert (told.branch_id, told.answers) == (first[name].branch_id, first[name].answers), name

    talk(acts)

"""Settings: of an answer over the conversation's over the space's; refused where they make no sense."""

import msgspec
import pytest

from salon.features.conversations.answering.context import spec_of
from salon.features.conversations.answering.models import Answerer, Draft
from salon.features.conversations.answering.settings import (
    ContextSettings,
    LimitSettings,
    Overrides,
    Settings,
    checked,
    over,
    read,
    stored,
)
from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.turns import ContextPolicy, ContextReport, Limits, Parameters
from salon.foundation.kit.errors import ContextTooLong, InvalidRequest
from salon.foundation.messages import TextPart
from salon.testing.talking import ANN, BOB, MODEL

WRONG = {
    "temprature": ({"temprature": 1}, "settings.temprature"),
    "range": ({"parameters": {"temperature": 3}}, "settings.parameters.temperature"),
    "type": ({"parameters": {"top_k": "x"}}, "settings.parameters.top_k"),
    "inner": ({"parameters": {"heat": 1}}, "settings.parameters.heat"),
    "policy": ({"context": {"kind": "forget"}}, "settings.context.kind"),
    "least": ({"context": {"most_tokens": 1}}, "settings.context.most_tokens"),
    "limit": ({"limits": {"steps": 0}}, "settings.limits.steps"),
    "no limit": ({"limits": {"words": 9}}, "settings.limits.words"),
    "long": ({"instructions": "x" * 200_001}, "settings.instructions"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named(name) -> None:
    given, field = WRONG[name]
    with pytest.raises(InvalidRequest) as refused:
        checked(given, Settings)
    assert refused.value.param == field


def test_what_is_said_last_counts_and_what_is_not_said_stays() -> None:
    space = Settings(model="a", instructions="Be kind.", parameters=Parameters(temperature=0.1, seed=1))
    own = Settings(model="b", parameters=Parameters(temperature=0.5))
    one = Overrides(instructions="", context=ContextSettings(kind="refuse"))
    laid = over(space, own, one)
    assert (laid.model, laid.instructions) == ("b", "")
    assert (laid.parameters.temperature, laid.parameters.seed) == (0.5, 1)
    assert laid.context.kind == "refuse"
    assert read({"model": "x", "parameters": 5, "folder": "kept"}) == Settings(model="x")


def test_what_is_usual_can_be_said_over_what_is_not() -> None:
    space = Settings(context=ContextSettings(kind="summarise", result_tokens=500))
    own = checked({"context": {"kind": "trim-oldest"}, "limits": {"steps": 16}}, Settings)
    assert read(stored(own)) == own
    spec = spec_of(over(space, own), Overrides(limits=LimitSettings(seconds=60)), model="m")
    assert spec.context == ContextPolicy(kind="trim-oldest", result_tokens=500)
    assert spec.limits == Limits(steps=16, seconds=60)


def test_an_answer_ends_at_the_limit_of_its_conversation(talk) -> None:
    async def acts(scene) -> None:
        settings = {"model": MODEL, "limits": {"output_tokens": 5}}
        made = await scene.tree.conversations.create(ANN, settings=settings)
        one = made.conversation.id
        draft = Draft(parts=(TextPart(text="Hi {{fake tokens=50}}"),), answerers=(Answerer(model=""),))
        sent = await scene.answering.sending.send(ANN, one, draft)
        await scene.ended(sent)
        told = (await scene.answering.exact.request(ANN, sent.answers[0].message_id)).steps[0].request
        assert told["max_output_tokens"] == 5

    talk(acts)


def test_settings_are_changed_one_by_one_and_reach_the_model(talk) -> None:
    async def acts(scene) -> None:
        desk = scene.answering.settings
        await desk.change_space(ANN, {"model": MODEL, "instructions": "Of the space."})
        made = await scene.tree.conversations.create(ANN, settings={"color": "blue"})
        one = made.conversation.id
        await desk.change(ANN, one, {"parameters": {"temperature": 0.25}})
        found = await desk.change(ANN, one, {"instructions": "Of the talk."}, client_id="s")
        assert (found.own.model, found.in_force.model) == (None, MODEL)
        draft = Draft(
            parts=(TextPart(text="Hi {{fake tokens=1}}"),),
            answerers=(Answerer(model="", settings=Overrides(parameters=Parameters(seed=7))),),
        )
        sent = await scene.answering.sending.send(ANN, one, draft)
        await scene.ended(sent)
        told = (await scene.answering.exact.request(ANN, sent.answers[0].message_id)).steps[0].request
        assert (told["temperature"], told["seed"]) == (0.25, 7)
        assert told["messages"][0]["parts"][0]["text"] == "Of the talk."
        gone = await desk.change(ANN, one, {"instructions": None})
        assert gone.in_force.instructions == "Of the space."
        view = await scene.tree.conversations.get(ANN, one)
        assert view.conversation.settings["color"] == "blue"
        assert (await desk.of_space(BOB)).own == Settings()

    talk(acts)


def test_settings_are_changed_by_whoever_has_their_last_version(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        desk = scene.answering.settings
        first = await desk.of_conversation(ANN, one)
        await desk.change(ANN, one, {"titles": False}, version=first.version)
        with pytest.raises(ChangedMeanwhile):
            await desk.change(ANN, one, {"titles": True}, version=first.version)
        usual = await desk.change_space(ANN, {"titles": False})
        with pytest.raises(ChangedMeanwhile):
            await desk.change_space(ANN, {"titles": True}, version=usual.version - 1)
        with pytest.raises(InvalidRequest):
            await desk.change(ANN, one, {"parameters": {"temperature": 9}})

    talk(acts)


def test_a_context_goes_by_what_the_provider_counted_for_the_last_answer(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        contexts = scene.answering.settings.context
        sent = await scene.send(one, "Hello there " * 50)
        await scene.ended(sent)
        found = await scene.answering.exact.request(ANN, sent.answers[0].message_id)
        before, now = msgspec.convert(found.context, ContextReport), await contexts(ANN, one)
        assert before.counted == before.used == found.answer.input_tokens > 0
        assert before.by_parts != before.used
        assert now.used == now.counted == before.used + now.by_parts - before.by_parts
        assert now.left == now.window_tokens - now.reserved - now.used
        other = await contexts(ANN, one, model="openai/other")
        assert other.counted is None

    talk(acts)


def test_a_context_is_counted_by_part_and_one_that_cannot_fit_is_refused(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation(instructions="Be brief.")
        empty = await scene.answering.settings.context(ANN, one, branch_id=branch)
        sent = await scene.send(one, "Hello there {{fake tokens=50}}")
        await scene.ended(sent)
        full = await scene.answering.settings.context(ANN, one)
        assert empty.system == full.system > 0
        assert full.messages > empty.messages
        assert full.left == empty.left - (full.used - empty.used)
        narrow = {"context": {"kind": "refuse", "most_tokens": 300, "reserved_tokens": 100}}
        await scene.answering.settings.change(ANN, one, narrow)
        with pytest.raises(ContextTooLong) as refused:
            await scene.send(one, "word " * 400)
        assert refused.value.fields["over"] > 0
        assert len(await scene.path(one)) == 2
        await scene.answering.settings.change(
            ANN, one, {"context": {"most_tokens": 300, "reserved_tokens": 100}}
        )
        trimmed = await scene.send(one, "word " * 110)
        await scene.ended(trimmed)
        found = await scene.answering.exact.request(ANN, trimmed.answers[0].message_id)
        assert found.context["dropped"] == [sent.message.id, sent.answers[0].message_id]

    talk(acts)

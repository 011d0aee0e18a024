"""Prompts keep every version, one of which is live, under a name that is theirs alone in the space."""

import pytest

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.prompts import Draft, PromptChange, Prompts, Variable
from salon.foundation.acts import ActDiffers
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound

FIRST = Draft(text="Say {{word}}", variables=(Variable(name="word"),), note="first")


def test_versions_are_added_made_live_and_restored(play) -> None:
    async def body(scene):
        prompts = Prompts(scene.storage, clock=scene.clock)
        made, version = await prompts.create(scene.ann, "Greet", FIRST, client_id="c")
        assert await prompts.create(scene.ann, "Greet", FIRST, client_id="c") == (made, version)
        with pytest.raises(ActDiffers):
            await prompts.create(scene.ann, "Other", FIRST, client_id="c")
        assert await prompts.render(scene.ann, "GREET", {"word": "hi"}) == "Say hi"
        changed, second = await prompts.add_version(scene.ann, made.id, Draft(text="Cry", note="louder"))
        assert (changed.live, changed.latest, second.text) == (2, 2, "Cry")
        changed, third = await prompts.add_version(scene.ann, made.id, Draft(text="Hum"), is_live=False)
        assert (changed.live, changed.latest, third.number) == (2, 3, 3)
        assert await prompts.render(scene.ann, "Greet", {}) == "Cry"
        assert await prompts.render(scene.ann, "Greet", {"word": "x"}, number=1) == "Say x"
        restored, live = await prompts.change(scene.ann, "Greet", PromptChange(live=1), version=3)
        assert (restored.live, live) == (1, version)
        page = await prompts.versions(scene.ann, "Greet", limit=2)
        rest = await prompts.versions(scene.ann, "Greet", cursor=page.next)
        assert [one.number for one in (*page.items, *rest.items)] == [3, 2, 1]
        assert rest.next is None

    play(body)


def test_names_are_unique_whatever_their_case_and_listed_in_pages(play) -> None:
    async def body(scene):
        prompts = Prompts(scene.storage, clock=scene.clock)
        for name in ("b", "A", "c"):
            await prompts.create(scene.ann, name, FIRST)
        await prompts.create(scene.bob, "a", FIRST)
        page = await prompts.list(scene.ann, limit=2)
        rest = await prompts.list(scene.ann, cursor=page.next, limit=2)
        assert [one.name for one in (*page.items, *rest.items)] == ["A", "b", "c"]
        with pytest.raises(Conflict):
            await prompts.create(scene.ann, "B", FIRST)
        with pytest.raises(Conflict):
            await prompts.change(scene.ann, "c", PromptChange(name="A"))
        renamed, _ = await prompts.change(scene.ann, "c", PromptChange(name="C", description="x"))
        assert (renamed.name, renamed.description) == ("C", "x")
        await prompts.remove(scene.ann, "C")
        assert [one.name for one in (await prompts.list(scene.ann)).items] == ["A", "b"]

    play(body)


def test_what_is_wrong_is_told_and_other_spaces_are_not_there(play) -> None:
    async def body(scene):
        prompts = Prompts(scene.storage, clock=scene.clock)
        made, _ = await prompts.create(scene.ann, "One", FIRST)
        for act in (
            prompts.get(scene.bob, made.id),
            prompts.get(scene.bob, "One"),
            prompts.render(scene.bob, made.id, {}),
            prompts.versions(scene.bob, made.id),
            prompts.add_version(scene.bob, made.id, FIRST),
            prompts.change(scene.bob, made.id, PromptChange(name="Two")),
            prompts.remove(scene.bob, made.id),
            prompts.get(scene.ann, made.id, number=9),
            prompts.change(scene.ann, made.id, PromptChange(live=9)),
        ):
            with pytest.raises(NotFound):
                await act
        for name in ("", " ", "prm_x", "x" * 101):
            with pytest.raises(InvalidRequest):
                await prompts.create(scene.ann, name, FIRST)
        with pytest.raises(InvalidRequest):
            await prompts.create(scene.ann, "N", Draft(text="a", note="x" * 1001))
        with pytest.raises(InvalidRequest):
            await prompts.create(scene.ann, "N", FIRST, description="x" * 1001)
        with pytest.raises(InvalidRequest):
            await prompts.versions(scene.ann, "One", cursor="x")
        with pytest.raises(ChangedMeanwhile):
            await prompts.add_version(scene.ann, "One", FIRST, version=7)

    play(body)

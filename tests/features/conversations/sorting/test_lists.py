"""Lists in three orders, what is unread for whom, and templates."""

import msgspec
import pytest

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.models import Author, Content
from salon.features.conversations.sorting import Asked, Filter, TemplateChange, TemplateMessage
from salon.foundation.events import events_after
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, TooLarge
from salon.foundation.messages import TextPart

SYSTEM = TemplateMessage(
    role="system", author=Author(kind="system"), content=Content(parts=(TextPart(text="Be brief"),))
)


@pytest.mark.parametrize("order", ["changed", "created", "title"])
def test_pages_of_any_order_follow_one_another(sort, order) -> None:
    async def body(scene, sorting):
        made = []
        for title in ("b", "a", "a", "d", "c", "b", "e"):
            view = await scene.tree.conversations.create(scene.ann, title=title)
            made.append(view.conversation)
            if len(made) % 2:
                scene.clock.advance(1)
        seen, cursor = [], None
        while True:
            page = await sorting.reading.page(scene.ann, Filter(), order=order, cursor=cursor, limit=2)
            seen += [one.conversation for one in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert {one.id for one in seen} == {one.id for one in made}
        assert len(seen) == len(made)
        if order == "title":
            assert [one.title for one in seen] == sorted(one.title for one in made)
        else:
            times = [getattr(one, f"{order}_at_ms") for one in seen]
            assert times == sorted(times, reverse=True)
        for wrong in ("", "zz", "5b5d"):
            with pytest.raises(InvalidRequest):
                await sorting.reading.page(scene.ann, Filter(), order=order, cursor=wrong)

    sort(body)


def test_unread_is_what_others_said_since_one_read(sort) -> None:
    async def body(scene, sorting):
        one, _, ids = await scene.talk("mine", "mine too")
        two = (await scene.tree.conversations.create(scene.ann)).conversation.id

        async def unread():
            page = await sorting.reading.page(scene.ann, Filter())
            return {item.conversation.id: item.unread for item in page.items}

        assert await unread() == {one: 0, two: 0}
        said = scene.said("theirs", role="assistant", author=Author(kind="model", id="demo/demo"))
        done = await scene.tree.messages.append(scene.ann, one, [said, said])
        assert await unread() == {one: 2, two: 0}
        for is_unread, wanted in ((True, {one}), (False, {two})):
            page = await sorting.reading.page(scene.ann, Filter(is_unread=is_unread))
            assert {item.conversation.id for item in page.items} == wanted
        assert await sorting.reading.read(scene.ann, one, message_id=done.messages[0].id) == 1
        assert await sorting.reading.read(scene.ann, one) == 0
        assert await sorting.reading.read(scene.ann, one, is_read=False) == 1
        assert await sorting.reading.read(scene.ann, two) == 0
        told = await scene.storage.read(lambda tx: events_after(tx, SpaceScope(scene.ann.space_id), 0))
        # Where nothing is read that was not, there is nothing to tell.
        assert [event.subject for event in told if event.type == "conversation.read"] == [one] * 3
        with pytest.raises(NotFound):
            await sorting.reading.read(scene.ann, two, message_id=ids[0])

    sort(body)


def test_a_list_tells_which_models_and_personas_speak(sort) -> None:
    async def body(scene, sorting):
        one, _, _ = await scene.talk("mine")
        two, _, _ = await scene.talk("mine too")
        authors = [Author(kind="model", id=f"demo/{place}", name=f"Number {place}") for place in range(11)]
        for author in (*authors, Author(kind="persona", id="ada"), Author(kind="tool", id="clock")):
            scene.clock.advance(1)
            await scene.tree.messages.append(
                scene.ann, one, [scene.said("x", role="assistant", author=author)]
            )
        page = await sorting.reading.page(scene.ann, Filter())
        speakers = {
            item.conversation.id: [(who.kind, who.id) for who in item.speakers] for item in page.items
        }
        assert speakers == {one: [("model", f"demo/{place}") for place in range(9)], two: []}

    sort(body)


def test_filters_of_time_and_folder_narrow_a_list(sort) -> None:
    async def body(scene, sorting):
        old = (await scene.tree.conversations.create(scene.ann)).conversation
        scene.clock.advance(10)
        new = (await scene.tree.conversations.create(scene.ann)).conversation
        folder = await sorting.folders.create(scene.ann, "F")
        await sorting.bulk.act(scene.ann, Asked(act="move", ids=(new.id,), folder_id=folder.id))
        for wanted, found in (
            (Filter(created_since_ms=new.created_at_ms), {new.id}),
            (Filter(changed_before_ms=new.created_at_ms), {old.id}),
            (Filter(is_filed=True, state="any"), {new.id}),
            (Filter(is_filed=False), {old.id}),
            (Filter(folder_id=folder.id, is_pinned=False), {new.id}),
        ):
            page = await sorting.reading.page(scene.ann, wanted)
            assert {one.conversation.id for one in page.items} == found, wanted
        with pytest.raises(NotFound):
            await sorting.reading.page(scene.ann, Filter(folder_id="fld_none"))

    sort(body)


def test_a_template_makes_conversations_with_its_settings_and_messages(sort) -> None:
    async def body(scene, sorting):
        templates = sorting.templates
        made = await templates.create(scene.ann, "Brief", settings={"model": "demo"}, messages=[SYSTEM])
        view = await templates.use(scene.ann, made.id, title="Now", client_id="u")
        assert await templates.use(scene.ann, made.id, title="Now", client_id="u") == view
        one = view.conversation
        assert (one.title, one.settings, one.messages) == ("Now", {"model": "demo"}, 1)
        assert await scene.words(one.id) == ["Be brief"]
        changed = await templates.change(scene.ann, made.id, TemplateChange(name="Short", messages=()))
        assert changed == msgspec.structs.replace(made, name="Short", messages=(), version=2)
        assert (await templates.use(scene.ann, made.id)).conversation.messages == 0
        assert await templates.list(scene.ann) == [await templates.get(scene.ann, made.id)]
        await templates.remove(scene.ann, made.id)
        assert await templates.list(scene.ann) == []

    sort(body)


def test_what_is_wrong_with_a_template_is_told(sort) -> None:
    async def body(scene, sorting):
        templates = sorting.templates
        made = await templates.create(scene.ann, "One", settings={}, messages=[])
        with pytest.raises(Conflict):
            await templates.create(scene.ann, "ONE", settings={}, messages=[])
        with pytest.raises(ChangedMeanwhile):
            await templates.change(scene.ann, made.id, TemplateChange(name="Two"), version=7)
        with pytest.raises(InvalidRequest):
            await templates.create(scene.ann, " ", settings={}, messages=[])
        with pytest.raises(InvalidRequest):
            await templates.create(scene.ann, "Many", settings={}, messages=[SYSTEM] * 101)
        long = msgspec.structs.replace(SYSTEM, content=Content(parts=(TextPart(text="x" * 600_000),)))
        with pytest.raises(TooLarge):
            await templates.create(scene.ann, "Long", settings={}, messages=[long])
        for act in (
            templates.get(scene.bob, made.id),
            templates.use(scene.bob, made.id),
            templates.remove(scene.bob, made.id),
            templates.change(scene.bob, made.id, TemplateChange(name="B")),
        ):
            with pytest.raises(NotFound):
                await act

    sort(body)

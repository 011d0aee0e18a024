"""Conversations: made once, listed in order, changed by whoever saw the last version."""

import pytest
from msgspec import UNSET

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.models import Author
from salon.features.conversations.tree import ConversationChange
from salon.foundation.acts import ActDiffers
from salon.foundation.events import events_after
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound, TooLarge


def test_a_conversation_begins_with_one_empty_branch(play) -> None:
    async def scene(made) -> None:
        view = await made.tree.conversations.create(made.ann, title="Hello", settings={"model": "demo"})
        (branch,) = view.branches
        assert (view.conversation.branch_id, branch.head_id, branch.name) == (branch.id, None, "main")
        assert view.conversation.title_by == "person"
        assert await made.tree.conversations.get(made.ann, view.conversation.id) == view
        assert (await made.tree.messages.page(made.ann, view.conversation.id)).items == ()
        scope = SpaceScope(made.ann.space_id)
        told = await made.storage.read(lambda tx: events_after(tx, scope, 0))
        assert [event.type for event in told] == ["branch.created", "conversation.created"]

    play(scene)


def test_the_list_goes_page_by_page_and_the_one_changed_last_comes_first(play) -> None:
    async def scene(made) -> None:
        ids = []
        for _ in range(7):
            ids.append((await made.talk())[0])
            made.clock.advance(1 if len(ids) % 2 else 0)
        seen, cursor = [], None
        while True:
            page = await made.tree.conversations.page(made.ann, cursor=cursor, limit=2)
            seen += [one.id for one in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert sorted(seen) == ids
        assert seen[0] == ids[-1]
        assert not (await made.tree.conversations.page(made.bob)).items
        with pytest.raises(InvalidRequest):
            await made.tree.conversations.page(made.ann, cursor="what")

    play(scene)


def test_a_change_is_refused_to_whoever_saw_an_older_version(play) -> None:
    async def scene(made) -> None:
        conversation, _, _ = await made.talk()
        had = (await made.tree.conversations.get(made.ann, conversation)).conversation
        change = ConversationChange(title="New", settings={"model": "a", "temperature": 1})
        after = await made.tree.conversations.change(made.ann, conversation, change, version=had.version)
        assert after.conversation.version == had.version + 1
        with pytest.raises(ChangedMeanwhile, match=str(after.conversation.version)):
            await made.tree.conversations.change(made.ann, conversation, change, version=had.version)
        less = ConversationChange(settings={"temperature": None}, is_archived=True)
        after = await made.tree.conversations.change(made.ann, conversation, less)
        assert after.conversation.settings == {"model": "a"}
        assert after.conversation.title == "New"
        assert not (await made.tree.conversations.page(made.ann)).items
        assert len((await made.tree.conversations.page(made.ann, state="archived")).items) == 1

    play(scene)


def test_an_act_with_a_clients_id_is_done_once(play) -> None:
    async def scene(made) -> None:
        create = made.tree.conversations.create
        first = await create(made.ann, title="Once", client_id="c1")
        assert await create(made.ann, title="Once", client_id="c1") == first
        other = await create(made.bob, title="Once", client_id="c1")
        assert other.conversation.id != first.conversation.id
        with pytest.raises(ActDiffers):
            await create(made.ann, title="Twice", client_id="c1")
        with pytest.raises(InvalidRequest):
            await create(made.ann, client_id="x" * 300)
        assert len((await made.tree.conversations.page(made.ann)).items) == 1

    play(scene)


def test_titles_and_settings_have_limits_that_are_named(play) -> None:
    async def scene(made) -> None:
        with pytest.raises(InvalidRequest, match="300"):
            await made.tree.conversations.create(made.ann, title="x" * 301)
        with pytest.raises(TooLarge) as refused:
            await made.tree.conversations.create(made.ann, settings={"a": "x" * 70_000})
        assert refused.value.fields == {"what": "settings", "field": "settings", "limit_bytes": 65536}
        assert ConversationChange().title is UNSET

    play(scene)


def test_participants_come_and_go(play) -> None:
    async def scene(made) -> None:
        conversation, _, _ = await made.talk("Hello.")
        made.clock.advance(1)
        model = Author(kind="model", id="demo/demo", name="Demo")
        there = await made.tree.conversations.add_participant(made.ann, conversation, model)
        again = await made.tree.conversations.add_participant(made.ann, conversation, model)
        assert [one.name for one in there] == ["Ann", "Demo"]
        assert again == there
        assert await made.tree.conversations.participants(made.ann, conversation) == there
        remove = made.tree.conversations.remove_participant
        left = await remove(made.ann, conversation, kind="model", participant_id="demo/demo")
        assert [one.id for one in left] == ["per_ann"]
        with pytest.raises(NotFound):
            await remove(made.ann, conversation, kind="model", participant_id="demo/demo")

    play(scene)

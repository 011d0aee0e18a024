"""Folders never form a ring, hold settings for what is in them, and lose nothing when they go."""

import msgspec
import pytest

from salon.features.conversations.answering.context import settings_of
from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.sorting import Asked, FolderChange
from salon.features.conversations.tree import ConversationChange
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, TooLarge


def test_folders_are_nested_moved_and_never_in_themselves(sort) -> None:
    async def body(scene, sorting):
        folders = sorting.folders
        one = await folders.create(scene.ann, "Work", client_id="a")
        assert await folders.create(scene.ann, "Work", client_id="a") == one
        two = await folders.create(scene.ann, "Deep", parent_id=one.id)
        three = await folders.create(scene.ann, "Deeper", parent_id=two.id)
        for place in (one.id, three.id):
            with pytest.raises(Conflict):
                await folders.change(scene.ann, one.id, FolderChange(parent_id=place))
        with pytest.raises(Conflict):
            await folders.create(scene.ann, "wORK")
        moved = await folders.change(scene.ann, three.id, FolderChange(parent_id=None, name="Up"))
        assert (moved.parent_id, moved.name, moved.version) == (None, "Up", 2)
        with pytest.raises(ChangedMeanwhile):
            await folders.change(scene.ann, three.id, FolderChange(name="No"), version=1)
        for wrong in ("", " ", "x" * 101):
            with pytest.raises(InvalidRequest):
                await folders.create(scene.ann, wrong)
        with pytest.raises(TooLarge):
            await folders.create(scene.ann, "Big", settings={"system": "x" * 70_000})

    sort(body)


def test_folders_are_at_most_twenty_deep(sort) -> None:
    async def body(scene, sorting):
        above = None
        for level in range(20):
            above = (await sorting.folders.create(scene.ann, f"L{level}", parent_id=above)).id
        with pytest.raises(Conflict):
            await sorting.folders.create(scene.ann, "Too deep", parent_id=above)
        top = await sorting.folders.create(scene.ann, "Top")
        first = (await sorting.folders.list(scene.ann))[0].folder
        with pytest.raises(Conflict):
            await sorting.folders.change(scene.ann, first.id, FolderChange(parent_id=top.id))

    sort(body)


def test_settings_come_from_the_nearest_that_has_them(sort) -> None:
    async def body(scene, sorting):
        held = {"model": "a", "instructions": "a"}
        outer = await sorting.folders.create(scene.ann, "A", settings=held)
        held = {"model": "b", "parameters": {"temperature": 1, "seed": 7}}
        inner = await sorting.folders.create(scene.ann, "B", parent_id=outer.id, settings=held)
        made = await scene.tree.conversations.create(scene.ann, settings={"parameters": {"temperature": 0.5}})
        one = made.conversation.id
        await sorting.bulk.act(scene.ann, Asked(act="move", ids=(one,), folder_id=inner.id))
        scope = SpaceScope(scene.ann.space_id)
        held = await scene.storage.read(lambda tx: settings_of(tx, scope, one))
        assert (held.model, held.instructions) == ("b", "a")
        assert (held.parameters.temperature, held.parameters.seed) == (0.5, 7)
        await sorting.folders.change(scene.ann, inner.id, FolderChange(settings={"model": None}))
        await scene.tree.conversations.change(
            scene.ann, one, ConversationChange(settings={"parameters": None})
        )
        held = await scene.storage.read(lambda tx: settings_of(tx, scope, one))
        assert (held.model, held.parameters.temperature) == ("a", 1)

    sort(body)


def test_what_is_in_a_folder_that_goes_moves_up(sort) -> None:
    async def body(scene, sorting):
        outer = await sorting.folders.create(scene.ann, "A")
        inner = await sorting.folders.create(scene.ann, "B", parent_id=outer.id)
        below = await sorting.folders.create(scene.ann, "C", parent_id=inner.id)
        one, _, _ = await scene.talk("hello")
        await sorting.bulk.act(scene.ann, Asked(act="move", ids=(one,), folder_id=inner.id))
        assert (await sorting.folders.remove(scene.ann, inner.id)).moved == 1
        rows = {row.folder.id: row for row in await sorting.folders.list(scene.ann)}
        assert (rows[outer.id].conversations, rows[below.id].folder.parent_id) == (1, outer.id)
        assert inner.id not in rows

    sort(body)


def test_a_folder_that_went_comes_back_with_what_was_in_it(sort) -> None:
    async def body(scene, sorting):
        outer = await sorting.folders.create(scene.ann, "A")
        inner = await sorting.folders.create(
            scene.ann, "B", parent_id=outer.id, settings={"instructions": "a"}
        )
        below = await sorting.folders.create(scene.ann, "C", parent_id=inner.id)
        (one, _, _), (other, _, _) = await scene.talk("hello"), await scene.talk("hi")
        await sorting.bulk.act(scene.ann, Asked(act="move", ids=(one, other), folder_id=inner.id))
        gone = await sorting.folders.remove(scene.ann, inner.id)
        await sorting.bulk.act(scene.ann, Asked(act="move", ids=(other,), folder_id=None))
        undone = await sorting.bulk.undo(scene.ann, gone.undo_id)
        assert (undone.restored, undone.left) == ((inner.id, below.id, one), (other,))
        rows = {row.folder.id: row for row in await sorting.folders.list(scene.ann)}
        assert (rows[inner.id].conversations, rows[below.id].folder.parent_id) == (1, inner.id)
        back = rows[inner.id].folder
        assert (back.name, back.parent_id, back.settings) == ("B", outer.id, {"instructions": "a"})
        assert await sorting.bulk.undo(scene.ann, gone.undo_id) == msgspec.structs.replace(undone, left=())

    sort(body)


def test_a_folder_whose_name_is_taken_stays_away(sort) -> None:
    async def body(scene, sorting):
        first = await sorting.folders.create(scene.ann, "A")
        gone = await sorting.folders.remove(scene.ann, first.id)
        await sorting.folders.create(scene.ann, "a")
        with pytest.raises(Conflict, match="already"):
            await sorting.bulk.undo(scene.ann, gone.undo_id)
        with pytest.raises(NotFound):
            await sorting.bulk.undo(scene.bob, gone.undo_id)

    sort(body)


def test_nothing_of_another_space_can_be_named(sort) -> None:
    async def body(scene, sorting):
        own = await sorting.folders.create(scene.ann, "A")
        theirs = await sorting.folders.create(scene.bob, "B")
        one, _, _ = await scene.talk("hello")
        acts = [
            sorting.folders.create(scene.bob, "C", parent_id=own.id),
            sorting.folders.change(scene.bob, own.id, FolderChange(name="Mine")),
            sorting.folders.change(scene.bob, theirs.id, FolderChange(parent_id=own.id)),
            sorting.folders.remove(scene.bob, own.id),
            sorting.reading.read(scene.bob, one),
            sorting.bulk.act(scene.ann, Asked(act="move", ids=(one,), folder_id=theirs.id)),
        ]
        for act in acts:
            with pytest.raises(NotFound):
                await act
        done = await sorting.bulk.act(scene.bob, Asked(act="delete", ids=(one,)))
        assert (done.changed, done.missing) == ((), (one,))
        assert [row.folder for row in await sorting.folders.list(scene.ann)] == [own]
        assert msgspec.structs.replace(own, name="A") == own

    sort(body)

"""Acts on many conversations change what they name, and their undo puts back exactly that."""

import asyncio

import pytest

from salon.features.conversations.sorting import Asked, Filter
from salon.features.conversations.sorting.bulk import KEPT_MS
from salon.foundation.acts import ActDiffers
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound


async def some(scene, count):
    return [
        (await scene.tree.conversations.create(scene.ann, title=f"T{n}")).conversation.id
        for n in range(count)
    ]


async def listed(sorting, scene, **wanted):
    page = await sorting.reading.page(scene.ann, Filter(**wanted), limit=200)
    return {one.conversation.id for one in page.items}


def test_many_are_changed_and_put_back(sort) -> None:
    async def body(scene, sorting):
        ids = await some(scene, 60)
        folder = await sorting.folders.create(scene.ann, "F")
        for asked, wanted in (
            (Asked(act="move", ids=tuple(ids), folder_id=folder.id), Filter(folder_id=folder.id)),
            (Asked(act="tag", ids=tuple(ids), tags=("Red", "red", "Blue")), Filter(tag="RED")),
            (Asked(act="pin", ids=tuple(ids)), Filter(is_pinned=True)),
            (Asked(act="archive", ids=tuple(ids)), Filter(state="archived")),
            (Asked(act="hide", ids=tuple(ids)), Filter(state="hidden")),
            (Asked(act="delete", ids=tuple(ids)), Filter(state="deleted")),
        ):
            done = await sorting.bulk.act(scene.ann, asked)
            assert (len(done.changed), done.missing) == (60, ())
            page = await sorting.reading.page(scene.ann, wanted, limit=200)
            assert {one.conversation.id for one in page.items} == set(ids), asked
            undone = await sorting.bulk.undo(scene.ann, done.undo_id)
            assert (len(undone.restored), undone.left) == (60, ())
            assert await sorting.bulk.undo(scene.ann, done.undo_id) == undone
            assert (await sorting.reading.page(scene.ann, wanted)).items == ()
        assert await listed(sorting, scene) == set(ids)

    sort(body)


def test_an_undo_leaves_what_was_so_before_or_was_changed_since(sort) -> None:
    async def body(scene, sorting):
        one, two, three = await some(scene, 3)
        await sorting.bulk.act(scene.ann, Asked(act="archive", ids=(one,)))
        done = await sorting.bulk.act(scene.ann, Asked(act="archive", ids=(one, two, three, "cnv_none")))
        assert (set(done.changed), done.missing) == ({two, three}, ("cnv_none",))
        await sorting.bulk.act(scene.ann, Asked(act="unarchive", ids=(three,)))
        undone = await sorting.bulk.undo(scene.ann, done.undo_id)
        assert (undone.restored, undone.left) == ((two,), (three,))
        assert await listed(sorting, scene, state="archived") == {one}

    sort(body)


def test_an_undo_of_tags_takes_only_those_that_were_put_on(sort) -> None:
    async def body(scene, sorting):
        one, two = await some(scene, 2)
        await sorting.bulk.act(scene.ann, Asked(act="tag", ids=(one,), tags=("Red",)))
        done = await sorting.bulk.act(scene.ann, Asked(act="tag", ids=(one, two), tags=("Red",)))
        await sorting.bulk.undo(scene.ann, done.undo_id)
        assert await listed(sorting, scene, tag="red") == {one}
        off = await sorting.bulk.act(scene.ann, Asked(act="untag", ids=(one, two), tags=("Red",)))
        assert off.changed == (one,)
        await sorting.bulk.undo(scene.ann, off.undo_id)
        (tag,) = await sorting.tags.list(scene.ann)
        assert (tag.name, tag.conversations) == ("Red", 1)
        await sorting.tags.rename(scene.ann, tag.id, "Rouge")
        assert await listed(sorting, scene, tag="rouge") == {one}
        await sorting.bulk.act(scene.ann, Asked(act="tag", ids=(two,), tags=("Green",)))
        with pytest.raises(Conflict):
            await sorting.tags.rename(scene.ann, tag.id, "GREEN")
        with pytest.raises(NotFound):
            await sorting.tags.remove(scene.bob, tag.id)
        await sorting.tags.remove(scene.ann, tag.id)
        with pytest.raises(NotFound):
            await sorting.tags.rename(scene.ann, tag.id, "Gone")
        assert await listed(sorting, scene, tag="rouge") == set()

    sort(body)


def test_what_was_erased_since_does_not_come_back(sort) -> None:
    async def body(scene, sorting):
        one, _, _ = await scene.talk("secret")
        done = await sorting.bulk.act(scene.ann, Asked(act="delete", ids=(one,)))
        await scene.tree.deletion.conversation(scene.ann, one, "erase")
        assert (await sorting.bulk.undo(scene.ann, done.undo_id)).left == (one,)

    sort(body)


def test_an_act_by_a_filter_with_a_clients_id_is_done_once(sort) -> None:
    async def body(scene, sorting):
        ids = await some(scene, 3)
        asked = Asked(act="archive", filter=Filter(is_pinned=False))
        done = await sorting.bulk.act(scene.ann, asked, client_id="x")
        assert set(done.changed) == set(ids)
        await sorting.bulk.undo(scene.ann, done.undo_id)
        assert await sorting.bulk.act(scene.ann, asked, client_id="x") == done
        assert await listed(sorting, scene) == set(ids), "sent again it does nothing"
        with pytest.raises(ActDiffers):
            await sorting.bulk.act(scene.ann, Asked(act="pin", ids=("a",)), client_id="x")

    sort(body)


def test_an_act_that_is_sent_twice_at_the_same_moment_is_one_act(sort) -> None:
    async def body(scene, sorting):
        ids = await some(scene, 160)
        for asked in (
            Asked(act="pin", ids=(*ids, "cnv_none")),
            Asked(act="archive", filter=Filter(is_pinned=True)),
            Asked(act="tag", ids=tuple(ids), tags=("Red",)),
        ):
            sent = [sorting.bulk.act(scene.ann, asked, client_id=asked.act) for _ in range(3)]
            one, *others = await asyncio.gather(*sent)
            assert others == [one, one]
            assert sorted(one.changed) == sorted(ids)
            undone = await sorting.bulk.undo(scene.ann, one.undo_id)
            assert (sorted(undone.restored), undone.left) == (sorted(ids), ())
            await sorting.bulk.act(scene.ann, asked)

    sort(body)


def test_an_act_that_was_cut_off_is_gone_on_with(sort) -> None:
    async def body(scene, sorting):
        ids = await some(scene, 300)
        asked = Asked(act="pin", ids=tuple(ids))
        cut = asyncio.ensure_future(sorting.bulk.act(scene.ann, asked, client_id="x"))
        while not await listed(sorting, scene, is_pinned=True):
            await asyncio.sleep(0)
        cut.cancel()
        await asyncio.wait([cut])
        done = await sorting.bulk.act(scene.ann, asked, client_id="x")
        assert sorted(done.changed) == sorted(ids)
        assert len((await sorting.bulk.undo(scene.ann, done.undo_id)).restored) == 300

    sort(body)


def test_an_undo_has_its_time_and_its_space(sort) -> None:
    async def body(scene, sorting):
        ids = await some(scene, 1)
        done = await sorting.bulk.act(scene.ann, Asked(act="pin", ids=tuple(ids)))
        with pytest.raises(NotFound):
            await sorting.bulk.undo(scene.bob, done.undo_id)
        scene.clock.advance(KEPT_MS / 1000 + 1)
        with pytest.raises(Conflict):
            await sorting.bulk.undo(scene.ann, done.undo_id)
        await sorting.bulk.act(scene.ann, Asked(act="unpin", ids=tuple(ids)))
        with pytest.raises(NotFound):
            await sorting.bulk.undo(scene.ann, done.undo_id)
        for wrong in (
            Asked(act="pin"),
            Asked(act="pin", ids=("a",), filter=Filter()),
            Asked(act="tag", ids=("a",)),
            Asked(act="pin", ids=("a",), tags=("b",)),
            Asked(act="tag", ids=("a",), tags=(" ",)),
            Asked(act="pin", ids=("a",) * 10_001),
        ):
            with pytest.raises(InvalidRequest):
                await sorting.bulk.act(scene.ann, wrong)

    sort(body)

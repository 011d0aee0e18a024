"""Branches: from any message, by name; moved back with their history kept."""

import pytest

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.tree import BranchChange, ConversationChange
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound


def test_a_branch_begins_at_any_message_and_opens_first_if_asked(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        side = await made.tree.branches.create(
            made.ann, conversation, name="Side", head_id=ids[0], opens=True, client_id="b"
        )
        await made.tree.messages.append(made.ann, conversation, [made.said("zwei")])
        assert await made.words(conversation) == ["one", "zwei"]
        assert await made.words(conversation, branch_id=main) == ["one", "two", "three"]
        await made.tree.conversations.change(made.ann, conversation, ConversationChange(branch_id=main))
        assert await made.words(conversation) == ["one", "two", "three"]
        names = [branch.name for branch in (await made.tree.branches.page(made.ann, conversation)).items]
        assert names == ["main", "Side"]
        again = await made.tree.branches.create(
            made.ann, conversation, name="Side", head_id=ids[0], opens=True, client_id="b"
        )
        assert again.id == side.id

    play(scene)


def test_a_branch_is_renamed_and_pinned_by_whoever_saw_its_last_version(play) -> None:
    async def scene(made) -> None:
        conversation, main, _ = await made.talk("one")
        had = await made.tree.branches.get(made.ann, conversation, main)
        change = BranchChange(name="Trunk", is_pinned=True)
        after = await made.tree.branches.change(made.ann, conversation, main, change, version=had.version)
        assert (after.name, after.pinned_at_ms) == ("Trunk", made.clock.now_ms())
        with pytest.raises(ChangedMeanwhile):
            await made.tree.branches.change(made.ann, conversation, main, change, version=had.version)
        with pytest.raises(InvalidRequest):
            await made.tree.branches.change(made.ann, conversation, main, BranchChange(name="  "))

    play(scene)


def test_a_rollback_is_taken_back_and_forth(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        move, undo = made.tree.branches.move, made.tree.branches.undo
        with pytest.raises(Conflict):
            await undo(made.ann, conversation, main)
        await move(made.ann, conversation, main, to=ids[0], kind="rollback")
        assert await made.words(conversation) == ["one"]
        await made.tree.messages.append(made.ann, conversation, [made.said("zwei")])
        (first,) = (await made.tree.branches.moves(made.ann, conversation, main)).items
        await undo(made.ann, conversation, main, move_id=first.id)
        assert await made.words(conversation) == ["one", "two", "three"]
        await undo(made.ann, conversation, main)
        assert await made.words(conversation) == ["one", "zwei"]
        await move(made.ann, conversation, main, to=None, kind="rollback")
        assert await made.words(conversation) == []
        kinds = [one.kind for one in (await made.tree.branches.moves(made.ann, conversation, main)).items]
        assert kinds == ["rollback", "restore", "restore", "rollback"]

    play(scene)


def test_branches_and_their_moves_come_page_by_page(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        branches = made.tree.branches
        for name in ("b", "c", "d", "e"):
            await branches.create(made.ann, conversation, name=name, head_id=ids[0])
        for to in (ids[0], ids[1], ids[2], None):
            await branches.move(made.ann, conversation, main, to=to, kind="switch")
        whole = (await branches.page(made.ann, conversation)).items
        moves = (await branches.moves(made.ann, conversation, main)).items
        assert [len(whole), len(moves)] == [5, 4]
        for all_of, read in (
            (whole, lambda **page: branches.page(made.ann, conversation, **page)),
            (moves, lambda **page: branches.moves(made.ann, conversation, main, **page)),
        ):
            found, cursor, sizes = [], None, []
            while cursor is not None or not sizes:
                page = await read(cursor=cursor, limit=2)
                found, cursor = [*found, *page.items], page.next
                sizes.append(len(page.items))
            assert tuple(found) == all_of
            assert sizes == [2] * (len(all_of) // 2) + [1] * (len(all_of) % 2)

    play(scene)


def test_a_move_is_refused_to_whoever_saw_an_older_version(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two")
        other, _, elsewhere = await made.talk("other")
        move = made.tree.branches.move
        with pytest.raises(ChangedMeanwhile):
            await move(made.ann, conversation, main, to=ids[0], kind="rollback", version=1)
        for where, target in ((conversation, elsewhere[0]), (other, ids[0])):
            with pytest.raises(NotFound):
                await move(made.ann, where, main, to=target, kind="rollback")
        with pytest.raises(NotFound):
            await made.tree.branches.undo(made.ann, conversation, main, move_id="mov_none")
        assert await made.words(conversation) == ["one", "two"]

    play(scene)

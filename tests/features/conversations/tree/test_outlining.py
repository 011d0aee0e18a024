"""Outlines: the whole path without its words, in parts, and in one's own space alone."""

import pytest

from salon.features.conversations.tree import MessageMarks
from salon.foundation.kit.errors import NotFound


def test_an_outline_is_the_path_without_its_words(play) -> None:
    async def scene(made) -> None:
        conversation, branch, ids = await made.talk(*(f"word {number}" for number in range(8)))
        await made.tree.messages.mark(made.ann, conversation, ids[2], MessageMarks(is_pinned=True))
        await made.tree.deletion.message(made.ann, conversation, ids[7], "delete")
        outline = made.tree.outlining.outline
        whole = await outline(made.ann, conversation, last_id=ids[7])
        assert [line.id for line in whole.items] == ids
        assert [line.id for line in whole.items if line.is_pinned] == [ids[2]]
        assert [line.id for line in whole.items if line.is_deleted] == [ids[7]]
        assert {(line.role, line.author.name) for line in whole.items} == {("user", "Ann")}
        end = await outline(made.ann, conversation, branch_id=branch, limit=3)
        assert end.branch is not None
        assert [line.id for line in end.items][-1] == end.branch.head_id
        above = await outline(made.ann, conversation, before=str(end.next))
        assert [*above.items, *end.items] == list(whole.items)[: len(above.items) + 3]
        assert above.next is None

    play(scene)


def test_an_outline_of_another_space_is_not_there(play) -> None:
    async def scene(made) -> None:
        conversation, branch, ids = await made.talk("one", "two")
        other, _, _ = await made.talk("three")
        for where in ({}, {"branch_id": branch}, {"last_id": ids[0]}, {"before": ids[1]}):
            with pytest.raises(NotFound):
                await made.tree.outlining.outline(made.bob, conversation, **where)
            if where:
                with pytest.raises(NotFound):
                    await made.tree.outlining.outline(made.ann, other, **where)
        empty, _, _ = await made.talk()
        assert (await made.tree.outlining.outline(made.ann, empty)).items == ()

    play(scene)


def test_an_outline_is_longer_than_one_question(play) -> None:
    async def scene(made) -> None:
        conversation, _, _ = await made.talk(*("word" for _ in range(100)))
        for _ in range(11):
            await made.tree.messages.append(made.ann, conversation, [made.said("more")] * 50)
        found = await made.tree.outlining.outline(made.ann, conversation)
        assert (len(found.items), found.next) == (650, None)
        assert len({line.id for line in found.items}) == 650

    play(scene)

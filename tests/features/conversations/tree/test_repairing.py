"""A tree that was damaged from outside is read to where it is whole, and mended without losing a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, update

from salon.features.conversations.store.walking import Place
from salon.features.conversations.tables import branches, conversations, messages
from salon.features.conversations.tree.repairing import mend
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import statement

_HANG = statement(
    update(messages).where(messages.c.id == bindparam("key")).values(parent_id=bindparam("new_parent"))
)
_END = statement(
    update(branches).where(branches.c.id == bindparam("key")).values(head_id=bindparam("new_head"))
)
_OPEN = statement(
    update(conversations).where(conversations.c.id == bindparam("key")).values(branch_id=None, messages=99)
)


async def hang(made, message_id: str, parent_id: str) -> None:
    await made.storage.write(lambda tx: tx.run(_HANG, key=message_id, new_parent=parent_id))


def test_a_circle_is_read_once_and_cut(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three", "four")
        await hang(made, ids[0], ids[2])
        page = await made.tree.messages.page(made.ann, conversation)
        assert (len(page.items), page.next, page.is_broken) == (4, None, True)
        assert len(await made.words(conversation)) == 4
        assert (await made.tree.comparing.branches(made.ann, conversation, main, ids[2])).shared == 3
        checked = await made.tree.repairing.repair(made.ann, conversation, only_check=True)
        assert [(one.kind, one.id) for one in checked.problems] == [("cycle", ids[0])]
        assert (await made.tree.messages.page(made.ann, conversation)).is_broken
        assert await made.tree.repairing.repair(made.ann, conversation) == checked
        assert (await made.tree.repairing.repair(made.ann, conversation)).problems == ()
        assert await made.words(conversation) == ["one", "two", "three", "four"]

    play(scene)


def test_orphans_heads_and_counts_are_mended(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        await hang(made, ids[1], "msg_gone")
        await made.storage.write(lambda tx: tx.run(_END, key=main, new_head="msg_gone"))
        await made.storage.write(lambda tx: tx.run(_OPEN, key=conversation))
        page = await made.tree.messages.page(made.ann, conversation, branch_id=main)
        assert (page.items, page.is_broken) == ((), True)
        done = await made.tree.repairing.repair(made.ann, conversation)
        kinds = [one.kind for one in done.problems]
        assert kinds == ["orphan", "depth", "head", "opening-branch", "count"]
        assert await made.words(conversation) == ["two", "three"]
        assert len((await made.tree.messages.children(made.ann, conversation, None)).items) == 2
        assert (await made.tree.conversations.get(made.ann, conversation)).conversation.messages == 3
        assert (await made.tree.repairing.repair(made.ann, conversation)).problems == ()
        with pytest.raises(NotFound):
            await made.tree.repairing.repair(made.bob, conversation)

    play(scene)


@given(st.lists(st.tuples(st.integers(-1, 14), st.integers(-2, 5)), max_size=14))
def test_any_tangle_becomes_a_tree(tangle: list[tuple[int, int]]) -> None:
    places = [
        Place(f"msg_{number:02}", None if parent < 0 else f"msg_{parent:02}", depth, "user", None)
        for number, (parent, depth) in enumerate(tangle)
    ]
    moved = {one: (parent, depth) for one, parent, depth in mend(places).moved}
    now = {place.id: moved.get(place.id, (place.parent_id, place.depth)) for place in places}
    for parent, depth in now.values():
        assert depth == (0 if parent is None else now[parent][1] + 1)
    again = [Place(one, parent, depth, "user", None) for one, (parent, depth) in now.items()]
    assert mend(again) == type(mend(again))(moved=(), problems=())

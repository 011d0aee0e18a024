"""Maps: where paths begin, part and end, and how much stands between."""

import pytest

from salon.features.conversations.tree import charting
from salon.foundation.kit.errors import NotFound


def test_a_map_tells_where_paths_part_and_counts_the_turns_between(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk(*(f"word {number}" for number in range(30)))
        await made.tree.messages.edit(made.ann, conversation, ids[20], made.said("  other \n words "))
        drawn = await made.tree.charting.map(made.ann, conversation)
        found = {stop.line.id: stop for stop in drawn.items}
        other = drawn.items[-1] if drawn.items[-1].words == "other words" else found[max(found)]
        assert (other.words, other.parent_id, other.between) == ("other words", ids[19], 0)
        assert found[ids[20]].parent_id == ids[19]
        assert found[ids[19]].children == 2
        assert found[ids[0]].parent_id is None
        between = sum(stop.between for stop in drawn.items)
        assert between + len(drawn.items) == drawn.messages == 31
        assert between == 20

    play(scene)


def test_a_short_tree_is_on_its_map_as_a_whole(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("one", "two", "three", "four", "five")
        drawn = await made.tree.charting.map(made.ann, conversation)
        assert [stop.words for stop in drawn.items] == ["one", "two", "three", "four", "five"]
        await made.tree.deletion.message(made.ann, conversation, ids[4], "delete")
        assert len((await made.tree.charting.map(made.ann, conversation)).items) == 4
        with pytest.raises(NotFound):
            await made.tree.charting.map(made.bob, conversation)
        empty, _, _ = await made.talk()
        assert (await made.tree.charting.map(made.ann, empty)).items == ()

    play(scene)


def test_of_too_many_places_the_newest_are_told(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("one", "two")
        for number in range(30):
            await made.tree.messages.edit(made.ann, conversation, ids[1], made.said(f"version {number}"))
        drawn = await made.tree.charting.map(made.ann, conversation)
        assert (len(drawn.items), drawn.is_cut) == (32, False)
        shape = charting.Shape(
            [charting.Place(str(n), None, 0, "user", None) for n in range(10_000, 12_000)], set()
        )
        assert len(shape.kept()) == charting.MOST_PLACES
        assert shape.is_cut
        assert shape.kept()[-1].id == "11999"

    play(scene)

"""What Salon exports and imports again is the same tree, in the same house, another space, and twice."""

import msgspec
import pytest

from salon.features.conversations.exchange.exporting import Wish
from salon.features.conversations.store.conversations import get_conversation
from salon.foundation.kit.caller import SpaceScope
from salon.testing import exports, other_exports


async def exported(house, wish, caller):
    made = await house.exports.direct(caller, wish)
    return b"".join([chunk async for chunk in made.chunks])


async def shape(house, conversation_id, caller):
    """Return what a tree says, without the ids of its house."""
    messages = await house.messages(conversation_id, caller)
    place = {message.id: number for number, message in enumerate(messages)}
    branches = (await house.tree.branches.page(caller, conversation_id)).items
    return (
        [
            (
                message.role, message.author.kind, message.author.name, message.status, message.content,
                None if message.parent_id is None else place[message.parent_id], message.created_at_ms,
                message.excluded_at_ms,
            )
            for message in messages
        ],
        [(branch.name, place.get(branch.head_id)) for branch in branches],
    )  # fmt: skip


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_an_export_that_is_imported_again_is_the_same_tree(play, form) -> None:
    async def scene(house) -> None:
        await house.bring([exports.chatgpt_rich()])
        done = await house.bring(other_exports.sillytavern())
        [entry] = await house.report(done)
        data = await exported(house, Wish(format=form), house.ann)
        again = await house.bring(data)
        assert (again.programs, again.totals.unchanged, again.totals.messages_added) == (("salon",), 2, 0)
        theirs = await house.bring(data, house.bob)
        assert (theirs.status, theirs.totals.added) == ("done", 2)
        copies = {one.origin: one for one in await house.report(theirs, house.bob)}
        copy = copies["sillytavern:slug-1"]
        before = await shape(house, entry.conversation_id, house.ann)
        assert await shape(house, copy.conversation_id, house.bob) == before
        kept = await house.storage.read(
            lambda tx: get_conversation(tx, SpaceScope(house.bob.space_id), copy.conversation_id)
        )
        assert kept.title == "export"
        assert msgspec.json.encode(kept.settings)

    play(scene)


def test_files_travel_with_the_archive(play) -> None:
    async def scene(house) -> None:
        files = {"file_0000000012345678abcd-p.png": exports.PNG}
        await house.bring(exports.chatgpt_zip(exports.chatgpt_rich(), files=files))
        data = await exported(house, Wish(format="json", has_files=True), house.ann)
        theirs = await house.bring(data, house.bob)
        assert (theirs.totals.added, theirs.totals.files_added) == (1, 1)
        [entry] = await house.report(theirs, house.bob)
        assert not entry.notes
        kept = await house.files.list(SpaceScope(house.bob.space_id))
        [file] = [one for one in kept if one.media_type == "image/png"]
        assert b"".join([part async for part in house.files.content(file)]) == exports.PNG

    play(scene)


def test_folders_and_tags_come_with_their_conversations(play) -> None:
    async def scene(house) -> None:
        for _ in range(2):
            done = await house.bring(other_exports.lobechat())
        topic = next(one for one in await house.report(done) if one.title == "A topic")
        found = await house.placed(topic.conversation_id)
        assert found == (["Work", "Helper"], ["t"])

    play(scene)

"""Imports as runs: stopped, left, gone on with, and what they do when something is missing."""

import asyncio
from pathlib import Path

from salon.features.conversations.exchange.importing.service import MOST_PAGE
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.messages import OpaquePart
from salon.foundation.storage import open_storage
from salon.testing import exports
from salon.testing.tables import import_all_tables

LARGE = b"".join(exports.large_chatgpt(20_000_000))
"""Takes so long that something can happen in the midst."""
PICTURES = exports.chatgpt_zip(exports.chatgpt_rich(), files={"file_0000000012345678abcd-p.png": exports.PNG})


async def begun(house):
    """Begin a large import, and wait until some of it is in."""
    one = await house.begin(LARGE)
    async with asyncio.timeout(60):
        while (await house.imports.get(house.ann, one.id)).totals.conversations == 0:
            await asyncio.sleep(0.01)
    return one


def test_a_stopped_import_keeps_what_it_took_in(play) -> None:
    async def scene(house) -> None:
        one = await begun(house)
        await house.imports.cancel(house.ann, one.id)
        ended = await house.end(one)
        assert ended.status == "cancelled"
        page = await house.imports.report(house.ann, one.id, limit=MOST_PAGE)
        assert 0 < len(page) == ended.totals.added
        again = await house.bring(LARGE)
        assert again.totals.unchanged == ended.totals.added

    play(scene)


def test_its_run_tells_how_far_it_is_and_ends_once(play) -> None:
    async def scene(house) -> None:
        one = await house.bring([exports.chatgpt_rich()])
        async with asyncio.timeout(60):
            seen = [
                event
                async for event in house.runs.follow(SpaceScope(house.ann.space_id), one.run_id)
                if hasattr(event, "type")
            ]
        assert [event.type for event in seen] == ["progress", "end"]
        assert seen[-1].data()["data"]["totals"]["messages_added"] == 7

    play(scene)


def test_the_next_process_goes_on_behind_the_last_conversation(address: str, tmp_path: Path, make) -> None:
    import_all_tables()

    async def scene() -> None:
        storage = await open_storage(address, pool_size=4)
        try:
            await storage.create_all()
            first = make(storage, tmp_path)
            await first.start()
            one = await begun(first)
            await first.close()
            left = (await first.imports.get(first.ann, one.id)).totals
            second = make(storage, tmp_path)
            await second.start()
            ended = await second.end(one)
            await second.close()
            assert 0 < left.added < ended.totals.added == ended.totals.conversations
            assert ended.totals.messages_known == 0
            assert not list((tmp_path / "incoming").glob("import-*"))
        finally:
            await storage.close()

    asyncio.run(scene())


def test_an_import_whose_run_was_ended_gets_another_one(play) -> None:
    async def scene(house) -> None:
        one = await begun(house)
        next(iter(house.imports._at_work.values())).lose()
        async with asyncio.timeout(60):
            while house.imports._at_work:
                await asyncio.sleep(0.01)
        assert await house.imports.revive() == 0
        taken = await house.runs.take_over(await house.runs.get(SpaceScope(house.ann.space_id), one.run_id))
        await taken.end("interrupted")
        assert await house.imports.revive() == 1
        ended = await house.end(one)
        assert (ended.status, ended.totals.messages_known) == ("done", 0)

    play(scene)


def test_whoever_may_not_any_more_imports_nothing(play) -> None:
    async def scene(house) -> None:
        house.allowed.clear()
        failed = await house.bring([exports.chatgpt_rich()])
        assert (failed.status, failed.problem.code) == ("failed", "nobody")

    play(scene)


def test_files_without_room_are_named_and_their_message_comes(play) -> None:
    async def scene(house) -> None:
        one = await house.begin(PICTURES)
        house.files._quota_bytes = 1
        ended = await house.end(one)
        assert (ended.totals.added, ended.totals.files_added) == (1, 0)
        [entry] = await house.report(ended)
        assert "file-refused" in {note.code for note in entry.notes}
        parts = [part for one in await house.messages(entry.conversation_id) for part in one.content.parts]
        assert [part.type for part in parts if isinstance(part, OpaquePart)] == ["file"]

    play(scene)


def test_a_picture_that_is_damaged_is_named(play) -> None:
    async def scene(house) -> None:
        data = bytearray(PICTURES)
        at = data.index(b"file_0000000012345678abcd-p.png") + 40
        data[at : at + 8] = b"\xff" * 8
        ended = await house.bring(bytes(data))
        [entry] = await house.report(ended)
        assert (ended.status, entry.added) == ("done", 7)
        assert {note.code for note in entry.notes} >= {"file-refused"}

    play(scene)

"""Exports that are runs: they end in a file, can be stopped, and begin again after a death."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from tests.features.conversations.conftest import ANN, BOB
from tests.features.conversations.exchange.exporting.conftest import Desk

from salon.features.conversations.exchange.archive import Archive
from salon.features.conversations.exchange.exporting import Exports, Wish
from salon.foundation.acts import ActDiffers
from salon.foundation.files import FileExpired
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound
from salon.foundation.runs import Run

Play = Callable[..., None]


async def ended(exports: Exports, run: Run) -> Run:
    async with asyncio.timeout(60):
        while run.status == "running":
            await asyncio.sleep(0.01)
            run = await exports.get(ANN, run.id)
    return run


def test_an_export_ends_in_a_file_of_the_space(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        for number in range(3):
            await desk.scene.talk(f"Talk {number}", "More")
        run = await ended(desk.exports, await desk.exports.begin(ANN, Wish()))
        assert run.status == "done"
        outcome = await desk.exports.outcome(ANN, run)
        assert (outcome["conversations"], outcome["messages"]) == (3, 6)
        file, content = await desk.exports.file(ANN, run.id)
        data = b"".join([chunk async for chunk in content])
        assert len(msgspec.json.decode(data, type=Archive).conversations) == 3
        assert (file.purpose, file.size_bytes) == ("export", outcome["size_bytes"])
        assert file.name.startswith("Conversations ")
        page = await desk.exports.page(ANN, cursor=None, limit=1)
        assert [one.id for one in page.items] == [run.id]
        desk.scene.clock.advance(8 * 24 * 3600)
        with pytest.raises(FileExpired):
            await desk.exports.file(ANN, run.id)

    desk(act)


def test_another_space_sees_nothing_of_an_export(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        await desk.scene.talk("One")
        run = await ended(desk.exports, await desk.exports.begin(ANN, Wish()))
        other = await desk.runs.begin(ANN, "batch")
        for caller, run_id in ((BOB, run.id), (ANN, other.run_id), (ANN, "run_x'"), (ANN, "")):
            for reach in (desk.exports.get, desk.exports.file, desk.exports.cancel):
                with pytest.raises(NotFound):
                    await reach(caller, run_id)
        assert (await desk.exports.page(BOB, cursor=None, limit=5)).items == ()

    desk(act)


def test_a_stopped_export_keeps_no_file(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        for number in range(30):
            await desk.scene.talk(f"Talk {number}")
        begun = await desk.exports.begin(ANN, Wish(format="markdown"))
        with pytest.raises(Conflict):
            await desk.exports.file(ANN, begun.id)
        await desk.exports.cancel(ANN, begun.id)
        run = await ended(desk.exports, begun)
        assert run.status == "cancelled"
        assert await desk.exports.outcome(ANN, run) == {}
        with pytest.raises(NotFound):
            await desk.exports.file(ANN, run.id)
        assert await desk.files.list(SpaceScope(ANN.space_id)) == []

    desk(act)


def test_an_export_that_cannot_be_kept_says_why(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, _, _ = await desk.scene.talk("One")
        desk.files._max_bytes = 10
        run = await ended(desk.exports, await desk.exports.begin(ANN, Wish(conversation_ids=(talk,))))
        assert run.status == "failed"
        assert (await desk.exports.outcome(ANN, run))["error"]["code"] == "too_large"

    desk(act)


def test_an_export_left_behind_is_begun_again(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        for number in range(20):
            await desk.scene.talk(f"Talk {number}")
        begun = await desk.exports.begin(ANN, Wish(format="jsonl"))
        await desk.exports.jobs.close()
        await desk.runs.tidy()
        run = await ended(desk.exports, begun)
        assert run.status == "done"
        assert run.epoch == 2
        _, content = await desk.exports.file(ANN, run.id)
        assert b"".join([chunk async for chunk in content]).count(b"\n") == 22

    desk(act)


def test_an_export_that_is_sent_again_is_the_same_run(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        first, _, _ = await desk.scene.talk("One")
        second, _, _ = await desk.scene.talk("Two")
        found = iter((first, second))

        async def find() -> Wish:
            return Wish(conversation_ids=(next(found),), is_selection=True)

        runs = [await desk.exports.begin(ANN, find, asked="x", client_id="mine") for _ in range(2)]
        assert runs[0].id == runs[1].id
        assert next(found) == second
        with pytest.raises(ActDiffers):
            await desk.exports.begin(ANN, find, asked="y", client_id="mine")
        await ended(desk.exports, runs[0])
        stopped = [await desk.exports.cancel(ANN, runs[0].id, client_id="stop") for _ in range(2)]
        assert [one.status for one in stopped] == ["done", "done"]
        with pytest.raises(ActDiffers):
            await desk.exports.cancel(ANN, "run_else", client_id="stop")

    desk(act)

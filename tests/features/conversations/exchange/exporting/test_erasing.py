"""What is erased is in no file of an export: neither in one that is done nor in one that is being made."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.features.conversations.conftest import ANN, BOB
from tests.features.conversations.exchange.exporting.conftest import Desk

from salon.features.conversations.exchange.exporting import ExportEraser, Wish
from salon.features.conversations.exchange.exporting.jobs import KEPT_S
from salon.features.conversations.tree import Erasure
from salon.foundation.files import FileMissing, Gate
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.runs import Run

Play = Callable[..., None]
A, B = SpaceScope(ANN.space_id), SpaceScope(BOB.space_id)


class SlowScanner:
    """Looks at a file for as long as the test wants: all of it was read by then, and none of it is kept."""

    def __init__(self) -> None:
        self.files = 0
        self.looks, self.may_pass = asyncio.Event(), asyncio.Event()

    async def scan(self, path: Path) -> str | None:
        assert path.exists()
        self.files += 1
        self.looks.set()
        await self.may_pass.wait()
        return None


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def ended(desk: Desk, run: Run, caller: Caller = ANN) -> Run:
    async with asyncio.timeout(60):
        while run.status == "running":
            await asyncio.sleep(0.01)
            run = await desk.exports.get(caller, run.id)
    return run


async def data_of(desk: Desk, run: Run) -> bytes:
    _, content = await desk.exports.file(ANN, run.id)
    return b"".join([chunk async for chunk in content])


async def contents(desk: Desk, folder: Path) -> int:
    """Return how many contents are on the disk after the collector looked."""
    await desk.files.collect()
    return sum(path.is_file() for path in (folder / "blobs").rglob("*"))


def test_an_erasure_takes_the_files_of_its_spaces_exports_alone(desk: Play, tmp_path: Path) -> None:
    gone: list[bool] = []

    async def act(desk: Desk) -> None:
        desk.scene.tree.erasers.add_space(ExportEraser(desk.scene.clock, on_gone=lambda: gone.append(True)))
        talk, _, (first, second) = await desk.scene.talk("Erased", "Deleted")
        mine = await ended(desk, await desk.exports.begin(ANN, Wish(format="jsonl")))
        await ended(desk, await desk.exports.begin(BOB, Wish()), BOB)
        sent = await desk.files.store(ANN, once(b"sent"), name="a", purpose="export", keep_s=KEPT_S + 1)
        await desk.scene.tree.deletion.message(ANN, talk, second, "delete")
        assert b"Erased" in await data_of(desk, mine)
        await desk.scene.tree.deletion.message(ANN, talk, first, "erase")
        with pytest.raises(FileMissing):
            await desk.exports.file(ANN, mine.id)
        assert [file.id for file in await desk.files.list(A)] == [sent.id]
        assert [file.purpose for file in await desk.files.list(B)] == ["export"]
        assert (await contents(desk, tmp_path), gone) == (2, [True])

    desk(act)


def test_what_is_erased_while_an_export_is_made_is_not_in_its_file(desk: Play, tmp_path: Path) -> None:
    async def act(desk: Desk) -> None:
        desk.scene.tree.erasers.add_space(ExportEraser(desk.scene.clock))
        scanner = SlowScanner()
        desk.files._gate = Gate(desk.storage, scanner, quarantine=tmp_path / "q", without="refuse")
        talk, _, (first, _) = await desk.scene.talk("Erased", "Kept")
        begun = await desk.exports.begin(ANN, Wish(format="jsonl"))
        await scanner.looks.wait()
        await desk.scene.tree.deletion.message(ANN, talk, first, "erase")
        scanner.may_pass.set()
        run = await ended(desk, begun)
        data = await data_of(desk, run)
        assert (run.status, b"Kept" in data, b"Erased" in data) == ("done", True, False)
        assert (await desk.exports.outcome(ANN, run))["messages"] == 2
        assert (scanner.files, await contents(desk, tmp_path)) == (2, 1)

    desk(act)


def test_a_restore_brings_no_file_of_an_export_back(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        desk.scene.tree.erasers.add_space(ExportEraser(desk.scene.clock))
        _, _, (first,) = await desk.scene.talk("Erased since")
        await ended(desk, await desk.exports.begin(ANN, Wish()))
        await ended(desk, await desk.exports.begin(BOB, Wish()), BOB)
        erasure = Erasure(
            id="era_1", space_id=A.space_id, created_by=None, kind="message", target_id=first, created_at_ms=1
        )
        assert await desk.scene.tree.janitor.erase_again([erasure]) == 1
        assert (await desk.files.list(A), len(await desk.files.list(B))) == ([], 1)

    desk(act)


def test_an_export_is_called_after_its_conversation_as_long_as_that_is_there(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, _, _ = await desk.scene.talk("One")
        run = await ended(desk, await desk.exports.begin(ANN, Wish(conversation_ids=(talk,))))
        assert await desk.exports.name(ANN, run) == "A talk.json"
        assert "A talk" not in str(run.data)
        await desk.scene.tree.deletion.conversation(ANN, talk, "erase")
        assert (await desk.exports.name(ANN, run)).startswith("Conversation ")

    desk(act)

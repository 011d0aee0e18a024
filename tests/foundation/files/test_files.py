"""Files: stored once, referenced per space, counted, limited, collected, in either store."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from salon.foundation.acts import ActDiffers
from salon.foundation.files import (
    FileMissing,
    FileQuery,
    FileReference,
    Files,
    LocalBlobs,
    QuotaExceeded,
    check_named,
)
from salon.foundation.files.receiving import SYNCED_BYTES, Arrival
from salon.foundation.files.store import recount
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import NotFound, Overloaded, TooLarge
from salon.foundation.kit.ids import SpaceId
from salon.testing.databases import database

ANN = Caller(kind="owner", space_id=SpaceId("spc_a"))
BOB = Caller(kind="owner", space_id=SpaceId("spc_b"))
A, B = SpaceScope(ANN.space_id), SpaceScope(BOB.space_id)


async def chunks(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(files: Files, scope: SpaceScope, file_id: str) -> bytes:
    return b"".join([chunk async for chunk in files.read(scope, file_id)])


def stored(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def play(address: str, tmp_path: Path, scene, **options):
    async def run():
        async with database(address) as storage:
            clock = options.pop("clock", None)
            blobs = LocalBlobs(tmp_path / "blobs")
            files = Files(storage, blobs, incoming=tmp_path / "incoming", clock=clock, **options)
            return await scene(files, storage)

    return asyncio.run(run())


def test_the_same_content_is_stored_once_and_read_by_each_space(address: str, tmp_path: Path) -> None:
    content = os.urandom(50_000)

    async def scene(files, storage):
        mine = await files.store(ANN, chunks(content), name="../../etc/passwd")
        theirs = await files.store(BOB, chunks(content, 7777), name="copy.bin")
        assert mine.hash == theirs.hash == hashlib.sha256(content).hexdigest()
        assert mine.name == "passwd"
        with pytest.raises(NotFound):
            await files.get(B, mine.id)
        with pytest.raises(NotFound):
            await files.delete(BOB, mine.id)
        return await read(files, A, mine.id), await read(files, B, theirs.id)

    assert play(address, tmp_path, scene) == (content, content)
    assert len(stored(tmp_path / "blobs")) == 1
    assert stored(tmp_path / "incoming") == []


def test_the_quota_counts_and_a_refused_file_leaves_nothing(address: str, tmp_path: Path) -> None:
    async def scene(files, storage):
        first = await files.store(ANN, chunks(b"a" * 600), name="a")
        with pytest.raises(QuotaExceeded):
            await files.store(ANN, chunks(b"b" * 600), name="b")
        await files.store(BOB, chunks(b"b" * 600), name="b")
        await files.delete(ANN, first.id)
        await files.store(ANN, chunks(b"c" * 900), name="c")
        return await files.usage(A), await storage.read(lambda tx: recount(tx, A))

    counted, added_up = play(address, tmp_path, scene, quota_bytes=1000)
    assert counted == added_up
    assert counted.size_bytes == 900


def test_one_piece_at_a_time_is_brought_to_the_disk_and_spaces_take_turns(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit of the database waits behind whatever is being synced: never behind more than one piece."""
    under_way, most, served, add = 0, 0, [], Arrival.add

    def watched(arrival: Arrival, piece: bytes) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        served.append((arrival, len(piece)))
        add(arrival, piece)
        under_way -= 1

    monkeypatch.setattr(Arrival, "add", watched)
    content = os.urandom(6 * SYNCED_BYTES + 1)

    async def scene(files, storage):
        greedy = [files.store(ANN, chunks(content, 700_000), name=f"{number}") for number in range(5)]
        stored = await asyncio.gather(*greedy, files.store(BOB, chunks(content, 9_000_000), name="one"))
        assert {file.hash for file in stored} == {hashlib.sha256(content).hexdigest()}

    play(address, tmp_path, scene)
    assert most == 1
    assert max(size for _, size in served) == SYNCED_BYTES
    last_of_each = {arrival: place for place, (arrival, _) in enumerate(served)}
    # Without turns all six end together; a chunk of his that comes late costs him some places.
    assert min(last_of_each.values()) < len(served) * 3 / 4, "one space took every turn"


def test_what_is_sent_again_is_one_file_and_needs_no_more_room(address: str, tmp_path: Path) -> None:
    async def send(files: Files, content: bytes) -> FileReference:
        taken = await files.take(ANN, chunks(content), name="a", expected_bytes=600, client_id="c")
        return await files.refer(ANN, taken, client_id="c")

    async def scene(files, storage):
        sent = await asyncio.gather(*(send(files, b"a" * 600) for _ in range(3)))
        assert len({file.id for file in sent}) == 1
        assert await send(files, b"a" * 600) == sent[0]
        with pytest.raises(ActDiffers):
            await send(files, b"b" * 600)
        with pytest.raises(ActDiffers):
            await files.delete(ANN, sent[0].id, client_id="c")
        assert (await files.usage(A)).files == 1
        for _ in range(2):
            await files.delete(ANN, sent[0].id, client_id="d")
        with pytest.raises(FileMissing):
            await send(files, b"a" * 600)
        return await files.usage(A), await storage.read(lambda tx: recount(tx, A))

    counted, added_up = play(address, tmp_path, scene, quota_bytes=1000)
    assert counted == added_up
    assert counted.files == 0


def test_concurrent_uploads_never_pass_the_quota(address: str, tmp_path: Path) -> None:
    async def scene(files, storage):
        uploads = (files.store(ANN, chunks(bytes([i]) * 100), name=f"f{i}") for i in range(20))
        await asyncio.gather(*uploads, return_exceptions=True)
        return await files.usage(A), await storage.read(lambda tx: recount(tx, A))

    counted, added_up = play(address, tmp_path, scene, quota_bytes=1000)
    assert counted == added_up
    assert counted.size_bytes == 1000


def test_an_upload_over_the_limit_or_broken_off_leaves_nothing(address: str, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 100
        raise ConnectionError("the sender left")

    async def scene(files, storage):
        with pytest.raises(TooLarge):
            await files.store(ANN, chunks(b"x" * 5001), name="big")
        with pytest.raises(ConnectionError):
            await files.store(ANN, broken(), name="half")
        return await files.list(A)

    assert play(address, tmp_path, scene, max_bytes=5000) == []
    assert stored(tmp_path) == [path for path in stored(tmp_path) if path.name.startswith("salon.db")]


def test_the_collector_waits_for_the_grace_and_spares_what_is_needed(address: str, tmp_path: Path) -> None:
    clock = ManualClock()

    async def scene(files, storage):
        shared = await files.store(ANN, chunks(b"shared"), name="s")
        kept = await files.store(BOB, chunks(b"shared"), name="s")
        alone = await files.store(ANN, chunks(b"alone"), name="a")
        await files.delete(ANN, shared.id)
        await files.delete(ANN, alone.id)
        assert await files.collect() == 0
        clock.advance(2 * 3600)
        assert await files.collect() == 1
        again = await files.store(ANN, chunks(b"alone"), name="a")
        return await read(files, B, kept.id), await read(files, A, again.id)

    assert play(address, tmp_path, scene, clock=clock) == (b"shared", b"alone")


def test_collecting_while_the_same_content_comes_back_loses_nothing(tmp_path: Path) -> None:
    async def scene(files, storage):
        async def churn(k: int) -> None:
            for _ in range(10):
                try:
                    file = await files.store(ANN, chunks(b"same"), name="s")
                except Overloaded:
                    continue  # collected under its hands: told, and nothing refers to it
                assert await read(files, A, file.id) == b"same"
                if k:
                    await files.delete(ANN, file.id)

        async def collect() -> None:
            for _ in range(30):
                await files.collect(grace_s=-1)

        await asyncio.gather(churn(0), churn(1), churn(2), collect())
        return [await read(files, A, file.id) for file in await files.list(A)]

    assert set(play(str(tmp_path / "salon.db"), tmp_path, scene)) <= {b"same"}


def test_files_are_listed_newest_first_in_pages(address: str, tmp_path: Path) -> None:
    async def scene(files, storage):
        made = [(await files.store(ANN, chunks(b"x"), name=f"f{i}")).id for i in range(5)]
        first = await files.list(A, FileQuery(limit=3))
        rest = await files.list(A, FileQuery(after=first[-1].id, limit=3))
        return made, [file.id for file in [*first, *rest]]

    made, listed = play(address, tmp_path, scene)
    assert listed == made[::-1]


def test_missing_content_is_said_plainly(tmp_path: Path) -> None:
    async def run() -> None:
        blobs = LocalBlobs(tmp_path)
        for hash_ in ("0" * 64, "../../etc/passwd", "", "A" * 64):
            with pytest.raises(NotFound):
                await anext(blobs.read(hash_))

    asyncio.run(run())


def test_only_files_of_the_space_can_be_named(address: str, tmp_path: Path) -> None:
    async def scene(files, storage):
        file = await files.store(ANN, chunks(b"words"), name="a.txt")
        await storage.read(lambda tx: check_named(tx, A, [file.id, file.id]))
        for scope, named in ((B, file.id), (A, "fil_nothing")):
            with pytest.raises(FileMissing):
                await storage.read(lambda tx, scope=scope, named=named: check_named(tx, scope, [named]))

    play(address, tmp_path, scene)

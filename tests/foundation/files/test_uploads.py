"""Files in parts: in order, in place, counted once, let go of when they end; and files that expire."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.acts import ActDiffers
from salon.foundation.audit import verify
from salon.foundation.files import (
    Checksum,
    ChecksumWrong,
    FileExpired,
    FileMissing,
    Files,
    LocalBlobs,
    OffsetTaken,
    QuotaExceeded,
    UploadEnded,
    UploadMissing,
    Uploads,
    WrongOffset,
)
from salon.foundation.files.pieces import PIECE_BYTES
from salon.foundation.files.store import recount
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import InvalidRequest, TooLarge
from salon.foundation.kit.ids import SpaceId
from salon.testing.databases import database

ANN = Caller(kind="owner", space_id=SpaceId("spc_a"))
BOB = Caller(kind="owner", space_id=SpaceId("spc_b"))
A, B = SpaceScope(ANN.space_id), SpaceScope(BOB.space_id)
CONTENT = os.urandom(30_000)


async def chunks(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def play(address: str, tmp_path: Path, scene, **options):
    async def run():
        async with database(address) as storage:
            clock = ManualClock(now_ms=1_000_000)
            files = Files(
                storage,
                LocalBlobs(tmp_path / "blobs"),
                incoming=tmp_path / "incoming",
                clock=clock,
                **options,
            )
            return await scene(files, Uploads(storage, files, clock), clock, storage)

    return asyncio.run(run())


def begin(uploads: Uploads, **options):
    return uploads.begin(ANN, **({"name": "a.bin", "open_s": 3600} | options))


def test_parts_sent_side_by_side_are_joined_in_the_order_told(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        upload = await begin(uploads, size_bytes=len(CONTENT), purpose="user_data", keep_s=7200)
        thirds = [CONTENT[at : at + 10_000] for at in (0, 10_000, 20_000)]
        parts = await asyncio.gather(*(uploads.add(ANN, upload.id, chunks(one)) for one in thirds))
        digest = hashlib.md5(CONTENT).hexdigest()
        file = await uploads.complete(ANN, upload.id, [part.id for part in parts], md5=digest)
        assert (file.size_bytes, file.purpose, file.name) == (len(CONTENT), "user_data", "a.bin")
        assert file.expires_at_ms == 1_000_000 + 7_200_000
        assert (await uploads.get(A, upload.id)).file_id == file.id
        assert [one.id for one in await files.list(A)] == [file.id]
        assert await files.usage(A) == await storage.read(lambda tx: recount(tx, A))
        return b"".join([chunk async for chunk in files.read(A, file.id)])

    assert play(address, tmp_path, scene) == CONTENT


def test_of_two_parts_for_one_place_one_is_taken(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        upload = await begin(uploads)
        sent = [uploads.add(ANN, upload.id, chunks(CONTENT[:5000]), offset=0) for _ in range(4)]
        done = await asyncio.gather(*sent, return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["FileReference", *["WrongOffset"] * 3]
        file = await uploads.complete(ANN, upload.id, rest=chunks(CONTENT[5000:]), offset=5000)
        return b"".join([chunk async for chunk in files.read(A, file.id)])

    assert play(address, tmp_path, scene) == CONTENT


def test_what_does_not_fit_is_refused_and_can_be_mended(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        upload = await begin(uploads, size_bytes=10)
        with pytest.raises(TooLarge):
            await uploads.add(ANN, upload.id, chunks(b"x" * 11))
        part = await uploads.add(ANN, upload.id, chunks(b"12345"), offset=0)
        for wrong in (0, 4, 6):
            with pytest.raises(WrongOffset):
                await uploads.add(ANN, upload.id, chunks(b"6"), offset=wrong)
        with pytest.raises(InvalidRequest, match="announced"):
            await uploads.complete(ANN, upload.id, [part.id])
        with pytest.raises(InvalidRequest, match="twice"):
            await uploads.complete(ANN, upload.id, [part.id, part.id])
        with pytest.raises(TooLarge):
            await begin(uploads, size_bytes=10**12)
        return await uploads.complete(ANN, upload.id, rest=chunks(b"67890"), offset=5)

    assert play(address, tmp_path, scene).size_bytes == 10


def test_an_upload_that_is_begun_again_is_the_same_and_needs_no_more_room(
    address: str, tmp_path: Path
) -> None:
    async def scene(files, uploads, clock, storage):
        first = await begin(uploads, size_bytes=600, client_id="c")
        await uploads.add(ANN, first.id, chunks(b"x" * 500), offset=0)
        again = await begin(uploads, size_bytes=600, client_id="c")
        assert (again.id, again.received_bytes) == (first.id, 500)
        with pytest.raises(ActDiffers):
            await begin(uploads, size_bytes=601, client_id="c")
        with pytest.raises(QuotaExceeded):
            await begin(uploads, size_bytes=600, client_id="d")
        ended = [await uploads.cancel(ANN, first.id, client_id="e") for _ in range(2)]
        assert [one.status for one in ended] == ["cancelled"] * 2
        assert (await begin(uploads, size_bytes=600, client_id="c")).status == "cancelled"
        return await files.usage(A)

    assert play(address, tmp_path, scene, quota_bytes=1000).size_bytes == 0


def test_an_upload_ends_once_and_its_parts_go(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        upload = await begin(uploads)
        part = await uploads.add(ANN, upload.id, chunks(b"12345"))
        with pytest.raises(FileMissing):
            await files.get(A, part.id)
        ways = (uploads.cancel(ANN, upload.id), uploads.complete(ANN, upload.id, [part.id]))
        done = await asyncio.gather(*ways, return_exceptions=True)
        assert sum(isinstance(one, UploadEnded) for one in done) == 1
        with pytest.raises(UploadEnded):
            await uploads.add(ANN, upload.id, chunks(b"6"))
        assert await files.usage(A) == await storage.read(lambda tx: recount(tx, A))
        assert (await storage.read(lambda tx: verify(tx, A))).is_sound

    play(address, tmp_path, scene)


def test_another_space_sees_nothing_of_it(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        upload = await begin(uploads, secret="open sesame")
        foreign = (
            uploads.get(B, upload.id),
            uploads.add(BOB, upload.id, chunks(b"x")),
            uploads.complete(BOB, upload.id, []),
            uploads.cancel(BOB, upload.id),
            uploads.opened(upload.id, "open barley"),
        )
        for act in foreign:
            with pytest.raises(UploadMissing):
                await act
        return (await uploads.opened(upload.id, "open sesame")).id == upload.id

    assert play(address, tmp_path, scene)


def test_what_is_left_of_an_upload_expires(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        upload = await begin(uploads, open_s=60)
        await uploads.add(ANN, upload.id, chunks(b"12345"))
        clock.advance(61)
        assert (await uploads.get(A, upload.id)).status == "expired"
        with pytest.raises(UploadEnded, match="expired"):
            await uploads.add(ANN, upload.id, chunks(b"6"))
        assert await files.expire() == 1
        clock.advance(3601)
        assert await files.collect() == 1
        clock.advance(86_400)
        await files.expire()
        with pytest.raises(UploadMissing):
            await uploads.get(A, upload.id)
        return await files.usage(A)

    assert play(address, tmp_path, scene).size_bytes == 0


def test_an_expired_file_is_gone_at_once_and_deleted_soon(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        kept = await files.store(ANN, chunks(b"for ever"), name="kept")
        short = await files.store(ANN, chunks(b"for a minute"), name="short", keep_s=60)
        clock.advance(60)
        with pytest.raises(FileExpired):
            await files.get(A, short.id)
        assert [file.id for file in await files.list(A)] == [kept.id]
        assert await files.expire() == 1
        with pytest.raises(FileMissing, match="no file"):
            await files.get(A, short.id)
        assert (await storage.read(lambda tx: verify(tx, A))).is_sound
        return await files.usage(A)

    assert play(address, tmp_path, scene).files == 1


def test_parts_are_counted_and_the_whole_not_twice(address: str, tmp_path: Path) -> None:
    async def scene(files, uploads, clock, storage):
        upload = await begin(uploads)
        part = await uploads.add(ANN, upload.id, chunks(b"a" * 900))
        with pytest.raises(QuotaExceeded):
            await uploads.add(ANN, upload.id, chunks(b"b" * 200))
        return await uploads.complete(ANN, upload.id, [part.id])

    assert play(address, tmp_path, scene, quota_bytes=1000).size_bytes == 900


# -- what comes as far as it comes -------------------------------------------------------------------
def append(
    address: str, tmp_path: Path, scene: Callable[[Uploads, Files], Awaitable[Any]], **options: Any
) -> Any:
    async def run() -> Any:
        async with database(address) as storage:
            files = Files(storage, LocalBlobs(tmp_path / "blobs"), incoming=tmp_path / "in", **options)
            return await scene(Uploads(storage, files), files)

    return asyncio.run(run())


async def torn(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]
    raise ConnectionError("the line broke")


async def whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def test_what_came_before_the_line_broke_is_kept(address: str, tmp_path: Path) -> None:
    content = os.urandom(2 * PIECE_BYTES + 12_345)

    async def scene(uploads: Uploads, files: Files) -> bytes:
        upload = await uploads.begin(ANN, name="big", open_s=60, size_bytes=len(content))
        cut = PIECE_BYTES + 7000
        with pytest.raises(ConnectionError):
            await uploads.append(ANN, upload.id, torn(content[:cut]), offset=0)
        assert (await uploads.get(A, upload.id)).received_bytes == cut
        with pytest.raises(OffsetTaken):
            await uploads.append(ANN, upload.id, whole(content), offset=0)
        done = await uploads.append(ANN, upload.id, whole(content[cut:]), offset=cut)
        assert done.status == "completed"
        return b"".join([chunk async for chunk in files.read(A, done.file_id or "")])

    assert append(address, tmp_path, scene) == content


def test_two_who_send_the_same_place_are_told_apart(address: str, tmp_path: Path) -> None:
    async def scene(uploads: Uploads, files: Files) -> list[str]:
        upload = await uploads.begin(ANN, name="x", open_s=60, size_bytes=6)
        both = [uploads.append(ANN, upload.id, whole(b"abc"), offset=0) for _ in range(2)]
        ends = await asyncio.gather(*both, return_exceptions=True)
        return sorted(type(end).__name__ for end in ends)

    assert append(address, tmp_path, scene) == ["OffsetTaken", "Upload"]


def test_a_wrong_sum_leaves_nothing_and_a_right_one_all(address: str, tmp_path: Path) -> None:
    async def scene(uploads: Uploads, files: Files) -> str:
        upload = await uploads.begin(ANN, name="x", open_s=60, size_bytes=5)
        right = Checksum(algorithm="sha1", digest=hashlib.sha1(b"hello").digest())
        with pytest.raises(ChecksumWrong):
            await uploads.append(ANN, upload.id, whole(b"hullo"), offset=0, checksum=right)
        assert (await uploads.get(A, upload.id)).received_bytes == 0
        return (await uploads.append(ANN, upload.id, whole(b"hello"), offset=0, checksum=right)).status

    assert append(address, tmp_path, scene) == "completed"


def test_what_has_no_room_is_refused_before_it_is_sent(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(uploads: Uploads, files: Files) -> None:
        with pytest.raises(TooLarge):
            await uploads.begin(ANN, name="x", open_s=60, size_bytes=1001)
        with pytest.raises(QuotaExceeded):
            await uploads.begin(ANN, name="x", open_s=60, size_bytes=501)
        upload = await uploads.begin(ANN, name="x", open_s=60, size_bytes=10)
        with pytest.raises(TooLarge):
            await uploads.append(ANN, upload.id, whole(b""), offset=0, expected_bytes=11)
        with pytest.raises(TooLarge):
            await uploads.append(ANN, upload.id, whole(b"x" * 11), offset=0)
        assert (await uploads.get(A, upload.id)).received_bytes == 0

    append(sqlite_address, tmp_path, scene, max_bytes=1000, quota_bytes=500)


def test_nothing_is_a_file_too(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(uploads: Uploads, files: Files) -> str:
        upload = await uploads.begin(ANN, name="x", open_s=60, size_bytes=0)
        return (await uploads.settle(ANN, upload.id)).status

    assert append(sqlite_address, tmp_path, scene) == "completed"


def test_another_space_can_do_nothing_with_an_upload(address: str, tmp_path: Path) -> None:
    async def scene(uploads: Uploads, files: Files) -> int:
        upload = await uploads.begin(ANN, name="x", open_s=60, size_bytes=6)
        for act in (
            uploads.append(BOB, upload.id, whole(b"abc"), offset=0),
            uploads.settle(BOB, upload.id),
            uploads.get(B, upload.id),
            uploads.cancel(BOB, upload.id),
        ):
            with pytest.raises(UploadMissing):
                await act
        return (await uploads.get(A, upload.id)).received_bytes

    assert append(address, tmp_path, scene) == 0

"""What is made of files: kept with them, counted with them, gone with them, bounded whatever they hold."""

import asyncio
import contextlib
import io
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from salon.foundation.files import FileMissing, FileReference, Files, LocalBlobs, Making, NothingToMake
from salon.foundation.files.derivatives_store import derivatives_of
from salon.foundation.files.making import TEXT_BYTES
from salon.foundation.files.store import recount
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.ids import SpaceId
from salon.foundation.workers import WorkCrashed, Workers, WorkLimit, WorkRefused
from salon.testing.databases import database
from salon.testing.documents import docx, pdf, png_of, zipped

ANN = Caller(kind="owner", space_id=SpaceId("spc_a"))
BOB = Caller(kind="owner", space_id=SpaceId("spc_b"))
A = SpaceScope(ANN.space_id)
Scene = Callable[["Stage"], Awaitable[Any]]


class Stage:
    def __init__(self, storage: Any, root: Path) -> None:
        self.storage, self.clock, self.root = storage, ManualClock(), root
        self.files = Files(storage, LocalBlobs(root / "blobs"), incoming=root / "incoming", clock=self.clock)
        self.making = Making(storage, self.files, Workers(), self.clock)

    async def store(self, content: bytes, name: str = "file", said: str = "") -> FileReference:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        return await self.files.store(ANN, chunks(), name=name, media_type=said)

    async def kept(self, file: FileReference) -> list[str]:
        found = await self.storage.read(lambda tx: derivatives_of(tx, A, file.id))
        return [f"{one.kind} {one.form}" for one in found]

    async def counts(self) -> tuple[int, bool]:
        counted = await self.files.usage(A)
        return counted.size_bytes, counted == await self.storage.read(lambda tx: recount(tx, A))


def play(address: str, tmp_path: Path, scene: Scene) -> Any:
    async def run() -> Any:
        async with database(address) as storage:
            return await scene(Stage(storage, tmp_path))

    return asyncio.run(run())


def picture(width: int = 400, height: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "green").save(out, "PNG")
    return out.getvalue()


def test_what_is_made_is_kept_counted_and_gone_with_its_file(address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(picture())
        first = await stage.making.picture(ANN, file.id, size=64)
        assert first == await stage.making.picture(ANN, file.id, size=64)
        assert first.details == {"width": 64, "height": 32, "frames": 1}
        await stage.making.picture(ANN, file.id, size=128, form="png")
        assert await stage.kept(file) == ["image webp 64", "image png 128"]
        size, is_right = await stage.counts()
        assert is_right
        assert size > file.size_bytes + first.size_bytes
        await stage.files.delete(ANN, file.id)
        assert await stage.counts() == (0, True)
        stage.clock.advance(2 * 3600)
        assert await stage.files.collect() == 3

    play(address, tmp_path, scene)
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


def test_another_space_cannot_have_anything_made(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(picture())
        for ask in (stage.making.text(BOB, file.id), stage.making.picture(BOB, file.id, size=64)):
            with pytest.raises(FileMissing):
                await ask

    play(sqlite_address, tmp_path, scene)


def test_text_is_read_in_pages_by_cursor(sqlite_address: str, tmp_path: Path) -> None:
    pages = [f"Page {number} " + "wörds " * 40 for number in range(1, 8)]

    async def scene(stage: Stage) -> dict[int, str]:
        file = await stage.store(pdf(*pages))
        found, cursor = {}, None
        while True:
            page = await stage.making.text_page(ANN, file.id, cursor=cursor, limit_bytes=300)
            for item in page.items:
                found[item.page] = found.get(item.page, "") + item.text
            cursor = page.next
            if cursor is None:
                return found

    found = play(sqlite_address, tmp_path, scene)
    assert {key: " ".join(text.split()) for key, text in found.items()} == {
        number: " ".join(text.split()) for number, text in enumerate(pages, 1)
    }


@pytest.mark.parametrize("text", ["é" * 1000, "€" * 1000, "𝄞" * 1000, "a\n" * 1000, "ab" * 1000])
def test_no_letter_is_cut_by_a_page(text: str, sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> str:
        file = await stage.store(text.encode())
        found, cursor = "", None
        for _ in range(100):
            page = await stage.making.text_page(ANN, file.id, cursor=cursor, limit_bytes=101)
            found += "".join(item.text for item in page.items)
            assert [item.page for item in page.items] == [None]
            cursor = page.next
            if cursor is None:
                break
        return found

    assert play(sqlite_address, tmp_path, scene) == text


def bomb_pdf() -> bytes:
    """Return a PDF whose one page unpacks to 100 MB of words."""
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(b"(spam) Tj T* " * 80_000) for _ in range(100)) + packer.flush()
    plain = pdf("x", compress=False)
    start, end = plain.index(b"<< /Length"), plain.index(b"endstream")
    head = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(body)
    return plain[:start] + head + body + b"\n" + plain[end:]


@pytest.mark.parametrize(
    ("content", "name", "error", "what"),
    [
        (png_of(60_000, 60_000), "pixels.png", WorkRefused, "million pixels"),
        (zipped({"word/document.xml": b"<a>" + b" " * 30 * 1024**2}), "zip.docx", WorkRefused, "zip bomb"),
    ],
    ids=["pixels", "zip"],
)
def test_a_bomb_is_refused_within_limits_and_not_tried_at_once_again(
    content: bytes, name: str, error: type[InvalidRequest], what: str, sqlite_address: str, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(content, name)

        def ask() -> Awaitable[Any]:
            making = stage.making
            return making.text(ANN, file.id) if "png" not in name else making.picture(ANN, file.id, size=64)

        with pytest.raises(error) as first:
            await ask()
        assert what in first.value.message
        stage.making._workers = None  # type: ignore[assignment]  # nothing is tried again
        with pytest.raises(error) as second:
            await ask()
        assert (await stage.counts(), second.value.fields) == ((len(content), True), first.value.fields)

    play(sqlite_address, tmp_path, scene)


def test_a_page_that_unpacks_without_end_costs_this_process_nothing(
    sqlite_address: str, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(bomb_pdf(), "bomb.pdf")
        before = psutil.Process().memory_info().rss
        with contextlib.suppress(WorkLimit, WorkCrashed):  # the library has a limit of its own, at times
            assert (await stage.making.text(ANN, file.id)).size_bytes <= TEXT_BYTES
        assert psutil.Process().memory_info().rss - before < 100 * 1024**2

    play(sqlite_address, tmp_path, scene)


def test_a_failure_is_tried_again_later(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(docx("Words")[:-8], "cut.docx")
        for _ in range(2):
            with pytest.raises(WorkRefused, match="damaged"):
                await stage.making.text(ANN, file.id)
            stage.clock.advance(3600)
        assert await stage.kept(file) == ["text plain"]

    play(sqlite_address, tmp_path, scene)


def test_many_who_ask_at_once_start_one_worker(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(picture())
        asked = [stage.making.picture(ANN, file.id, size=64) for _ in range(8)]
        assert len({made.id for made in await asyncio.gather(*asked)}) == 1

    play(sqlite_address, tmp_path, scene)


def test_what_the_store_lost_is_made_anew(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(picture())
        made = await stage.making.picture(ANN, file.id, size=64)
        await LocalBlobs(tmp_path / "blobs").delete(made.hash or "")
        again = await stage.making.picture(ANN, file.id, size=64)
        assert (again.hash, again.id != made.id, await stage.counts()) == (
            made.hash, True, (file.size_bytes + made.size_bytes, True),
        )  # fmt: skip

    play(sqlite_address, tmp_path, scene)


def test_what_has_neither_text_nor_picture_says_so(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        file = await stage.store(b"\x00\x01\x02")
        with pytest.raises(NothingToMake, match="text"):
            await stage.making.text(ANN, file.id)
        with pytest.raises(NothingToMake, match="picture"):
            await stage.making.picture(ANN, file.id, size=64)
        with pytest.raises(InvalidRequest, match="size"):
            await stage.making.picture(ANN, file.id, size=65)
        text = await stage.store(b"words")
        for cursor in ("x", "-1.1", "99.1", "1", "1.1.1"):
            with pytest.raises(InvalidRequest, match="cursor"):
                await stage.making.text_page(ANN, text.id, cursor=cursor, limit_bytes=100)

    play(sqlite_address, tmp_path, scene)

"""Virus scanners: clamd's protocol, a command, quarantine, and what follows when there is no verdict."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from salon.foundation.audit import list_records
from salon.foundation.egress import Egress
from salon.foundation.files import (
    FileInfected,
    Files,
    Gate,
    LocalBlobs,
    ScannerUnavailable,
    Uploads,
    make_scanner,
)
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.ids import SpaceId
from salon.testing.clamd import EICAR, FakeClamd
from salon.testing.databases import database

ANN = Caller(kind="owner", space_id=SpaceId("spc_a"))
A = SpaceScope(ANN.space_id)


async def chunks(content: bytes, size: int = 30) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def play(
    tmp_path: Path, address: str, scene: Callable[[Files, Any], Awaitable[Any]], without: Literal["refuse", "mark"] = "refuse",
    clock: ManualClock | None = None,
) -> Any:  # fmt: skip
    async def run() -> Any:
        async with database(str(tmp_path / "salon.db")) as storage:
            scanner = make_scanner(address, Egress())
            assert scanner is not None
            place = tmp_path / "quarantine"
            gate = Gate(storage, scanner, quarantine=place, without=without, clock=clock)
            blobs = LocalBlobs(tmp_path / "blobs")
            return await scene(
                Files(storage, blobs, incoming=tmp_path / "incoming", gate=gate, clock=clock), storage
            )

    return asyncio.run(run())


def with_clamd(
    tmp_path: Path, scene: Callable[[Files, Any], Awaitable[Any]], *, by_path: bool = False
) -> Any:
    with FakeClamd(tmp_path / "clamd.sock" if by_path else None) as clamd:
        return play(tmp_path, clamd.address, scene)


@pytest.mark.parametrize("by_path", [False, True], ids=["tcp", "unix"])
def test_an_infected_file_is_refused_and_locked_up(tmp_path: Path, by_path: bool) -> None:
    async def scene(files: Files, storage: Any) -> None:
        clean = await files.store(ANN, chunks(b"harmless " * 100_000, 4000), name="a.txt")
        assert clean.scan == "clean"
        with pytest.raises(FileInfected, match="Eicar-Test-Signature"):
            await files.store(ANN, chunks(EICAR), name="b.txt")
        assert [file.id for file in await files.list(A)] == [clean.id]
        page = await storage.read(lambda tx: list_records(tx, A))
        assert "file.quarantined" in [one.action for one in page.records]

    with_clamd(tmp_path, scene, by_path=by_path)
    (kept,) = (tmp_path / "quarantine").iterdir()
    assert kept.read_bytes() == EICAR
    assert kept.stat().st_mode & 0o777 == 0o400


def test_an_upload_is_looked_at_as_a_whole(tmp_path: Path) -> None:
    async def scene(files: Files, storage: Any) -> str:
        uploads = Uploads(storage, files)
        upload = await uploads.begin(ANN, name="x", open_s=60, size_bytes=len(EICAR))
        await uploads.append(ANN, upload.id, chunks(EICAR[:40]), offset=0)
        with pytest.raises(FileInfected):
            await uploads.append(ANN, upload.id, chunks(EICAR[40:]), offset=40)
        return (await uploads.get(A, upload.id)).status

    assert with_clamd(tmp_path, scene) == "cancelled"


def test_without_a_verdict_files_are_refused_or_marked(tmp_path: Path) -> None:
    async def store(files: Files, storage: Any) -> str | None:
        return (await files.store(ANN, chunks(b"words"), name="a")).scan

    with pytest.raises(ScannerUnavailable):
        play(tmp_path, "tcp://127.0.0.1:1", store)
    assert play(tmp_path, f"unix://{tmp_path}/nobody", store, "mark") == "unscanned"
    with FakeClamd(answer=b"INSTREAM size limit exceeded. ERROR\x00") as clamd:
        assert play(tmp_path, clamd.address, store, "mark") == "unscanned"


@pytest.mark.parametrize(
    ("code", "expected"), [("exit 0", "clean"), ("echo Worm.X; exit 1", "Worm.X"), ("exit 2", "unscanned")]
)
def test_a_command_says_by_its_exit(tmp_path: Path, code: str, expected: str) -> None:
    program = tmp_path / "scan"
    program.write_text(f'#!/bin/sh\ntest -f "$2" || exit 9\ntest "$1" = "two words" || exit 8\n{code}\n')
    program.chmod(0o700)

    async def scene(files: Files, storage: Any) -> str | None:
        try:
            return (await files.store(ANN, chunks(b"words"), name="a")).scan
        except FileInfected as error:
            return str(error.fields["found"])

    assert play(tmp_path, f"command:{program} 'two words'", scene, "mark") == expected


def test_quarantine_is_emptied_after_a_month(tmp_path: Path) -> None:
    clock = ManualClock()
    (tmp_path / "quarantine").mkdir()
    kept = tmp_path / "quarantine" / "x"
    kept.write_bytes(b"")
    os.utime(kept, (clock.now_ms() / 1000, clock.now_ms() / 1000))

    async def scene(files: Files, storage: Any) -> None:
        await files.collect()
        assert kept.exists()
        clock.advance(31 * 24 * 3600)
        await files.collect()
        assert not kept.exists()

    play(tmp_path, "command:/bin/true", scene, clock=clock)


@pytest.mark.parametrize(
    "address", ["clamd", "http://x", "command:", "command:true", "command:/a 'b", "tcp://a b"]
)
def test_what_is_no_scanner_is_refused_when_set(address: str) -> None:
    with pytest.raises(ConfigError):
        make_scanner(address, Egress())


def test_no_scanner_is_none() -> None:
    assert make_scanner("", Egress()) is None

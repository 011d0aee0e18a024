"""What is special about SQLite: its file, its lock, its disk, its sudden end."""

import asyncio
import contextlib
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import apsw
import pytest

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage import open_storage
from salon.foundation.storage.backup import backup_file
from salon.foundation.storage.sqlite_connection import connect
from salon.testing.faulty_disk import Call, FaultyDisk
from salon.testing.scratch import COUNT, IDS, INSERT, create_scratch
from salon.testing.soak import is_soak, rng, scaled


def row(key: str) -> dict[str, object]:
    return {"id": key, "n": 1, "is_on": True, "note": "x" * 50}


def test_the_file_is_private(tmp_path: Path) -> None:
    async def play() -> int:
        storage = await open_storage(tmp_path / "new" / "salon.db")
        await storage.close()
        return (tmp_path / "new" / "salon.db").stat().st_mode & 0o777

    assert asyncio.run(play()) == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="reads what is mapped from /proc")
def test_no_reader_maps_the_file(tmp_path: Path) -> None:
    """Pages of a mapped file count as memory of the process, those of the system's cache do not."""

    async def play() -> str:
        storage = await open_storage(tmp_path / "salon.db")
        await create_scratch(storage)
        await storage.write(lambda tx: tx.many(INSERT, [row(str(number)) for number in range(5_000)]))
        await storage.vacuum()  # writes the log back into the file
        assert len(await storage.read(lambda tx: tx.all(IDS))) == 5_000
        maps = Path("/proc/self/maps").read_text()
        await storage.close()
        return maps

    lines = asyncio.run(play()).splitlines()
    assert not [line for line in lines if line.endswith(str(tmp_path / "salon.db"))]


def test_a_file_that_is_no_database_gets_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "salon.db"
    path.write_bytes(b"this is no database" * 400)
    with pytest.raises(StorageError, match=r"damaged.*salon db"):
        asyncio.run(open_storage(path))


def test_an_unwritable_place_gets_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot be written"):
        asyncio.run(open_storage(tmp_path / "file" / "salon.db"))


def test_a_full_disk_fails_writes_cleanly_and_recovers(tmp_path: Path) -> None:
    async def play() -> tuple[int, ...]:
        storage = await open_storage(tmp_path / "salon.db")
        await create_scratch(storage)
        await storage.write(lambda tx: tx.run(INSERT, **row("before")))
        await storage.alone(lambda connection: connection.execute("PRAGMA max_page_count=12"))
        with pytest.raises(StorageError, match="full"):
            await storage.write(lambda tx: tx.many(INSERT, [row(f"r{i}") for i in range(2000)]))
        assert await storage.read(lambda tx: tx.one(COUNT)) == (1,)
        await storage.alone(lambda connection: connection.execute("PRAGMA max_page_count=100000"))
        await storage.write(lambda tx: tx.run(INSERT, **row("after")))
        count = await storage.read(lambda tx: tx.one(COUNT))
        await storage.close()
        return count

    assert asyncio.run(play()) == (2,)


def test_what_is_acknowledged_on_a_filling_disk_is_there(tmp_path: Path) -> None:
    async def play() -> tuple[set[str], set[str]]:
        storage = await open_storage(tmp_path / "salon.db")
        await create_scratch(storage)
        await storage.alone(lambda connection: connection.execute("PRAGMA max_page_count=20"))
        keys = [f"k{i}" for i in range(60)]
        sizes = [200_000 if i % 7 == 3 else 100 for i in range(60)]
        writes = [
            storage.write(lambda tx, key=key, size=size: tx.run(INSERT, **(row(key) | {"note": "x" * size})))
            for key, size in zip(keys, sizes, strict=True)
        ]
        results = await asyncio.gather(*writes, return_exceptions=True)
        stored = {found[0] for found in await storage.read(lambda tx: tx.all(IDS))}
        await storage.close()
        assert all(result == 1 or isinstance(result, StorageError) for result in results)
        return {key for key, result in zip(keys, results, strict=True) if result == 1}, stored

    acknowledged, stored = asyncio.run(play())
    assert acknowledged == stored
    assert 0 < len(stored) < 60


def test_a_write_that_may_be_lost_with_the_power_is_synced_by_the_next_other_one(tmp_path: Path) -> None:
    syncs: list[str] = []

    def count(call: Call) -> None:
        if call.operation == "sync":
            syncs.append(call.path)

    async def main(disk: FaultyDisk) -> tuple[int, int]:
        storage = await open_storage(tmp_path / "salon.db")
        await create_scratch(storage)
        told = []
        for number, outlives_power in enumerate((False, True)):
            before, row = len(syncs), {"id": str(number), "n": 1, "is_on": True, "note": None}
            await storage.write(lambda tx, row=row: tx.many(INSERT, [row]), outlives_power=outlives_power)
            told.append(len(syncs) - before)
        disk.cut()
        await storage.close()
        return told[0], told[1]

    with FaultyDisk(random.Random(1)) as disk:
        disk.fail = count
        assert asyncio.run(main(disk)) == (0, 1)
        left = disk.survivors("nothing")
    assert asyncio.run(ids_in(tmp_path / "after", left)) == ["0", "1"]


async def ids_in(folder: Path, left: dict[str, bytes]) -> list[str]:
    folder.mkdir()
    for name, contents in left.items():
        (folder / name).write_bytes(contents)
    storage = await open_storage(folder / "salon.db")
    rows = await storage.read(lambda tx: tx.all(IDS))
    await storage.close()
    return sorted(str(row[0]) for row in rows)


def test_writes_wait_for_another_process_that_holds_the_lock(tmp_path: Path) -> None:
    async def play() -> None:
        storage = await open_storage(tmp_path / "salon.db")
        await create_scratch(storage)
        other = apsw.Connection(str(tmp_path / "salon.db"))
        other.execute("BEGIN IMMEDIATE")
        write = asyncio.ensure_future(storage.write(lambda tx: tx.run(INSERT, **row("a"))))
        done, _ = await asyncio.wait({write}, timeout=0.3)
        assert not done
        other.execute("COMMIT")
        assert await asyncio.wait_for(write, 60) == 1
        other.close()
        await storage.close()

    asyncio.run(play())


def test_opening_a_new_file_waits_for_another_process_that_makes_it(tmp_path: Path) -> None:
    async def play() -> None:
        other = apsw.Connection(str(tmp_path / "salon.db"))
        other.execute("CREATE TABLE first (id)")
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.ensure_future(open_storage(tmp_path / "salon.db"))
        done, _ = await asyncio.wait({opening}, timeout=0.3)
        other.execute("COMMIT")
        other.close()
        await (await asyncio.wait_for(opening, 60)).close()
        assert not done

    asyncio.run(play())


def test_writes_queued_together_share_commits(tmp_path: Path) -> None:
    async def play() -> tuple[int, int]:
        storage = await open_storage(tmp_path / "salon.db")
        await create_scratch(storage)
        await asyncio.gather(
            *(storage.write(lambda tx, i=i: tx.run(INSERT, **row(f"r{i}"))) for i in range(500))
        )
        figures = storage.commits, storage.writes
        await storage.close()
        return figures

    commits, writes = asyncio.run(play())
    assert writes == 500
    assert commits < 250


_WRITER = textwrap.dedent(
    """
    import asyncio, sys
    from salon.foundation.storage import open_storage
    from salon.testing.scratch import INSERT, create_scratch

    async def main(path, first):
        storage = await open_storage(path)
        await create_scratch(storage)

        async def writer(k):
            for i in range(100_000):
                key = f"{first}-{k}-{i}"
                await storage.write(lambda tx: tx.run(INSERT, id=key, n=1, is_on=True, note="x" * 200))
                sys.stdout.write(key + "\\n")
                sys.stdout.flush()

        await asyncio.gather(*(writer(k) for k in range(8)))

    asyncio.run(main(sys.argv[1], sys.argv[2]))
    """
)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_every_acknowledged_row_survives_kill_9(tmp_path: Path) -> None:
    generator, acknowledged = rng("kill"), set[str]()
    for life in range(scaled(200, least=4)):
        acknowledged |= _one_life(tmp_path / "salon.db", life, generator)
    connection = apsw.Connection(str(tmp_path / "salon.db"))
    stored = {str(found[0]) for found in connection.execute(IDS.sqlite.sql)}
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert acknowledged
    assert acknowledged <= stored


def _one_life(path: Path, life: int, generator: random.Random) -> set[str]:
    command = [sys.executable, "-c", _WRITER, str(path), str(life)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        time.sleep(generator.uniform(0.0, 0.1))  # the moment of death is what varies
    finally:
        process.kill()
    rest, _ = process.communicate(timeout=60)
    # A line cut by the kill was not said whole, so it was not acknowledged.
    said = first + rest
    return set(said[: said.rfind("\n")].split("\n")) - {""}


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_nothing_is_locked_under_contention(tmp_path: Path) -> None:
    seconds = 60.0 if is_soak() else 2.0
    waits = asyncio.run(_contend(tmp_path / "salon.db", seconds))
    waits.sort()
    # A machine that does other things at the same time makes single waits long; the soak judges them.
    assert waits[int(len(waits) * 0.99)] < (0.25 if is_soak() else 20.0)


async def _contend(path: Path, seconds: float) -> list[float]:
    storage = await open_storage(path)
    await create_scratch(storage)
    end, waits = time.monotonic() + seconds, list[float]()

    async def write(k: int) -> None:
        i = 0
        while time.monotonic() < end:
            started, i = time.monotonic(), i + 1
            await storage.write(lambda tx, key=f"{k}-{i}": tx.run(INSERT, **row(key)))
            waits.append(time.monotonic() - started)

    async def read() -> None:
        while time.monotonic() < end:
            await storage.read(lambda tx: tx.one(COUNT))
            await asyncio.sleep(0.01)

    async def disturb() -> None:
        while time.monotonic() < end:
            await asyncio.to_thread(backup_file, path)
            await storage.vacuum()
            await asyncio.sleep(seconds / 4)

    async with asyncio.TaskGroup() as group:
        for k in range(32):
            group.create_task(write(k))
        for _ in range(64):
            group.create_task(read())
        group.create_task(disturb())
    count = await storage.read(lambda tx: tx.one(COUNT))
    await storage.close()
    assert count == (len(waits),)
    return waits


def test_a_second_process_on_the_same_file_is_safe(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "salon.db")]
    processes = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "ab"]
    said: list[str] = []
    try:
        for process in processes:
            assert process.stdout is not None
            said += [process.stdout.readline().strip() for _ in range(100)]
    finally:
        for process in processes:
            process.kill()
            with contextlib.suppress(OSError):
                process.communicate(timeout=60)
    assert all(line[:2] in {"a-", "b-"} for line in said)
    connection = apsw.Connection(str(tmp_path / "salon.db"))
    stored = {str(found[0]) for found in connection.execute(IDS.sqlite.sql)}
    connection.close()
    assert set(said) <= stored


def test_every_setting_of_a_connection_is_in_force(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a.db")
    names = ("foreign_keys", "temp_store", "trusted_schema", "journal_size_limit", "secure_delete")
    found = {name: connection.execute(f"PRAGMA {name}").fetchall()[0][0] for name in names}
    connection.close()
    assert found == {
        "foreign_keys": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "journal_size_limit": 67_108_864,
        "secure_delete": 1,
    }

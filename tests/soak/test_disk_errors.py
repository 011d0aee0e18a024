"""A disk beneath SQLite that fails now and then: each write is whole or refused with a sentence, none hangs."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.backup import backup_file, check
from salon.testing.faulty_disk import Call, Fault, FaultyDisk
from salon.testing.scratch import COUNT, IDS, INSERT, create_scratch
from salon.testing.soak import scaled

TOGETHER = True
PATIENCE_S = 60.0
PARTS = 3
Figure = Callable[[str, object], None]


def failing(chance: random.Random) -> Callable[[Call], Fault | None]:
    """Fail some calls: one, a few in a row, or all of one kind for a while."""
    first, length = chance.randint(1, 250), chance.choice((1, 1, 2, 5, 40))
    kind: Fault = chance.choice(("broken", "full"))
    only = chance.choice((None, "read", "write", "sync", "truncate", "open"))

    def ask(call: Call) -> Fault | None:
        hit = first <= call.number < first + length and only in {None, call.operation}
        # A full disk can still be read.
        fault: Fault = "broken" if call.operation in {"read", "open"} else kind
        return fault if hit else None

    return ask


def rows(key: str) -> list[dict[str, object]]:
    return [{"id": f"{key}-{part}", "n": part, "is_on": True, "note": "x" * 700} for part in range(PARTS)]


async def attempt(storage: Storage, key: str) -> str | None:
    """Write three rows; return the key if they were acknowledged. Anything but a sentence is a failure."""
    try:
        await storage.write(lambda tx: tx.many(INSERT, rows(key)))
    except StorageError:
        return None
    return key


async def look(storage: Storage) -> None:
    with contextlib.suppress(StorageError):
        await storage.read(lambda tx: tx.one(COUNT))


async def checkpoint(storage: Storage) -> None:
    with contextlib.suppress(StorageError):
        await storage.alone(lambda raw: raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())


async def trouble(path: Path, disk: FaultyDisk, *, chance: random.Random) -> set[str]:
    """Write and read while the disk fails, then while it is well again; return what was acknowledged."""
    storage = await open_storage(path)
    try:
        await create_scratch(storage)
        # A checkpoint of its own: SQLite's automatic one fails silently, apsw would tell it as the commit's.
        await storage.alone(lambda raw: raw.execute("PRAGMA wal_autocheckpoint=0").fetchall())
        await storage.alone(lambda raw: raw.execute("PRAGMA cache_size=4"))
        tasks: list[asyncio.Task[str | None]] = []
        disk.fail, start = failing(chance), disk.calls
        disk.fail = _counted_from(start, disk.fail)
        async with asyncio.TaskGroup() as group:
            for number in range(30):
                tasks.append(group.create_task(attempt(storage, f"k{number}")))
                group.create_task(look(storage))
                if number % 6 == 0:
                    group.create_task(checkpoint(storage))
                await asyncio.sleep(chance.choice((0, 0, 0.002)))
        disk.fail = lambda _call: None
        assert await attempt(storage, "after") == "after"
        assert await storage.read(lambda tx: tx.one(COUNT)) is not None
        return {key for task in tasks if (key := task.result())} | {"after"}
    finally:
        await storage.close()


def _counted_from(start: int, ask: Callable[[Call], Fault | None]) -> Callable[[Call], Fault | None]:
    return lambda call: ask(Call(number=call.number - start, operation=call.operation, path=call.path))


async def stored(path: Path) -> set[str]:
    storage = await open_storage(path)
    try:
        report = await check(storage)
        assert (report.integrity, report.broken_references) == ((), ())
        return {str(row[0]) for row in await storage.read(lambda tx: tx.all(IDS))}
    finally:
        await storage.close()


def test_a_failing_disk_leaves_no_half_writes_and_stops_nothing(
    tmp_path: Path, chance: random.Random, figure: Figure
) -> None:
    failures = 0
    for number in range(scaled(1000)):
        path = tmp_path / f"{number}.db"
        with FaultyDisk(chance) as disk:

            async def bounded(path: Path = path, disk: FaultyDisk = disk) -> set[str]:
                async with asyncio.timeout(PATIENCE_S):
                    return await trouble(path, disk, chance=chance)

            acknowledged = asyncio.run(bounded())
            failures += disk.failed
        found = asyncio.run(stored(path))
        assert {f"{key}-{part}" for key in acknowledged for part in range(PARTS)} <= found
        whole = {f"{key.rsplit('-', 1)[0]}-{part}" for key in found for part in range(PARTS)}
        assert found == whole
    figure("failed calls", failures)
    assert failures


def test_a_backup_on_a_failing_disk_is_whole_or_not_there(tmp_path: Path, chance: random.Random) -> None:
    path, folder = tmp_path / "salon.db", tmp_path / "backups"

    async def fill() -> None:
        storage = await open_storage(path)
        await create_scratch(storage)
        await storage.write(lambda tx: tx.many(INSERT, [row for n in range(100) for row in rows(f"r{n}")]))
        await storage.close()

    asyncio.run(fill())
    for _ in range(scaled(500)):
        with FaultyDisk(chance) as disk:
            disk.fail = failing(chance)
            try:
                made = backup_file(path, directory=folder)
            # apsw's backup objects say SystemError when a disk written in Python fails as they end.
            except (StorageError, SystemError):
                assert not list(folder.glob("*.db*"))
                continue
        assert len(asyncio.run(stored(made.path))) == 100 * PARTS
        for file in folder.iterdir():
            file.unlink()

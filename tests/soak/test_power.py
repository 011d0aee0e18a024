"""Power cuts beneath SQLite: the database opens, is whole, and holds every write that was acknowledged."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from sqlalchemy import select

from salon.foundation.kit.errors import SalonError
from salon.foundation.ledger import Ledger, tables
from salon.foundation.storage import Storage, open_storage, statement
from salon.foundation.storage.backup import check
from salon.foundation.storage.migrations import migrate
from salon.testing.faulty_disk import LEFTOVERS, Call, Fault, FaultyDisk
from salon.testing.ledger import entry
from salon.testing.scratch import IDS, INSERT, create_scratch
from salon.testing.soak import scaled
from salon.testing.tables import import_all_tables

TOGETHER = True
REQUESTS = statement(select(tables.requests.c.request_id))
LIFE_S = 60.0
Figure = Callable[[str, object], None]


class Record:
    """What was promised over all lives."""

    def __init__(self) -> None:
        self.rows: set[str] = set()
        self.requests: set[str] = set()
        self.is_set_up = False


def cutting(disk: FaultyDisk, chance: random.Random) -> Callable[[Call], Fault | None]:
    """Cut the power at some call, or before some sync: those are where promises break."""
    moment, only_syncs = chance.randint(1, 400), chance.random() < 0.5
    if only_syncs:
        moment = chance.randint(1, 60)
    seen = 0

    def ask(call: Call) -> None:
        nonlocal seen
        seen += call.operation == "sync" or not only_syncs
        if seen == moment:
            disk.cut()

    return ask


async def write_three(storage: Storage, key: str, record: Record, *, is_promised: bool) -> None:
    rows = [{"id": f"{key}-{part}", "n": part, "is_on": True, "note": "x" * 300} for part in range(3)]
    await storage.write(lambda tx: tx.many(INSERT, rows), outlives_power=is_promised)
    if is_promised:
        record.rows.update(str(row["id"]) for row in rows)


def record_request(ledger: Ledger, record: Record) -> Future[None]:
    row = entry(cost_e10=1)

    def keep(done: Future[None]) -> None:
        if done.exception() is None:
            record.requests.add(row.request_id)

    acknowledged = ledger.record_acked(row)
    acknowledged.add_done_callback(keep)
    return acknowledged


async def live(path: Path, disk: FaultyDisk, record: Record, *, name: str, chance: random.Random) -> None:
    """Open what is there and write until the work is done or the power is gone."""
    storage = await open_storage(path)
    try:
        await migrate(storage, backup=False)
        await create_scratch(storage)
        # Many checkpoints, so that many cuts fall into one.
        await storage.alone(lambda raw: raw.execute("PRAGMA wal_autocheckpoint=12").fetchall())
        ledger = Ledger(storage)
        await ledger.start()
        record.is_set_up = True
        requests: list[Future[None]] = []
        async with asyncio.TaskGroup() as group:
            for number in range(12):
                is_promised = chance.random() < 0.7
                group.create_task(write_three(storage, f"{name}-{number}", record, is_promised=is_promised))
                requests.append(record_request(ledger, record))
                await asyncio.sleep(chance.choice((0, 0, 0.002)))
            if chance.random() < 0.1:
                group.create_task(storage.vacuum())
        while not disk.is_off and not all(request.done() for request in requests):
            await asyncio.sleep(0.002)
    finally:
        disk.cut()
        await storage.close()


def lives_until_the_cut(path: Path, record: Record, *, name: str, chance: random.Random) -> dict[str, bytes]:
    """Return the files that the cut left."""
    with FaultyDisk(chance) as disk:
        disk.fail = cutting(disk, chance)

        async def bounded() -> None:
            async with asyncio.timeout(LIFE_S):
                await live(path, disk, record, name=name, chance=chance)

        try:
            asyncio.run(bounded())
        except* SalonError:
            pass
        return disk.survivors(chance.choice(LEFTOVERS))


async def examine(path: Path, record: Record) -> None:
    storage = await open_storage(path)
    try:
        report = await check(storage)
        assert (report.integrity, report.broken_references) == ((), ())
        if not record.is_set_up:
            return
        stored = {str(row[0]) for row in await storage.read(lambda tx: tx.all(IDS))}
        requests = await storage.read(lambda tx: {str(row[0]) for row in tx.all(REQUESTS)})
        assert record.rows <= stored
        assert record.requests <= requests
        assert all({f"{key.rsplit('-', 1)[0]}-{part}" for part in range(3)} <= stored for key in stored)
    finally:
        await storage.close()


def test_what_was_acknowledged_survives_a_power_cut(
    tmp_path: Path, chance: random.Random, figure: Figure
) -> None:
    import_all_tables()
    record, place = Record(), tmp_path / "0"
    place.mkdir()
    for number in range(1, scaled(1000) + 1):
        left = lives_until_the_cut(place / "salon.db", record, name=str(number), chance=chance)
        place = tmp_path / str(number)
        place.mkdir()
        for name, contents in left.items():
            (place / name).write_bytes(contents)
        asyncio.run(examine(place / "salon.db", record))
    figure("cuts", scaled(1000))
    figure("acknowledged rows", len(record.rows) + len(record.requests))
    assert record.rows
    assert record.requests


async def start_first(path: Path) -> None:
    storage = await open_storage(path)
    try:
        await migrate(storage, backup=False)
        assert (await check(storage)).is_sound
    finally:
        await storage.close()


def test_a_first_start_that_lost_power_is_made_up_for(
    tmp_path: Path, chance: random.Random, figure: Figure
) -> None:
    import_all_tables()
    for number in range(scaled(200)):
        before, after = tmp_path / f"{number}-before", tmp_path / f"{number}-after"
        before.mkdir()
        after.mkdir()
        with FaultyDisk(chance) as disk:
            disk.fail = cutting(disk, chance)
            with contextlib.suppress(SalonError):
                asyncio.run(start_first(before / "salon.db"))
            left = disk.survivors(chance.choice(LEFTOVERS))
        for name, contents in left.items():
            (after / name).write_bytes(contents)
        asyncio.run(start_first(after / "salon.db"))
    figure("first starts cut", scaled(200))

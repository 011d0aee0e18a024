"""Kept sums: at every moment, whatever was summed, came late or died half way, answers are the plain sums."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import delete, func, select

from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import CourseQuery, RequestEntry, UsageQuery, gathering, summing, sums_store
from salon.foundation.ledger.buckets import Bucket
from salon.foundation.ledger.cells import DAY_MS, HOUR_MS, QUARTER_MS
from salon.foundation.ledger.gathering import Wanted
from salon.foundation.ledger.tables import late, requests, sums
from salon.foundation.storage import Transaction, insert, statement
from salon.testing.ledger import SCOPE, SPACE, LedgerDesk, entry, open_desk

START: Final = int(datetime(2027, 3, 26, 9, tzinfo=UTC).timestamp()) * 1000
"""Two days before the clocks of Europe change."""
OTHER: Final = SpaceId("spc_other")
ZONES: Final = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe")
RARE: Final = (None, None, '{"images": 2}', '{"images": 1, "audio_input_tokens": 7}')
SOME: Final = ("model", "provider", "key", "alias", "status", "error", "service", "operation", "currency")


def row(chance: random.Random, since_ms: int, until_ms: int) -> RequestEntry:
    at_ms = chance.randrange(since_ms, until_ms)
    return entry(
        space_id=chance.choice([SPACE, SPACE, OTHER]),
        model=chance.choice(["a", "b", "", None]),
        alias=chance.choice(["x", "y"]),
        provider_id=chance.choice(["prv_1", "prv_2", None]),
        key_id=chance.choice(["key_1", None]),
        error_code=chance.choice([None, "overloaded"]),
        service=chance.choice([None, "flex"]),
        status=chance.choice(["ok", "ok", "error", "interrupted", "cancelled"]),
        cache=chance.choice(["none", "hit"]),
        cost_e10=chance.choice([None, 5, 7 * 10**12]),
        currency=chance.choice(["USD", "USD", "CNY"]),
        details=chance.choice(RARE),
        # Borders of hours and days are where a request could be counted twice or not at all.
        started_at_ms=chance.choice([at_ms, at_ms, at_ms // HOUR_MS * HOUR_MS, at_ms // DAY_MS * DAY_MS]),
        duration_ms=chance.choice([0, 1, chance.randrange(10_000), 2**40]),
        first_token_ms=chance.choice([None, 3, 900]),
    )


def question(chance: random.Random, now_ms: int) -> tuple[Any, UsageQuery]:
    since_ms, until_ms = sorted(chance.randrange(START - 2 * DAY_MS, now_ms + HOUR_MS) for _ in range(2))
    unit = chance.choice([1, QUARTER_MS, HOUR_MS, DAY_MS])
    groups = [
        *chance.sample(SOME, chance.randrange(3)),
        *chance.choice([[], [], ["hour"], ["day"], ["month"]]),
    ]
    chance.shuffle(groups)
    query = UsageQuery(
        since_ms=since_ms // unit * unit,
        until_ms=until_ms // unit * unit,
        group_by=tuple(groups),  # type: ignore[arg-type]
        zone=chance.choice(ZONES),
        rare=True,
        latency=True,
    )
    return chance.choice([SpaceScope(SPACE), SpaceScope(OTHER), SCOPE]), query


def both_ways(tx: Transaction, scope: Any, query: UsageQuery) -> tuple[Any, Any]:
    """Return what sums and rows answer, and what the rows alone do, in one snapshot."""
    steps: Any = [name for name in query.group_by if name in gathering.STEPS]
    wanted = Wanted(
        since_ms=query.since_ms,
        until_ms=query.until_ms,
        group_by=query.group_by,
        buckets={name: Bucket(name, query.zone, query.since_ms, query.until_ms) for name in steps},
        rare=True,
        latency=True,
    )
    return gathering.gather(tx, scope, wanted), gathering.gather_rows(tx, scope, wanted)


async def act(
    desk: LedgerDesk, chance: random.Random, clock: ManualClock, written: list[RequestEntry]
) -> None:
    """Do one of the things that happen to a ledger."""
    job, now_ms = desk.ledger.summing, clock.now_ms()
    match chance.choice(["write", "write", "late", "wait", "step", "step", "close", "add", "fold"]):
        case "write" | "late" as what:
            first_ms = START if what == "late" else max(START, now_ms - QUARTER_MS)
            more = [row(chance, first_ms, now_ms + 1) for _ in range(chance.randrange(1, 12))]
            written += more
            for one in more:
                desk.ledger.record(one)
            await desk.ledger.flush()
        case "wait":
            clock.advance(chance.choice([60.0, 900.0, 5_000.0, 90_000.0]))
        case "step":
            await job.step()
        case "close":  # and die
            await desk.storage.write(job._own)
            await desk.storage.write(lambda tx: summing._close(tx, now_ms // QUARTER_MS * QUARTER_MS))
        case "add":  # as one who was overtaken: twice what was added up once
            piece, cells = await desk.storage.read(summing._add_up)
            for _ in range(2):
                await desk.storage.write(lambda tx: job._keep(tx, piece, cells))
        case _:
            await desk.storage.write(job._fold_late)


@pytest.mark.parametrize("seed", range(3))
def test_answers_are_the_plain_sums_at_every_moment(address: str, seed: int) -> None:
    async def scene() -> None:
        chance = random.Random(seed)
        clock, written = ManualClock(now_ms=START + HOUR_MS), list[RequestEntry]()
        async with open_desk(address, clock=clock) as desk:
            for _ in range(20):
                await act(desk, chance, clock, written)
                for _ in range(3):
                    scope, query = question(chance, clock.now_ms())
                    found, plain = await desk.storage.read(lambda tx, s=scope, q=query: both_ways(tx, s, q))
                    assert found == plain, query
            clock.advance(DAY_MS / 1000)
            await desk.ledger.summing.catch_up()
            whole = UsageQuery(since_ms=0, until_ms=clock.now_ms())
            rows = await desk.ledger.usage(SCOPE, whole)
            assert sum(one.requests for one in rows) == len(written)
            assert sum(one.cost_e10 for one in rows) == sum(one.cost_e10 or 0 for one in written)
            assert await count_of(desk, late) == 0

    asyncio.run(scene())


async def count_of(desk: LedgerDesk, table: Any) -> int:
    counted = statement(select(func.count()).select_from(table))
    return await desk.storage.read(lambda tx: (tx.one(counted) or (0,))[0])


async def recorded(desk: LedgerDesk, *entries: RequestEntry) -> None:
    for one in entries:
        desk.ledger.record(one)
    await desk.ledger.flush()


def test_what_was_summed_is_read_from_sums_alone(address: str) -> None:
    async def scene() -> None:
        clock = ManualClock(now_ms=START)
        async with open_desk(address, clock=clock) as desk:
            await recorded(desk, *(entry(started_at_ms=START + n * HOUR_MS, cost_e10=n) for n in range(48)))
            clock.advance(3 * DAY_MS / 1000)
            await desk.ledger.summing.catch_up()
            query = CourseQuery(since_ms=START, until_ms=START + 2 * DAY_MS, by="model", zone="Europe/Berlin")
            await desk.storage.write(lambda tx: tx.run(statement(delete(requests))))
            course = await desk.ledger.course(SpaceScope(SPACE), query)
            assert sum(one.requests for one in course.rows) == 48

    asyncio.run(scene())


def test_long_request_that_ends_after_its_hour_was_summed_counts_at_once(address: str) -> None:
    async def scene() -> None:
        clock = ManualClock(now_ms=START)
        async with open_desk(address, clock=clock) as desk:
            await recorded(desk, entry(started_at_ms=START))
            clock.advance(DAY_MS / 1000)
            await desk.ledger.summing.catch_up()
            await recorded(desk, entry(started_at_ms=START + 1))
            query = UsageQuery(since_ms=START - 1, until_ms=clock.now_ms())
            for waiting in (1, 0):
                assert await count_of(desk, late) == waiting
                assert [one.requests for one in await desk.ledger.usage(SCOPE, query)] == [2]
                await desk.ledger.summing.catch_up()

    asyncio.run(scene())


def test_row_that_an_older_release_wrote_late_is_found_by_recounting(address: str) -> None:
    async def scene() -> None:
        clock = ManualClock(now_ms=START)
        async with open_desk(address, clock=clock) as desk:
            await recorded(desk, entry(started_at_ms=START), entry(started_at_ms=START + HOUR_MS))
            clock.advance(DAY_MS / 1000)
            await desk.ledger.summing.catch_up()
            unnoticed = msgspec.structs.astuple(entry(started_at_ms=START + 1, model="old"))
            await desk.storage.write(lambda tx: tx.many(statement(insert(requests)), [unnoticed]))
            await recorded(desk, entry(started_at_ms=START + 2))
            await desk.ledger.summing.recount()
            scope = SpaceScope(SPACE)
            query = UsageQuery(since_ms=0, until_ms=clock.now_ms(), group_by=("hour", "model"))
            found, plain = await desk.storage.read(lambda tx: both_ways(tx, scope, query))
            assert found == plain
            assert sum(one.counts[0] for one in found.values()) == 4

    asyncio.run(scene())


def test_of_two_processes_one_adds_up(postgres_url: str) -> None:
    async def scene() -> None:
        clock = ManualClock(now_ms=START)
        async with open_desk(postgres_url, clock=clock) as one, open_desk(postgres_url, clock=clock) as two:
            chance = random.Random(1)
            await recorded(one, *(row(chance, START, START + DAY_MS) for _ in range(200)))
            clock.advance(2 * DAY_MS / 1000)
            async with asyncio.TaskGroup() as group:
                for desk in (one, two, one, two):
                    group.create_task(desk.ledger.summing.catch_up())
                for number in range(20):
                    two.ledger.record(entry(started_at_ms=START + number * HOUR_MS))
            await two.ledger.flush()
            clock.advance(summing.OWNED_MS / 1000 + 1)
            await recorded(one, entry(started_at_ms=START))
            await two.ledger.summing.catch_up()
            owner = await two.storage.read(lambda tx: sums_store.owner(tx, SystemScope("tests")))
            assert owner == two.ledger._leases.process_id
            rows = await one.ledger.usage(SCOPE, UsageQuery(since_ms=0, until_ms=clock.now_ms()))
            assert sum(each.requests for each in rows) == 221
            kept = statement(
                select(func.sum(sums.c.requests)).where(sums.c.kind == "model", sums.c.span_ms == DAY_MS)
            )
            (summed,) = await one.storage.read(lambda tx: tx.one(kept) or (0,))
            assert (summed, await count_of(one, late)) == (221, 0)

    asyncio.run(scene())


def test_ledger_of_nobody_writes_nothing(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address, clock=ManualClock(now_ms=START)) as desk:
            assert not await desk.ledger.summing.step()
            assert await count_of(desk, sums) == 0

    asyncio.run(scene())

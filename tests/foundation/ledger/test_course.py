"""The course of usage: each step of each group is a recount, in the caller's own days, and of one space."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import CourseQuery, RequestEntry
from salon.testing.ledger import SPACE, LedgerDesk, entry, open_desk

SINCE = int(datetime(2027, 3, 20, tzinfo=UTC).timestamp()) * 1000
UNTIL = int(datetime(2027, 4, 10, tzinfo=UTC).timestamp()) * 1000
ZONE = "Europe/Zurich"
"""Its clocks change within the range."""


def rows(count: int) -> list[RequestEntry]:
    chance = random.Random(7)
    return [
        entry(
            model=chance.choice(["a", "b", None]),
            status=chance.choice(["ok", "ok", "error", "interrupted", "cancelled"]),
            cost_e10=chance.choice([None, 5, 70]),
            started_at_ms=chance.randrange(SINCE, UNTIL),
            duration_ms=chance.randrange(1, 500),
            first_token_ms=chance.choice([None, 3, 9]),
        )
        for _ in range(count)
    ]


async def recorded(desk: LedgerDesk, entries: list[RequestEntry]) -> None:
    for one in [*entries, entry(space_id=SpaceId("spc_other"), started_at_ms=SINCE)]:
        desk.ledger.record(one)
    await desk.ledger.flush()


def day_of(one: RequestEntry) -> str:
    return datetime.fromtimestamp(one.started_at_ms / 1000, ZoneInfo(ZONE)).strftime("%Y-%m-%d")


def test_each_day_of_each_model_is_a_recount(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            entries = rows(300)
            await recorded(desk, entries)
            query = CourseQuery(since_ms=SINCE, until_ms=UNTIL, by="model", zone=ZONE)
            found = (await desk.ledger.course(SpaceScope(SPACE), query)).rows
            counts = Counter((day_of(one), one.model) for one in entries)
            assert {(row.at, row.group): row.requests for row in found} == counts
            timed = [one.first_token_ms for one in entries if one.first_token_ms is not None]
            assert sum(row.first_tokens for row in found) == len(timed)
            assert sum(row.first_token_sum_ms for row in found) == sum(timed)
            assert sum(row.duration_sum_ms for row in found) == sum(one.duration_ms for one in entries)
            assert sum(row.cost_e10 for row in found) == sum(one.cost_e10 or 0 for one in entries)
            assert sum(row.unpriced for row in found) == sum(one.cost_e10 is None for one in entries)
            failed = sum(one.status in {"error", "interrupted"} for one in entries)
            assert sum(row.errors for row in found) == failed
            assert [row.at for row in found] == sorted(row.at for row in found)

    asyncio.run(scene())


@pytest.mark.parametrize(("step", "length"), [("hour", 13), ("day", 10), ("month", 7)])
def test_steps_are_named_by_their_beginning(address: str, step: Any, length: int) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            await recorded(desk, rows(40))
            query = CourseQuery(since_ms=SINCE, until_ms=UNTIL, step=step)
            found = (await desk.ledger.course(SpaceScope(SPACE), query)).rows
            assert sum(row.requests for row in found) == 40
            assert {len(row.at) for row in found} == {length}
            assert {row.group for row in found} == {None}

    asyncio.run(scene())


@pytest.mark.parametrize(
    "changes",
    [
        {"zone": "Moon/Sea"},
        {"since_ms": UNTIL, "until_ms": SINCE},
        {"since_ms": 2**52, "until_ms": 2**52 + 1},
        {"step": "hour", "until_ms": SINCE + 1_001 * 3_600_000},
    ],
)
def test_senseless_courses_are_refused(sqlite_address: str, changes: dict[str, Any]) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            query = CourseQuery(**{"since_ms": SINCE, "until_ms": UNTIL, **changes})
            with pytest.raises(InvalidRequest):
                await desk.ledger.course(SpaceScope(SPACE), query)

    asyncio.run(scene())

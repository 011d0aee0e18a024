"""Usage: totals by any group equal a recount, in the caller's own days, and unpriced is told apart."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import Latency, RequestEntry, UsageQuery, UsageRow
from salon.foundation.ledger.histograms import LARGEST_ERROR
from salon.testing.ledger import SCOPE, SPACE, LedgerDesk, entry, open_desk

SINCE = int(datetime(2027, 3, 1, tzinfo=UTC).timestamp()) * 1000
UNTIL = int(datetime(2027, 5, 3, tzinfo=UTC).timestamp()) * 1000


def rows(count: int) -> list[RequestEntry]:
    chance = random.Random(4)
    return [
        entry(
            model=chance.choice(["a", "b", None]),
            key_id=chance.choice(["key_1", "key_2"]),
            status=chance.choice(["ok", "ok", "ok", "error", "cancelled", "interrupted"]),
            cost_e10=chance.choice([None, 5, 70]),
            cache=chance.choice(["none", "hit"]),
            started_at_ms=chance.randrange(SINCE, UNTIL),
            duration_ms=chance.randrange(1, 500),
            first_token_ms=chance.choice([None, 3, 9]),
        )
        for _ in range(count)
    ]


async def recorded(desk: LedgerDesk, entries: list[RequestEntry]) -> None:
    for one in entries:
        desk.ledger.record(one)
    await desk.ledger.flush()


def ask(**changes: Any) -> UsageQuery:
    return UsageQuery(**{"since_ms": SINCE, "until_ms": UNTIL, **changes})


def test_totals_are_those_of_the_rows(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            entries = rows(300)
            await recorded(desk, [*entries, entry(space_id=SpaceId("spc_other"), started_at_ms=SINCE)])
            (total,) = await desk.ledger.usage(SpaceScope(SPACE), ask())
            assert total == UsageRow(
                group=(),
                currency="USD",
                requests=300,
                errors=sum(e.status in {"error", "interrupted"} for e in entries),
                cancelled=sum(e.status == "cancelled" for e in entries),
                attempts=300,
                cache_hits=sum(e.cache == "hit" for e in entries),
                input_tokens=3000,
                output_tokens=6000,
                cached_tokens=0,
                cache_write_tokens=0,
                reasoning_tokens=0,
                cost_e10=sum(e.cost_e10 or 0 for e in entries),
                unpriced=sum(e.cost_e10 is None for e in entries),
            )
            everywhere = await desk.ledger.usage(SCOPE, ask(group_by=("space",)))
            assert [row.requests for row in everywhere] == [1, 300]

    asyncio.run(scene())


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"])
@pytest.mark.parametrize(
    ("bucket", "form"), [("hour", "%Y-%m-%dT%H"), ("day", "%Y-%m-%d"), ("month", "%Y-%m")]
)
def test_buckets_are_those_of_the_zone_also_across_its_clock_change(
    address: str, zone: str, bucket: str, form: str
) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            entries = rows(200)
            await recorded(desk, entries)
            found = await desk.ledger.usage(SCOPE, ask(group_by=(bucket, "model"), zone=zone))
            here = ZoneInfo(zone)
            expected = Counter(
                (datetime.fromtimestamp(e.started_at_ms / 1000, here).strftime(form), e.model)
                for e in entries
            )
            assert {row.group: row.requests for row in found} == expected
            assert [row.group[0] for row in found] == sorted(row.group[0] or "" for row in found)

    asyncio.run(scene())


def test_filters_narrow(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            entries = rows(200)
            await recorded(desk, entries)
            (found,) = await desk.ledger.usage(SCOPE, ask(model="a", key_id="key_1", status="ok"))
            wanted = [e for e in entries if (e.model, e.key_id, e.status) == ("a", "key_1", "ok")]
            assert found.requests == len(wanted)
            assert await desk.ledger.usage(SCOPE, ask(alias="' OR 1=1 --")) == []

    asyncio.run(scene())


def test_percentiles_are_near_those_of_the_durations(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            await recorded(
                desk,
                [
                    entry(model="a", started_at_ms=SINCE, duration_ms=n, first_token_ms=None)
                    for n in range(1, 201)
                ]
                + [entry(model="b", started_at_ms=SINCE, duration_ms=7, first_token_ms=2)],
            )
            first, second = await desk.ledger.usage(SCOPE, ask(group_by=("model",), latency=True))
            assert first.duration is not None
            assert first.duration.p50_ms == pytest.approx(100, rel=LARGEST_ERROR, abs=0.5)
            assert first.duration.p95_ms == pytest.approx(190, rel=LARGEST_ERROR, abs=0.5)
            assert first.duration.p99_ms == pytest.approx(198, rel=LARGEST_ERROR, abs=0.5)
            assert first.first_token is None
            assert second.first_token == Latency(p50_ms=2, p95_ms=2, p99_ms=2)

    asyncio.run(scene())


def test_currencies_are_never_added_up(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            await recorded(
                desk,
                [
                    entry(started_at_ms=SINCE, cost_e10=5),
                    entry(started_at_ms=SINCE, cost_e10=9, currency="CNY"),
                ],
            )
            found = await desk.ledger.usage(SCOPE, ask())
            assert [(row.currency, row.cost_e10) for row in found] == [("CNY", 9), ("USD", 5)]

    asyncio.run(scene())


def test_request_that_failed_before_any_token_is_not_unpriced(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            failed = entry(
                status="error",
                http_status=502,
                cost_e10=None,
                input_tokens=0,
                output_tokens=0,
                started_at_ms=SINCE,
            )
            await recorded(desk, [failed])
            (found,) = await desk.ledger.usage(SCOPE, ask())
            assert (found.requests, found.errors, found.unpriced) == (1, 1, 0)

    asyncio.run(scene())


@pytest.mark.parametrize(
    "changes",
    [
        {"group_by": ("model", "model")},
        {"group_by": ("request_id; DROP TABLE ledger_requests",)},
        {"zone": "Nowhere"},
        {"since_ms": UNTIL, "until_ms": SINCE},
        {"until_ms": 2**60},
    ],
)
def test_senseless_queries_are_refused(sqlite_address: str, changes: dict[str, Any]) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            with pytest.raises(InvalidRequest):
                await desk.ledger.usage(SCOPE, ask(**changes))

    asyncio.run(scene())


def test_rare_counts_add_up_and_services_are_told_apart(address: str) -> None:
    async def scene() -> None:
        counts = (({}, None), ({"audio_input_tokens": 5, "images": 2}, "flex"), ({"images": 1}, None))
        async with open_desk(address) as desk:
            found = [
                entry(
                    details=msgspec.json.encode(one).decode() if one else None,
                    service=service,
                    started_at_ms=SINCE,
                )
                for one, service in counts
            ]
            await recorded(desk, found)
            rows = await desk.ledger.usage(SCOPE, ask(group_by=("service",), rare=True))
            assert {row.group[0]: row.rare for row in rows} == {
                None: {"images": 1},
                "flex": {"audio_input_tokens": 5, "images": 2},
            }

    asyncio.run(scene())

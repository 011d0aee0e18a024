"""Recording: rows reach the disk once, whatever they hold, and lists find them."""

import asyncio
import logging

import msgspec
import pytest
from sqlalchemy import select

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.foundation.kit.ids import RequestId, SpaceId
from salon.foundation.ledger import AttemptEntry
from salon.foundation.ledger.tables import attempts
from salon.foundation.storage import statement
from salon.testing.ledger import SCOPE, SPACE, attempt, entry, open_desk

_ATTEMPT_ROWS = statement(select(attempts))


def tried_once(request_id: RequestId, number: int) -> AttemptEntry:
    well = number == 2
    return attempt(
        request_id=request_id,
        number=number,
        status="ok" if well else "error",
        http_status=200 if well else 503,
    )


def test_request_and_attempts_come_back_as_recorded(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            row = entry(stream=True, cost_e10=None, attempts=2, first_token_ms=7)
            tried = [tried_once(row.request_id, 1), tried_once(row.request_id, 2)]
            desk.ledger.record(row, tried)
            await desk.ledger.flush()
            assert await desk.ledger.request(SpaceScope(SPACE), row.request_id) == (row, tried)
            with pytest.raises(NotFound):
                await desk.ledger.request(SpaceScope(SpaceId("spc_other")), row.request_id)

    asyncio.run(scene())


def test_an_attempt_that_answered_at_once_comes_back_out_of_its_request(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            row = entry(attempt_started_at_ms=1_800_000_000_001, attempt_first_byte_ms=5, attempt_ms=9)
            only = attempt(
                request_id=row.request_id,
                number=1,
                http_status=200,
                started_at_ms=1_800_000_000_001,
                first_byte_ms=5,
                duration_ms=9,
            )
            desk.ledger.record(row, [only])
            await desk.ledger.flush()
            assert await desk.ledger.request(SpaceScope(SPACE), row.request_id) == (row, [only])
            assert await desk.storage.read(lambda tx: tx.all(_ATTEMPT_ROWS)) == []

    asyncio.run(scene())


def test_acknowledged_means_on_disk(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk, open_desk(address) as other:
            row = entry()
            await asyncio.wait_for(asyncio.wrap_future(desk.ledger.record_acked(row)), 30)
            assert (await other.ledger.request(SCOPE, row.request_id))[0] == row

    asyncio.run(scene())


def test_pages_meet_without_gap_or_overlap(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            rows = [entry(started_at_ms=1_800_000_000_000 + n // 3) for n in range(25)]
            for row in rows:
                desk.ledger.record(row)
            await desk.ledger.flush()
            seen, cursor = [], None
            while True:
                page = await desk.ledger.requests(SpaceScope(SPACE), cursor=cursor, limit=4)
                seen += page.entries
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert seen == sorted(rows, key=lambda r: (r.started_at_ms, r.request_id), reverse=True)

    asyncio.run(scene())


@pytest.mark.parametrize("cursor", ["", "x", "12", "12.", "-1.req", "9" * 30 + ".r", "1' OR 1=1 --"])
def test_foreign_cursor_is_refused(sqlite_address: str, cursor: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            with pytest.raises(InvalidRequest):
                await desk.ledger.requests(SCOPE, cursor=cursor)

    asyncio.run(scene())


def test_row_with_unstorable_words_is_tamed_and_spoils_no_other(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            rows = [entry() for _ in range(5)]
            rows[2] = msgspec.structs.replace(
                rows[2], alias="a\x00b\ud800", error_code="\udfff", input_tokens=2**70
            )
            for row in rows:
                desk.ledger.record(row)
            await desk.ledger.flush()
            page = await desk.ledger.requests(SCOPE)
            assert len(page.entries) == 5
            assert desk.ledger.health().refused == 0

    asyncio.run(scene())


def test_same_request_twice_is_kept_once_and_the_rest_is_written(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(100)
            rows = [entry() for _ in range(3)]
            for row in [*rows, rows[0]]:
                hold = await desk.ledger.reserve([budget.id], 30)
                desk.ledger.record(row, hold=hold)
            await desk.ledger.flush()
            assert desk.ledger.health().refused == 1
            state = await desk.state(budget)
            assert state.spent_e10 == 3

    with caplog.at_level(logging.CRITICAL, "salon.foundation.ledger.recorder"):
        asyncio.run(scene())


def test_very_long_model_name_is_cut(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            desk.ledger.record(entry(alias="x" * 100_000))
            await desk.ledger.flush()
            (row,) = (await desk.ledger.requests(SCOPE)).entries
            assert row.alias == "x" * 199 + "…"

    asyncio.run(scene())


def test_rows_recorded_before_start_and_from_other_threads_are_written(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            rows = [entry() for _ in range(300)]
            await asyncio.to_thread(lambda: [desk.ledger.record(row) for row in rows])
            await desk.ledger.flush()
            page = await desk.ledger.requests(SCOPE, limit=500)
            assert {row.request_id for row in page.entries} == {row.request_id for row in rows}

    asyncio.run(scene())

"""Runs on PostgreSQL: rows of several runs that different transactions want at once."""

import asyncio
from typing import Any

from salon.foundation.kit.caller import Caller
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import Runs
from salon.testing.databases import database

CALLER = Caller(kind="owner", space_id=SpaceId("spc_a"))
ROUNDS = 60


def test_answers_stream_while_leases_are_renewed_and_nobody_is_ended_for_a_deadlock(
    postgres_url: str,
) -> None:
    async def stream() -> None:
        async with database(postgres_url) as storage:
            runs = Runs(storage)
            await runs.start()
            handles = [await runs.begin(CALLER, "turn") for _ in range(12)]
            for number in range(ROUNDS):
                for handle in reversed(handles):
                    handle.append("text-delta", number)
                await asyncio.gather(handles[0].flush(), runs.tidy())
            await runs.close()

    async def deadlocks() -> int:
        # Connections tell what they counted when they are closed, so it is asked on a new one.
        async with database(postgres_url) as storage:
            query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

            def count(raw: Any) -> int:
                return int(raw.execute(query).fetchone()[0])

            return await storage.alone(count)  # type: ignore[attr-defined]

    asyncio.run(stream())
    assert asyncio.run(deadlocks()) == 0

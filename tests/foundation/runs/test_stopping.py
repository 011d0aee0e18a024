"""Stopping a run: wherever it is owned, whenever it is asked."""

import asyncio
import time

import pytest

from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import RedisCopies, RunHandle, Runs
from salon.testing.databases import database

CALLER = Caller(kind="owner", space_id=SpaceId("spc_a"))
SCOPE = SpaceScope(SpaceId("spc_a"))


async def stopped(handle: RunHandle) -> None:
    async with asyncio.timeout(30):
        await handle.stop_requested.wait()


@pytest.mark.parametrize("redis", ["with", "without", "away"])
def test_a_stop_reaches_an_owner_elsewhere_that_says_nothing(postgres_url: str, redis: str, request) -> None:
    urls = {"without": None, "away": "redis://127.0.0.1:1/0"}
    url = request.getfixturevalue("redis_url") if redis == "with" else urls[redis]

    async def play() -> float:
        async with database(postgres_url) as ours, database(postgres_url) as theirs:
            owner = Runs(ours, live=RedisCopies(url) if url else None)
            other = Runs(theirs, live=RedisCopies(url) if url else None)
            await owner.start()
            await other.start()
            handle = await owner.begin(CALLER, "turn")
            await asyncio.sleep(0.1)  # the subscription at Redis
            began_s = time.monotonic()
            assert await other.stop(SCOPE, handle.run_id)
            await stopped(handle)
            took_s = time.monotonic() - began_s
            await owner.close()
            await other.close()
            return took_s

    assert asyncio.run(play()) < 20


def test_a_stop_before_a_takeover_is_known_to_the_new_owner(address: str) -> None:
    async def play() -> bool:
        async with database(address) as storage:
            old, new = Runs(storage), Runs(storage)
            handle = await old.begin(CALLER, "turn")
            assert await new.stop(SCOPE, handle.run_id)
            taken = await new.take_over(await new.get(SCOPE, handle.run_id))
            assert taken is not None
            return taken.stop_requested.is_set()

    assert asyncio.run(play())


def test_a_stop_in_the_moment_of_a_takeover_is_known_to_the_new_owner(address: str) -> None:
    async def play() -> None:
        async with database(address) as storage:
            for _ in range(20):
                old, new = Runs(storage), Runs(storage)
                handle = await old.begin(CALLER, "turn")
                run = await new.get(SCOPE, handle.run_id)
                taken, asked = await asyncio.gather(new.take_over(run), new.stop(SCOPE, handle.run_id))
                assert asked
                assert taken is not None
                assert taken.stop_requested.is_set()

    asyncio.run(play())


def test_a_run_that_has_ended_cannot_be_stopped(address: str) -> None:
    async def play() -> bool:
        async with database(address) as storage:
            runs = Runs(storage)
            handle = await runs.begin(CALLER, "turn")
            await handle.end("done")
            return await runs.stop(SCOPE, handle.run_id)

    assert not asyncio.run(play())


def test_a_run_that_ends_before_its_stop_is_written_was_asked_to_stop(address: str) -> None:
    async def end(handle: RunHandle) -> None:
        await stopped(handle)
        await handle.end("cancelled")

    async def play() -> None:
        async with database(address) as storage:
            runs = Runs(storage)
            for _ in range(20):
                handle = await runs.begin(CALLER, "turn")
                asked, _ = await asyncio.gather(runs.stop(SCOPE, handle.run_id), end(handle))
                run = await runs.get(SCOPE, handle.run_id)
                assert (asked, run.stop_requested, run.status) == (True, True, "cancelled")

    asyncio.run(play())

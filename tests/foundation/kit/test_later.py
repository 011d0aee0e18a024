"""What is made when it is first asked for: once, for all who ask, and again after a failure."""

import asyncio

import pytest

from salon.foundation.kit.later import Later
from salon.foundation.kit.tasks import TaskSupervisor


def test_it_is_made_once_for_all_who_ask_at_once() -> None:
    async def play() -> None:
        made: list[int] = []

        async def make() -> int:
            made.append(len(made))
            await asyncio.sleep(0)
            return made[-1]

        later = Later(make, TaskSupervisor("test"), name="make")
        assert not later.is_made
        assert await asyncio.gather(*(later.get() for _ in range(5))) == [0] * 5
        assert await later.get() == 0
        assert later.is_made
        assert made == [0]

    asyncio.run(play())


def test_who_stops_waiting_does_not_stop_it() -> None:
    async def play() -> None:
        go = asyncio.Event()

        async def make() -> str:
            await go.wait()
            return "made"

        later = Later(make, TaskSupervisor("test"), name="make")
        first, second = asyncio.ensure_future(later.get()), asyncio.ensure_future(later.get())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        go.set()
        assert await second == "made"

    asyncio.run(play())


def test_after_a_failure_the_next_caller_tries_anew() -> None:
    async def play() -> None:
        results = iter([ValueError("away"), "made"])

        async def make() -> str:
            result = next(results)
            if isinstance(result, ValueError):
                raise result
            return result

        later = Later(make, TaskSupervisor("test"), name="make")
        with pytest.raises(ValueError, match="away"):
            await later.get()
        assert not later.is_made
        assert await later.get() == "made"

    asyncio.run(play())

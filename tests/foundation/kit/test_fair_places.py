"""Places that owners take in turn."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from salon.foundation.kit.fair_places import FairPlaces


class Line:
    """Work that takes a place, writes down whose turn it is, and ends when it is told to."""

    def __init__(self, places: FairPlaces) -> None:
        self.places = places
        self.begun: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}

    async def work(self, name: str) -> None:
        self.ends[name] = asyncio.Event()
        async with self.places.place(name[0]):
            self.begun.append(name)
            await self.ends[name].wait()

    async def end(self, *names: str) -> None:
        for name in names:
            self.ends[name].set()
            await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def scene(
    places: FairPlaces, act: Callable[[Line, dict[str, asyncio.Task[None]]], Awaitable[None]], names: str
) -> Line:
    async def run() -> Line:
        line = Line(places)
        async with asyncio.TaskGroup() as group:
            tasks = {}
            for name in names.split():
                tasks[name] = group.create_task(line.work(name))
                await settle()
            await act(line, tasks)
        assert places.waiting() == 0
        return line

    return asyncio.run(run())


def test_whoever_holds_fewer_is_next_however_long_the_other_line_is() -> None:
    async def act(line: Line, _: object) -> None:
        assert (line.places.waiting(), line.places.waiting("a")) == (5, 3)
        await line.end("a1", "b1", "a2", "b2", "a3", "a4", "a5")

    line = scene(FairPlaces(2), act, "a1 a2 a3 a4 a5 b1 b2")
    assert line.begun == ["a1", "a2", "b1", "b2", "a3", "a4", "a5"]


def test_owners_with_as_many_take_turns() -> None:
    async def act(line: Line, _: object) -> None:
        await line.end("x1", "a1", "b1", "a2", "b2")

    assert scene(FairPlaces(1), act, "x1 a1 a2 b1 b2").begun == ["x1", "a1", "b1", "a2", "b2"]


def test_one_owner_leaves_places_free_for_others() -> None:
    async def act(line: Line, _: object) -> None:
        assert line.begun == ["a1", "b1"]
        await line.end("a1", "a2", "b1")

    assert scene(FairPlaces(3, each=1), act, "a1 a2 b1").begun == ["a1", "b1", "a2"]


@pytest.mark.parametrize("is_handed", [False, True])
def test_one_that_does_not_wait_any_more_costs_no_place(is_handed: bool) -> None:
    async def act(line: Line, tasks: dict[str, asyncio.Task[None]]) -> None:
        if is_handed:
            line.ends["a1"].set()
            await asyncio.sleep(0)
        tasks["a2"].cancel()
        await line.end("a1", "a3")

    line = scene(FairPlaces(1), act, "a1 a2 a3")
    assert line.begun[-1] == "a3"

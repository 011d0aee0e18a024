"""The outbox: numbered per space, without a gap, in the order of commits; twice is once."""

import asyncio

from salon.foundation.events import SYSTEM_SPACE, Event, events_after, publish
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.testing.databases import database

A, B = SpaceScope(SpaceId("spc_a")), SpaceScope(SpaceId("spc_b"))


def made(subject: str) -> Event:
    return Event(type="thing.made", subject=subject)


def test_numbers_have_no_gap_under_concurrency_and_failure(address: str) -> None:
    async def play() -> list[int]:
        async with database(address) as storage:

            def fail(tx) -> None:
                publish(tx, A, made("never"))
                raise LookupError

            writes = [storage.write(lambda tx, i=i: publish(tx, A, made(f"t{i}"))) for i in range(40)]
            failures = [storage.write(fail) for _ in range(10)]
            mixed = [item for pair in zip(writes, failures * 4, strict=False) for item in dict.fromkeys(pair)]
            unique = list(dict.fromkeys([*mixed, *writes]))
            await asyncio.gather(*unique, return_exceptions=True)
            return [event.number for event in await storage.read(lambda tx: events_after(tx, A, 0))]

    assert asyncio.run(play()) == list(range(1, 41))


def test_each_space_counts_for_itself(address: str) -> None:
    async def play() -> list[int]:
        async with database(address) as storage:

            def write(tx) -> list[int]:
                system = SystemScope("test: an event of the installation")
                return [publish(tx, scope, made("x")) for scope in (A, B, A, system)]

            assert SYSTEM_SPACE == "system"
            return await storage.write(write)

    assert asyncio.run(play()) == [1, 1, 2, 1]


def test_the_same_id_is_written_once(address: str) -> None:
    async def play() -> tuple[list[int], int]:
        async with database(address) as storage:
            event = made("once")
            numbers = [await storage.write(lambda tx: publish(tx, A, event)) for _ in range(3)]
            return numbers, len(await storage.read(lambda tx: events_after(tx, A, 0)))

    assert asyncio.run(play()) == ([1, 1, 1], 1)


def test_an_event_comes_back_as_it_was(address: str) -> None:
    async def play():
        async with database(address) as storage:
            event = Event(type="thing.made", subject="thg_1", data={"ü": [1, None]}, created_by="per_1")
            await storage.write(lambda tx: publish(tx, A, event))
            return event, (await storage.read(lambda tx: events_after(tx, A, 0)))[0]

    event, stored = asyncio.run(play())
    assert (stored.id, stored.data, stored.created_by) == (event.id, {"ü": [1, None]}, "per_1")
    assert stored.topic == "spc_a.thing.made"

"""The bus: in order, without a gap, bounded for the slow, durable for those who keep a cursor."""

import asyncio
import contextlib
import sys
import textwrap

from salon.foundation.events import Bus, Dropped, Event, LiveEvent, RedisWakes, StoredEvent, publish
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.ids import SpaceId
from salon.testing.databases import database

A = SpaceScope(SpaceId("spc_a"))


async def publish_many(storage, count: int, *, start: int = 0) -> None:
    for i in range(start, start + count):
        await storage.write(lambda tx, i=i: publish(tx, A, Event(type="thing.made", subject=f"t{i}")))


@contextlib.asynccontextmanager
async def running(storage, **options):
    bus = Bus(storage, **options)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.close()


def test_a_subscriber_gets_every_event_once_in_order(address: str) -> None:
    async def play() -> list[int]:
        async with database(address) as storage, running(storage) as bus:
            with bus.subscribe("spc_a.thing.*") as mine, bus.subscribe("spc_b.>") as other:
                await publish_many(storage, 30)
                got = [await mine.next(timeout_s=30) for _ in range(30)]
                assert other.dropped == 0
                return [event.number for event in got if isinstance(event, StoredEvent)]

    assert asyncio.run(play()) == list(range(1, 31))


def test_a_slow_subscriber_is_bounded_counted_and_told(tmp_path) -> None:
    async def play():
        async with database(tmp_path / "salon.db") as storage, running(storage) as bus:
            with bus.subscribe("live.>", limit=10) as slow, bus.subscribe("live.>") as quick:
                for i in range(25):
                    bus.publish_live("live.tick", i)
                got = [await slow.next(timeout_s=30) for _ in range(11)]
                bus.publish_live("live.tick", 99)
                return got, await slow.next(timeout_s=30), slow.dropped, quick.dropped, bus.dropped

    got, after, lost, quick_lost, total = asyncio.run(play())
    assert [event.data for event in got[:10]] == list(range(10))
    assert got[10] == Dropped(count=15)
    assert after == LiveEvent(topic="live.tick", data=99)
    assert (lost, quick_lost, total) == (15, 0, 15)


def test_a_projection_applies_each_event_exactly_once_across_restarts(address: str) -> None:
    async def play() -> list[str]:
        applied: list[str] = []
        async with database(address) as storage:
            await publish_many(storage, 10)
            for round_ in range(3):
                async with running(storage) as bus:
                    bus.project("copy", "*.thing.>", lambda tx, event: applied.append(event.subject))
                    await publish_many(storage, 5, start=10 + 5 * round_)
                    await until(lambda round_=round_: len(applied) >= 15 + 5 * round_)
        return applied

    assert asyncio.run(play()) == [f"t{i}" for i in range(25)]


def test_a_consumer_tries_again_and_never_skips(address: str) -> None:
    async def play() -> list[str]:
        seen: list[str] = []
        failed = False

        async def handle(event: StoredEvent) -> None:
            nonlocal failed
            if event.subject == "t2" and not failed:
                failed = True
                raise LookupError("on purpose")
            seen.append(event.subject)

        async with database(address) as storage, running(storage) as bus:
            bus.consume("mailer", "spc_a.>", handle)
            await publish_many(storage, 5)
            await until(lambda: len(seen) == 5)
        return seen

    assert asyncio.run(play()) == ["t0", "t1", "t2", "t3", "t4"]


_PUBLISH = textwrap.dedent(
    """
    import asyncio, sys
    from salon.foundation.events import Bus, Event, RedisWakes, publish
    from salon.foundation.kit.caller import SpaceScope
    from salon.foundation.storage import open_storage

    async def main(address, redis):
        storage = await open_storage(address)
        bus = Bus(storage, wakes=RedisWakes(redis) if redis else None)
        await bus.start()
        event = Event(type="thing.made", subject="t")
        await storage.write(lambda tx: publish(tx, SpaceScope("spc_a"), event))
        await asyncio.sleep(0.3)
        await bus.close()
        await storage.close()

    asyncio.run(main(sys.argv[1], sys.argv[2]))
    """
)


async def publish_elsewhere(address: str, redis: str = "") -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _PUBLISH, address, redis)
    assert await asyncio.wait_for(process.wait(), 100) == 0


def test_another_process_is_heard_by_polling_without_redis(address: str) -> None:
    async def play() -> object:
        async with database(address) as storage, running(storage, poll_s=0.1) as bus:
            with bus.subscribe(">") as listener:
                await publish_elsewhere(address)
                return await listener.next(timeout_s=30)

    assert isinstance(asyncio.run(play()), StoredEvent)


def test_redis_wakes_the_other_process_long_before_it_would_poll(tmp_path, redis_url: str) -> None:
    address = str(tmp_path / "salon.db")

    async def play() -> object:
        wakes = RedisWakes(redis_url)
        async with database(address) as storage, running(storage, wakes=wakes, poll_s=600) as bus:
            with bus.subscribe(">") as listener:
                for _ in range(5):  # the first may come before the subscription has reached Redis
                    await publish_elsewhere(address, redis_url)
                    with contextlib.suppress(TimeoutError):
                        return await listener.next(timeout_s=3)
                return None

    assert isinstance(asyncio.run(play()), StoredEvent)


def test_without_an_answer_from_redis_polling_goes_on(tmp_path) -> None:
    address = str(tmp_path / "salon.db")

    async def play() -> object:
        wakes = RedisWakes("redis://127.0.0.1:1/0")
        async with database(address) as storage, running(storage, wakes=wakes, poll_s=0.1) as bus:
            with bus.subscribe(">") as listener:
                await publish_elsewhere(address, "redis://127.0.0.1:1/0")
                return await listener.next(timeout_s=30)

    assert isinstance(asyncio.run(play()), StoredEvent)


async def until(condition, timeout_s: float = 30) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)

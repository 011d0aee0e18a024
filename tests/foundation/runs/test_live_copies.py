"""Copies through Redis: connections that go while they are used."""

import asyncio
from collections import Counter

from redis.asyncio import Redis

from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import RedisCopies

ROUNDS = 150


async def heard(copies: RedisCopies, redis: Redis, run_id: str) -> bool:
    """Tell whether a foreign run that somebody watches gets a subscription, within half a minute."""
    channel = f"salon:{{{run_id}}}:log"
    async with asyncio.timeout(30):
        while await redis.pubsub_numsub(channel) != [(channel.encode(), 1)]:
            copies.channel(run_id)
            await asyncio.sleep(0.02)
    return True


def test_connections_that_break_while_runs_are_watched_end_no_task(redis_url: str) -> None:
    async def play() -> tuple[int, Counter[str], bool]:
        tasks, copies = TaskSupervisor("copies"), RedisCopies(redis_url)
        async with Redis.from_url(redis_url) as redis:
            copies.start(tasks, lambda _: None)
            for number in range(ROUNDS):
                if number % 3 == 0:
                    await redis.client_kill_filter(_type="pubsub")
                for step in range(3 + number % 7):
                    copies.channel(f"run_{number}_{step % 3}")
                    await asyncio.sleep(0)
                await redis.ping()
            found = tasks.failures, tasks.names(), await heard(copies, redis, "run_last")
            await tasks.close()
            await copies.close()
        return found

    names = Counter({"runs-listen": 1, "runs-announce": 1, "runs-poke": 1})
    assert asyncio.run(play()) == (0, names, True)

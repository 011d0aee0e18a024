"""Limits in Redis: exact across processes, and served on when Redis vanishes."""

import asyncio
import contextlib
import logging
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.errors import RateLimited
from salon.gateway.limits_redis import RedisLimiter
from salon.testing.keeper import keep

pytestmark = pytest.mark.redis


@contextlib.asynccontextmanager
async def opened(url: str, *, patience_s: float = 20.0) -> AsyncIterator[RedisLimiter]:
    limiter = RedisLimiter(url, patience_s=patience_s)
    try:
        yield limiter
    finally:
        await limiter.close()


async def admitted(limiter: RedisLimiter, limits: KeyLimits, count: int, *, tokens: int = 0) -> list:
    asked = (limiter.admit("k", limits, tokens=tokens) for _ in range(count))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert all(not isinstance(a, BaseException) or isinstance(a, RateLimited) for a in answers)
    return [answer for answer in answers if not isinstance(answer, BaseException)]


def test_two_processes_share_each_limit_exactly(redis_url: str) -> None:
    async def scene() -> None:
        for limits, expected in (
            (KeyLimits(requests_per_minute=60), 60),
            (KeyLimits(tokens_per_minute=1000), 50),
            (KeyLimits(concurrency=7), 7),
        ):
            async with opened(redis_url) as one, opened(redis_url) as two:
                await one._client.flushall()
                both = await asyncio.gather(
                    admitted(one, limits, 100, tokens=20), admitted(two, limits, 100, tokens=20)
                )
                assert sum(map(len, both)) == expected
                assert one.fallbacks == two.fallbacks == 0

    asyncio.run(scene())


def test_window_slides_in_redis_as_in_the_process(redis_url: str) -> None:
    async def scene() -> None:
        async with opened(redis_url) as limiter:
            limits = KeyLimits(requests_per_minute=10)
            assert len(await admitted(limiter, limits, 12)) == 10
            with pytest.raises(RateLimited) as refused:
                await limiter.admit("k", limits, tokens=0)
            assert 50 < refused.value.retry_after_s <= 60
            await shift(limiter, "salon:limit:{k}:requests", -110)
            assert await admitted(limiter, limits, 1) == []
            await shift(limiter, "salon:limit:{k}:requests", -11)
            assert len(await admitted(limiter, limits, 12)) == 10

    asyncio.run(scene())


async def shift(limiter: RedisLimiter, key: str, slots: int) -> None:
    """Let everything counted have happened ``-slots`` half seconds earlier."""
    old = await limiter._client.hgetall(key)
    await limiter._client.delete(key)
    moved = {}
    for field, value in old.items():
        name = field.decode()
        if name in {"o", "s"}:
            moved[name] = int(value) + slots
        elif name.startswith("m"):
            moved[f"m{int(name[1:]) + slots}"] = int(value) + slots * 500_000
        else:
            moved[name if name == "t" else str(int(name) + slots)] = int(value)
    await limiter._client.hset(key, mapping=moved)


async def age(limiter: RedisLimiter, key: str, now_us: int, by_us: int) -> None:
    """Let what was counted have happened ``by_us`` before ``now_us``, in the slots where it would be then."""
    old = await limiter._client.hgetall(key)
    await limiter._client.delete(key)
    slots = sorted(int(name[1:]) for name in old if name.startswith(b"m"))
    moved = {"t": int(old[b"t"])}
    for slot in slots:
        at_us = now_us - by_us - (int(old[b"m%d" % slots[-1]]) - int(old[b"m%d" % slot]))
        place = at_us // 500_000 + (slot - slots[0])
        moved |= {str(place): int(old[b"%d" % slot]), f"m{place}": at_us}
        moved.setdefault("o", place)
    await limiter._client.hset(key, mapping=moved)


async def redis_now_us(limiter: RedisLimiter) -> int:
    seconds, micros = await limiter._client.time()
    return seconds * 1_000_000 + micros


def test_a_full_burst_may_come_again_when_retry_after_says(redis_url: str) -> None:
    async def scene() -> None:
        async with opened(redis_url) as limiter:
            limits = KeyLimits(requests_per_minute=10, tokens_per_minute=100)
            for _ in range(20):  # wherever in a half second it is
                await limiter._client.flushall()
                assert len(await admitted(limiter, limits, 10, tokens=10)) == 10
                with pytest.raises(RateLimited) as refused:
                    await limiter.admit("k", limits, tokens=10)
                assert refused.value.retry_after_s <= 60
                now_us = await redis_now_us(limiter)
                for window in ("requests", "tokens"):
                    await age(limiter, f"salon:limit:{{k}}:{window}", now_us, 60_000_000)
                assert len(await admitted(limiter, limits, 10, tokens=10)) == 10
                assert await admitted(limiter, limits, 1, tokens=10) == []
                await asyncio.sleep(0.037)

    asyncio.run(scene())


def test_what_comes_after_a_promise_counts_apart(redis_url: str) -> None:
    async def scene() -> None:
        async with opened(redis_url) as limiter:
            limits, key = KeyLimits(tokens_per_minute=1000), "salon:limit:{k}:tokens"
            while await redis_now_us(limiter) % 500_000 > 100_000:
                await asyncio.sleep(0.01)
            (first,) = await admitted(limiter, limits, 1, tokens=900)
            assert await admitted(limiter, limits, 1, tokens=500) == []
            (second,) = await admitted(limiter, limits, 1, tokens=100)
            assert second.counted[0][1] > first.counted[0][1]
            first.settle(400)
            second.settle(50)
            async with asyncio.timeout(30):
                while int(await limiter._client.hget(key, "t")) != 450:
                    await asyncio.sleep(0.01)

    asyncio.run(scene())


def test_settled_tokens_and_released_places_are_there_for_others(redis_url: str) -> None:
    async def scene() -> None:
        limits = KeyLimits(tokens_per_minute=1000, concurrency=1)
        async with opened(redis_url) as one, opened(redis_url) as two:
            (ticket,) = await admitted(one, limits, 5, tokens=900)
            assert await admitted(two, limits, 1, tokens=900) == []
            ticket.settle(50)
            ticket.release()
            ticket.release()
            async with asyncio.timeout(30):
                while not (again := await admitted(two, limits, 1, tokens=900)):
                    await asyncio.sleep(0.01)
            assert len(again) == 1

    asyncio.run(scene())


def test_places_of_a_killed_process_expire(redis_url: str) -> None:
    async def scene() -> None:
        limits = KeyLimits(concurrency=2)
        async with opened(redis_url) as limiter:
            assert len(await admitted(limiter, limits, 5)) == 2
            await limiter._send(await limiter._renewals())
            places = await limiter._client.zrange("salon:limit:{k}:places", 0, -1, withscores=True)
            now_ms = time.time() * 1000
            assert all(now_ms < until <= now_ms + 61_000 for _, until in places)
            for place, until in places:
                await limiter._client.zadd("salon:limit:{k}:places", {place: until - 61_000})
            assert len(await admitted(limiter, limits, 5)) == 2

    asyncio.run(scene())


def test_vanished_redis_leaves_each_process_its_own_counters(
    tmp_path: Path, redis_server: str, caplog: pytest.LogCaptureFixture
) -> None:
    del redis_server  # skips where there is no redis-server
    place = tmp_path / "redis.sock"
    url, limits = f"unix://{place}", KeyLimits(requests_per_minute=10)

    async def scene() -> None:
        process = start(place)
        try:
            async with opened(url) as limiter:
                async with asyncio.timeout(30):
                    while not listens(place):
                        await asyncio.sleep(0.01)
                assert len(await admitted(limiter, limits, 4)) == 4
                process.kill()
                process.wait(10)
                began = time.monotonic()
                assert len(await admitted(limiter, limits, 50)) == 6
                assert time.monotonic() - began < 15
                assert limiter.alone
                assert limiter.fallbacks == 50
                process = start(place)
                async with asyncio.timeout(30):
                    while limiter.alone:
                        await admitted(limiter, KeyLimits(requests_per_minute=1000), 1)
                        await asyncio.sleep(0.05)
        finally:
            process.kill()
            process.wait(10)

    with caplog.at_level(logging.WARNING, "salon.gateway.limits_redis"):
        asyncio.run(scene())
    told = [record.getMessage() for record in caplog.records if record.name == "salon.gateway.limits_redis"]
    assert len(told) == 2


def listens(path: Path) -> bool:
    """Tell whether a connection is taken: the file is there before that."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def start(place: Path) -> subprocess.Popen:
    process = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(place), "--save", "", "--appendonly", "no"],
        cwd=place.parent,
        stdout=subprocess.DEVNULL,
    )
    keep(process.pid)
    return process


def test_key_without_limits_asks_no_redis() -> None:
    async def scene() -> None:
        limiter = RedisLimiter("unix:///nowhere")
        ticket = await limiter.admit("k", KeyLimits(), tokens=1)
        ticket.release()
        assert limiter.fallbacks == 0

    asyncio.run(scene())

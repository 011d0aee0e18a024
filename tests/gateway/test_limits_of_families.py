"""A request counts against its key and every key above it: all of them or none, in process and in Redis."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from salon.foundation.accounts import KeyLimits, Lineage
from salon.foundation.kit.errors import RateLimited
from salon.gateway.limits import Limiter, LocalLimiter, Ticket
from salon.gateway.limits_redis import RedisLimiter

OpenLimiter = Callable[[], AbstractAsyncContextManager[Limiter]]
NONE = KeyLimits()
WIDE = KeyLimits(requests_per_minute=1000)


@pytest.fixture(params=["in process", pytest.param("redis", marks=pytest.mark.redis)])
def opened(request: pytest.FixtureRequest) -> OpenLimiter:
    """Open a limiter; on Redis each is another process, in the process there is one."""
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        return lambda: _on_redis(url)
    only = LocalLimiter()
    return lambda: contextlib.nullcontext(only)


@contextlib.asynccontextmanager
async def _on_redis(url: str) -> AsyncIterator[RedisLimiter]:
    limiter = RedisLimiter(url, patience_s=20.0)
    try:
        yield limiter
    finally:
        await limiter.close()


def below(limits: KeyLimits, *others: tuple[str, KeyLimits]) -> Lineage:
    """A place below a first key with ``limits``, and below ``others``, the nearest first."""
    return Lineage(root="top", counters=(*others, ("top", limits)))


async def try_all(
    limiter: Limiter, *asked: tuple[str, KeyLimits, Lineage | None], tokens: int = 0
) -> list[Any]:
    waiting = (limiter.admit(key, limits, tokens=tokens, lineage=line) for key, limits, line in asked)
    return await asyncio.gather(*waiting, return_exceptions=True)


def tickets(answers: list[Any]) -> list[Ticket]:
    assert all(not isinstance(one, BaseException) or isinstance(one, RateLimited) for one in answers)
    return [one for one in answers if not isinstance(one, BaseException)]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (KeyLimits(requests_per_minute=30), 30),
        (KeyLimits(tokens_per_minute=1000), 50),
        (KeyLimits(concurrency=7), 7),
    ],
)
def test_a_family_uses_no_more_than_its_first_key(
    opened: OpenLimiter, limits: KeyLimits, expected: int
) -> None:
    async def scene() -> None:
        async with opened() as one, opened() as two:
            line = below(limits)
            asked = [(f"child {n}", limits, line) for n in range(8)] * 10 + [("top", limits, None)] * 20
            answers = await asyncio.gather(try_all(one, *asked, tokens=20), try_all(two, *asked, tokens=20))
            assert sum(len(tickets(found)) for found in answers) == expected

    asyncio.run(scene())


def test_a_refusal_anywhere_counts_nowhere(opened: OpenLimiter) -> None:
    async def scene() -> None:
        async with opened() as limiter:
            full = ("middle", KeyLimits(requests_per_minute=1, tokens_per_minute=100, concurrency=1))
            line = below(KeyLimits(requests_per_minute=5, tokens_per_minute=500, concurrency=5), full)
            answers = await try_all(limiter, *[("leaf", WIDE, line)] * 20, tokens=100)
            assert len(tickets(answers)) == 1
            top = [("top", line.counters[-1][1], None)] * 10
            assert len(tickets(await try_all(limiter, *top, tokens=100))) == 4

    asyncio.run(scene())


def test_a_refusal_says_that_the_limit_is_shared(opened: OpenLimiter) -> None:
    async def scene() -> None:
        async with opened() as limiter:
            line = below(KeyLimits(requests_per_minute=1))
            await limiter.admit("one", WIDE, tokens=0, lineage=line)
            with pytest.raises(RateLimited) as refused:
                await limiter.admit("other", WIDE, tokens=0, lineage=line)
            assert str(refused.value).startswith(
                "The limit of 1 requests per minute that this key shares with the one it was made with is reached."
            )
            assert 50 < (refused.value.retry_after_s or 0) <= 60

    asyncio.run(scene())


def test_what_ends_is_given_back_to_all_above(opened: OpenLimiter) -> None:
    async def scene() -> None:
        async with opened() as limiter:
            limits = KeyLimits(tokens_per_minute=1000, concurrency=1)
            line = below(limits, ("middle", limits))
            (ticket,) = tickets(await try_all(limiter, ("leaf", limits, line), tokens=900))
            assert tickets(await try_all(limiter, ("top", limits, None), tokens=50)) == []
            ticket.settle(100)
            ticket.release()
            ticket.release()
            async with asyncio.timeout(30):
                while not tickets(await try_all(limiter, ("middle", limits, below(limits)), tokens=850)):
                    await asyncio.sleep(0.01)
            assert tickets(await try_all(limiter, ("top", limits, None), tokens=850)) == []

    asyncio.run(scene())


def test_a_family_is_counted_while_redis_is_away(redis_url: str) -> None:
    async def scene() -> None:
        async with _on_redis(redis_url) as limiter:
            limits = KeyLimits(requests_per_minute=5)
            asked = [("a", limits, below(limits)), ("b", limits, below(limits))]
            assert len(tickets(await try_all(limiter, *asked))) == 2
            limiter._lost(OSError())
            assert len(tickets(await try_all(limiter, *asked * 5))) == 3

    asyncio.run(scene())

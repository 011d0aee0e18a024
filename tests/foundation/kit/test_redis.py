"""Adapters of Redis whose connection closes in the very moment in which they write to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from salon.app.redis import Redis
from salon.foundation.accounts import KeyLimits
from salon.foundation.events import RedisWakes
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.redis import redis_client
from salon.foundation.runs import RedisCopies
from salon.gateway.answers.cache import RedisAnswers
from salon.gateway.limits_redis import RedisLimiter
from salon.gateway.routing.shared import SharedBreakers

uvloop = pytest.importorskip("uvloop")
"""What a house runs on; its transports fail in a way of their own."""

Adapter = tuple[Any, Callable[[], Awaitable[object]]]
"""Its client, and something it does with it."""


def copies(url: str) -> Adapter:
    adapter = RedisCopies(url)
    return adapter._client, lambda: adapter.tell_stop("run_1")


def wakes(url: str) -> Adapter:
    adapter = RedisWakes(url)
    return adapter._client, adapter.tell


def answers(url: str) -> Adapter:
    client = redis_client(url, timeout_s=2, connect_timeout_s=2)
    return client, lambda: RedisAnswers(client, timeout_s=2).get(b"key")


def breakers(url: str) -> Adapter:
    client = redis_client(url, timeout_s=2, connect_timeout_s=2)
    adapter = SharedBreakers(client, SystemClock(), dict)
    return client, lambda: adapter._write("target", 0)


def status(url: str) -> Adapter:
    adapter = Redis(url)
    return adapter.client, adapter.answers


def limits(url: str) -> Adapter:
    adapter = RedisLimiter(url)

    async def act() -> None:
        await adapter.admit("key_1", KeyLimits(requests_per_minute=5), tokens=1)
        await adapter.close()

    return adapter._client, act


@pytest.mark.parametrize("adapter", [copies, wakes, answers, breakers, status, limits])
def test_a_connection_that_closes_while_it_is_written_to_counts_as_redis_away(
    adapter, redis_url: str
) -> None:
    async def play() -> None:
        client, act = adapter(redis_url)
        await client.ping()
        (connection,) = client.connection_pool._available_connections
        connection._writer.transport.abort()
        await act()
        await client.aclose()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(play())

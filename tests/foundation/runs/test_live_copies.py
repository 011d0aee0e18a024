"""Copies through Redis: connections that go while they are used."""

import asyncio

from salon.foundation.runs import RedisCopies


class GivenUp:
    """A subscription whose connection another task has just closed, as redis-py then fails."""

    async def subscribe(self, *_channels: str) -> None:
        writer = None
        writer.writelines(())  # type: ignore[attr-defined]


def test_a_connection_given_up_in_the_midst_of_a_subscription_ends_no_task(redis_url: str) -> None:
    async def play() -> bool:
        copies = RedisCopies(redis_url)
        try:
            await copies._subscribe(GivenUp(), ["run_1"])
            return copies._is_down
        finally:
            await copies.close()

    assert asyncio.run(play())

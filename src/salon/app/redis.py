"""Redis, if it is configured: whether it answers, for status and doctor. Nothing durable is in it."""

import asyncio

from salon.foundation.kit.redis import redis_client, redis_failures

_TIMEOUT_S = 2.0


class Redis:
    """One client for questions about Redis itself; adapters have their own."""

    def __init__(self, url: str) -> None:
        """Prepare a client; connects when asked something. Raises: ConfigError without the extra."""
        self.url = url
        self.client = redis_client(url, timeout_s=_TIMEOUT_S, connect_timeout_s=_TIMEOUT_S)
        """The client of redis-py, for adapters that take one."""

    async def answers(self) -> bool:
        """Tell whether Redis answers now."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return bool(await self.client.ping())
        except redis_failures():
            return False

    async def close(self) -> None:
        """Let the connection go."""
        await self.client.aclose()


def connect_redis(url: str) -> Redis | None:
    """Return a client, or None when none is configured. Raises: ConfigError."""
    return Redis(url) if url else None

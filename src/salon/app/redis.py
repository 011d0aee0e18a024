"""Redis, if it is configured: whether it answers, for status and doctor. Nothing durable is in it."""

import asyncio
from typing import Any, cast

from salon.foundation.kit.errors import ConfigError

_TIMEOUT_S = 2.0


class Redis:
    """One client for questions about Redis itself; adapters have their own."""

    def __init__(self, url: str) -> None:
        """Prepare a client; connects when asked something. Raises: ConfigError without the extra."""
        try:
            from redis.asyncio import Redis as Client  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            fix = "Install salon[redis], or leave redis.url empty."
            raise ConfigError(key="redis.url", problem="needs the extra “redis”.", fix=fix) from error
        self.url = url
        self.client: Any = cast("Any", Client).from_url(
            url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S
        )
        """The client of redis-py, for adapters that take one."""

    async def answers(self) -> bool:
        """Tell whether Redis answers now."""
        from redis.exceptions import RedisError  # noqa: PLC0415 - an optional extra

        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return bool(await self.client.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        """Let the connection go."""
        await self.client.aclose()


def connect_redis(url: str) -> Redis | None:
    """Return a client, or None when none is configured. Raises: ConfigError."""
    return Redis(url) if url else None

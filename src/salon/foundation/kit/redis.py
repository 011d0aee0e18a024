"""What every adapter of Redis shares: its client, and what tells that Redis is away."""

from typing import Any, cast

from salon.foundation.kit.errors import ConfigError


def redis_client(url: str, *, timeout_s: float, connect_timeout_s: float) -> Any:
    """Return an asyncio client of redis-py that connects when asked something and tries nothing twice.

    Attempts of its own would hide that Redis is away from those who do without it meanwhile, and would count
    twice what is counted. Raises: ConfigError without the extra.
    """
    try:
        from redis.asyncio import Redis  # noqa: PLC0415 - an optional extra
        from redis.asyncio.retry import Retry  # noqa: PLC0415 - same
        from redis.backoff import NoBackoff  # noqa: PLC0415 - same
    except ImportError as error:
        fix = "Install salon[redis], or leave redis.url empty."
        raise ConfigError(key="redis.url", problem="needs the extra “redis”.", fix=fix) from error
    # The client's own types leave its options unknown.
    return cast(Any, Redis).from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=connect_timeout_s,
        retry=Retry(NoBackoff(), 0),
    )


def redis_failures() -> tuple[type[Exception], ...]:
    """Return what a client raises while Redis is away or goes away.

    uvloop raises RuntimeError when something is written to a connection that closed in that very moment, and
    redis-py hands it on (8.1).
    """
    from redis.exceptions import RedisError  # noqa: PLC0415 - an optional extra

    return (RedisError, OSError, RuntimeError)

"""The gateway's own settings, in the form it works with; the composition root fills them in."""

import msgspec


class GatewayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How requests reach a provider. Times in seconds."""

    connect_timeout_s: float = 10.0
    first_byte_timeout_s: float = 120.0
    """From the request being sent to the first content of an answer."""
    idle_timeout_s: float = 120.0
    """Longest silence inside an answer; keep-alive comments and pings do not count as content."""
    total_timeout_s: float = 1800.0
    """One request, all attempts together."""
    max_attempts: int = 3
    retry_budget: float = 0.2
    """Retries allowed as a share of recent requests; 1 or more is "no limit"."""
    breaker_failures: int = 5
    breaker_open_s: float = 30.0
    assumed_output_tokens: int = 4096
    """Output counted against a budget when a request names no maximum, and the cap when it does."""
    max_concurrency: int = 20_000
    """Requests at once; more are refused with 503 and Retry-After."""
    hold_s: float = 1.0
    """How long a stream's first bytes wait for content, so that an early error can still go elsewhere."""
    cache_enabled: bool = True
    cache_ttl_s: int = 3600
    cache_max_bytes: int = 32 * 1024**2
    idempotency_ttl_s: int = 24 * 3600
    price_wait_s: float = 5.0
    """How long the first request to a model waits for its price to be looked up."""

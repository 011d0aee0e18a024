"""Bodies about what was asked and what it cost."""

from pydantic import BaseModel


class UsageRow(BaseModel):
    """What one group used, in one currency."""

    group: str | None
    groups: list[str | None]
    """Its value for each of ``group_by``."""
    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    rare: dict[str, int]
    """Counts that few answers have: audio, pictures, an hour in a cache, predictions, searches."""
    cost_e10: int
    currency: str
    unpriced: int


class Usage(BaseModel):
    """What was used, by group."""

    group_by: str
    from_ms: int
    to_ms: int
    items: list[UsageRow]


class RequestRow(BaseModel):
    """What became of one request."""

    request_id: str
    started_at_ms: int
    key_name: str | None
    asked_model: str
    provider: str | None
    model: str | None
    status: str
    http_status: int
    error_code: str | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    rare: dict[str, int]
    service: str | None
    cost_e10: int | None
    currency: str
    price_version: str | None
    """Which price the cost was counted with."""
    duration_ms: int
    first_token_ms: int | None
    stream: bool
    cache: str
    attempts: int


class Requests(BaseModel):
    """Recent requests, newest first."""

    items: list[RequestRow]
    next: str | None

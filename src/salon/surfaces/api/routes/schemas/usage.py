"""Bodies about what was asked and what it cost."""

from pydantic import BaseModel


class UsageRow(BaseModel):
    """What one group used."""

    group: str | None
    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
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
    cost_e10: int | None
    currency: str
    duration_ms: int
    first_token_ms: int | None
    stream: bool
    cache: str
    attempts: int


class Requests(BaseModel):
    """Recent requests, newest first."""

    items: list[RequestRow]
    next: str | None

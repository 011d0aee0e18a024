"""Bodies about what was asked and what it cost."""

from pydantic import BaseModel, ConfigDict


class Latency(BaseModel):
    """How long requests took: as long as 50, 95 and 99 of 100 at most, within 5 %."""

    model_config = ConfigDict(from_attributes=True)

    p50_ms: int
    p95_ms: int
    p99_ms: int


class Times(BaseModel):
    """How long requests took; null where nothing was timed."""

    duration: Latency | None
    first_token: Latency | None


class UsageRow(Times):
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


class CourseRow(BaseModel):
    """What one group used in one step, in one currency. Steps in which nothing was asked have no row."""

    at: str
    """``2026-11-21T13``, ``2026-11-21`` or ``2026-11``, in the zone that was asked for."""
    group: str | None
    currency: str
    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cost_e10: int
    unpriced: int
    """Requests that cost something nobody knows; not in ``cost_e10``."""
    duration_sum_ms: int
    first_tokens: int
    """Requests whose first token was timed."""
    first_token_sum_ms: int


class StepTimes(Times):
    """How long the requests of one step took."""

    at: str


class GroupTimes(Times):
    """How long the requests of one group took."""

    group: str | None


class Course(BaseModel):
    """What was used, step by step, in the order of time."""

    since_ms: int
    until_ms: int
    step: str
    by: str | None
    zone: str
    items: list[CourseRow]
    times: Times
    """Of all requests; percentiles cannot be added up, so those of steps and groups follow."""
    steps: list[StepTimes]
    groups: list[GroupTimes]


class RequestRow(BaseModel):
    """What became of one request."""

    request_id: str
    started_at_ms: int
    key_name: str | None
    dialect: str
    """In whose words it was asked."""
    operation: str
    """What was asked for: ``chat``, ``embeddings``, ``images``, ``realtime`` …"""
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
    decision: str | None
    """Why it went where it went, in one line; null where there was nothing to decide."""
    why: str | None
    """The same as a sentence."""
    lost: list[str]
    """What the protocols between caller and provider could not carry, by the names of ``x-salon-lost``."""


class Requests(BaseModel):
    """Recent requests, newest first."""

    items: list[RequestRow]
    next: str | None


class AttemptRow(BaseModel):
    """What became of one attempt to have a request answered."""

    number: int
    provider: str
    model: str
    status: str
    http_status: int | None
    error_code: str | None
    input_tokens: int
    output_tokens: int
    cost_e10: int | None
    currency: str
    first_byte_ms: int | None
    duration_ms: int


class Request(RequestRow):
    """One request, with every attempt to have it answered."""

    usage_source: str
    """Who counted its tokens: ``provider``, ``estimated`` or ``none``."""
    tried: list[AttemptRow]

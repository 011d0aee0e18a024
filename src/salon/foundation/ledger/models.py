"""The rows of the ledger: one per request, and one per attempt to have it answered."""

from typing import Literal

import msgspec

from salon.foundation.kit.ids import KeyId, PersonId, ProviderId, RequestId, SpaceId

RequestStatus = Literal["ok", "error", "cancelled", "interrupted"]
"""``cancelled``: the caller left or stopped it. ``interrupted``: it broke off after it had begun."""
CacheUse = Literal["none", "hit", "stored"]
UsageSource = Literal["provider", "estimated", "none"]


class RequestEntry(msgspec.Struct, frozen=True, gc=False):
    """What became of one request. Written once, when it has ended.

    No field has a default: whoever writes a row says everything, in order, since names cost a microsecond.
    """

    request_id: RequestId
    space_id: SpaceId
    person_id: PersonId | None
    key_id: KeyId | None
    dialect: str
    operation: str
    alias: str
    """The model as the caller named it."""
    provider_id: ProviderId | None
    """None when no provider was reached."""
    provider_kind: str | None
    model: str | None
    """The model as the provider names it."""
    route: str | None
    decision: str | None
    """Why it went there, in one line; None when there was nothing to decide."""
    status: RequestStatus
    http_status: int
    error_code: str | None
    stream: bool
    cache: CacheUse
    attempts: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    details: str | None
    """Counts that few answers have, as JSON (``UsageDetails``); None when there are none."""
    service: str | None
    """The service tier that answered; None is the standard one."""
    usage_source: UsageSource
    cost_e10: int | None
    """The cost of all attempts together; None is "unpriced" or paid in several currencies, never zero."""
    currency: str
    price_version: str | None
    started_at_ms: int
    first_token_ms: int | None
    """Milliseconds from the start to the first token sent to the caller."""
    duration_ms: int
    attempt_started_at_ms: int | None
    """When the only attempt began, if it answered at once: all else of it stands here, and it has no row of
    its own. None where attempts have rows."""
    attempt_first_byte_ms: int | None
    attempt_ms: int | None
    lost: str | None
    """What the protocols between caller and provider could not carry: names, sorted, joined by commas."""


class AttemptEntry(msgspec.Struct, frozen=True, gc=False):
    """What became of one attempt at one provider. No field has a default, as above."""

    request_id: RequestId
    number: int
    """Counts from 1."""
    provider_id: ProviderId
    provider_kind: str
    model: str
    status: RequestStatus
    http_status: int | None
    error_code: str | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    details: str | None
    service: str | None
    cost_e10: int | None
    currency: str
    price_version: str | None
    """Which price the cost was counted with, or that the provider told it."""
    started_at_ms: int
    first_byte_ms: int | None
    duration_ms: int


def only_attempt(entry: RequestEntry) -> AttemptEntry:
    """Return the attempt that stands in the row of its request."""
    assert entry.attempt_started_at_ms is not None
    assert entry.attempt_ms is not None
    assert entry.provider_id is not None
    return AttemptEntry(
        entry.request_id,
        1,
        entry.provider_id,
        entry.provider_kind or "",
        entry.model or "",
        "ok",
        entry.http_status,
        None,
        entry.input_tokens,
        entry.output_tokens,
        entry.cached_tokens,
        entry.cache_write_tokens,
        entry.reasoning_tokens,
        entry.details,
        entry.service,
        entry.cost_e10,
        entry.currency,
        entry.price_version,
        entry.attempt_started_at_ms,
        entry.attempt_first_byte_ms,
        entry.attempt_ms,
    )

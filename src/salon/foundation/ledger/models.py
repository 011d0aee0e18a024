"""The rows of the ledger: one per request, and one per attempt to have it answered."""

from typing import Literal

import msgspec

from salon.foundation.kit.ids import KeyId, PersonId, ProviderId, RequestId, SpaceId

RequestStatus = Literal["ok", "error", "cancelled", "interrupted"]
"""``cancelled``: the caller left or stopped it. ``interrupted``: it broke off after it had begun."""
CacheUse = Literal["none", "hit", "stored"]
UsageSource = Literal["provider", "estimated", "none"]


class RequestEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one request. Written once, when it has ended."""

    request_id: RequestId
    space_id: SpaceId
    person_id: PersonId | None = None
    key_id: KeyId | None = None
    dialect: str
    operation: str
    alias: str
    """The model as the caller named it."""
    provider_id: ProviderId | None = None
    """None when no provider was reached."""
    provider_kind: str | None = None
    model: str | None = None
    """The model as the provider names it."""
    route: str | None = None
    decision: str | None = None
    """Why it went there, in one line; None when there was nothing to decide."""
    status: RequestStatus
    http_status: int
    error_code: str | None = None
    stream: bool = False
    cache: CacheUse = "none"
    attempts: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    details: str | None = None
    """Counts that few answers have, as JSON (``UsageDetails``); None when there are none."""
    service: str | None = None
    """The service tier that answered; None is the standard one."""
    usage_source: UsageSource = "none"
    cost_e10: int | None = None
    """The cost of all attempts together; None is "unpriced" or paid in several currencies, never zero."""
    currency: str = "USD"
    price_version: str | None = None
    started_at_ms: int
    first_token_ms: int | None = None
    """Milliseconds from the start to the first token sent to the caller."""
    duration_ms: int


class AttemptEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one attempt at one provider."""

    request_id: RequestId
    number: int
    """Counts from 1."""
    provider_id: ProviderId
    provider_kind: str
    model: str
    status: RequestStatus
    http_status: int | None = None
    error_code: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    details: str | None = None
    service: str | None = None
    cost_e10: int | None = None
    currency: str = "USD"
    price_version: str | None = None
    """Which price the cost was counted with, or that the provider told it."""
    started_at_ms: int
    first_byte_ms: int | None = None
    duration_ms: int

"""Bodies about keys and their limits."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from salon.foundation.accounts import GRACE_S, LONGEST_GRACE_S
from salon.surfaces.api.routes.schemas.common import Body, Count, ModelName, Name


class LimitsBody(Body):
    """What a key may use; a field that is left out keeps its value, or the default for a new key."""

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    concurrency: Count | None = None
    budget_e10: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    budget_period: Literal["day", "month", "total"] | None = None
    budget_zone: Annotated[str, Field(max_length=64)] | None = None
    budget_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    budget_allows_unpriced: bool | None = None
    models: Annotated[list[ModelName], Field(max_length=500)] | None = None
    operations: Annotated[list[Name], Field(max_length=50)] | None = None
    expires_at_ms: Annotated[int, Field(ge=0, le=2**53)] | None = None
    regions: Annotated[list[Name], Field(max_length=50)] | None = None
    promises: Annotated[list[Name], Field(max_length=50)] | None = None


class NewKeyBody(Body):
    """A key to make."""

    name: Name
    rights: Annotated[list[Name], Field(max_length=20)] | None = None
    """Without it, the right to use models."""
    limits: LimitsBody = LimitsBody()


class KeyChange(Body):
    """What to change of a key."""

    name: Name | None = None
    limits: LimitsBody = LimitsBody()


class Rotation(Body):
    """How a key gets a new secret."""

    grace_s: Annotated[float, Field(ge=0, le=LONGEST_GRACE_S)] = GRACE_S
    """How long the old secret works on, in seconds; 0 ends it at once."""


class Limits(BaseModel):
    """What a key may use; null is "no limit of this kind"."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrency: int | None
    budget_e10: int | None
    budget_period: str
    budget_zone: str
    budget_currency: str
    budget_allows_unpriced: bool
    models: list[str]
    operations: list[str]
    expires_at_ms: int | None
    regions: list[str]
    promises: list[str]


class Key(BaseModel):
    """A key as its owner sees it; the secret is kept nowhere."""

    id: str
    name: str
    hint: str
    rights: list[str]
    limits: Limits
    parent_id: str | None
    created_at_ms: int
    last_used_at_ms: int | None
    revoked_at_ms: int | None


class Keys(BaseModel):
    """Every key."""

    items: list[Key]


class KeyWithSecret(BaseModel):
    """A key just made: the only moment its secret can be read."""

    key: Key
    secret: str

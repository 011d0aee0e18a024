"""Bodies about the payload log."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body, ModelName


class PayloadRuleBody(Body):
    """What is to be kept."""

    kind: Literal["key", "space", "route"]
    target: Annotated[str, Field(max_length=300)] = ""
    """The key's id or name, or the name asked for with ``*`` for any characters; empty for a space."""
    sample: Annotated[float, Field(gt=0, le=1)] = 1.0
    keep_days: Annotated[float, Field(gt=0, le=3650)] = 7.0
    patterns: Annotated[list[Annotated[str, Field(min_length=1, max_length=1000)]], Field(max_length=50)] = (
        Field(default_factory=list)
    )
    """RE2 patterns; what they match is taken out."""


class PayloadRule(BaseModel):
    """A rule that turns the payload log on."""

    name: str
    kind: Literal["key", "space", "route"]
    target: str
    target_name: str | None
    """The name of the key."""
    sample: float
    keep_days: float
    patterns: list[str]


class PayloadRules(BaseModel):
    """Every rule of the space."""

    items: list[PayloadRule]


class PayloadRow(BaseModel):
    """What is known of one payload, without its bodies."""

    id: str
    request_id: str
    key_name: str | None
    rules: str
    dialect: str
    operation: str
    alias: str
    route: str | None
    http_status: int
    error_code: str | None
    stream: bool
    started_at_ms: int
    expires_at_ms: int
    size_bytes: int
    redactions: int
    cut: bool


class Payloads(BaseModel):
    """Payloads, newest first."""

    items: list[PayloadRow]
    next: str | None


class Payload(PayloadRow):
    """One payload: JSON text, null when the key that sealed it is not here."""

    request: str | None
    response: str | None


class Removed(BaseModel):
    """How many were deleted."""

    removed: int


class ReplayBody(Body):
    """Whom to ask."""

    model: ModelName


class Replayed(BaseModel):
    """What the other model answered."""

    status: int
    headers: dict[str, str]
    body: Any

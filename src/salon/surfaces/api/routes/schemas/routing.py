"""Bodies about where requests go: aliases, constraints and explanations."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from salon.surfaces.api.routes.schemas.common import Body, ModelName, Name
from salon.surfaces.api.routes.schemas.free import JsonObject

Strategy = Literal["priority", "weight", "least-busy", "lowest-latency", "cheapest", "rate-limit"]
SplitBy = Literal["key", "user", "conversation", "request"]
Weight = Annotated[float, Field(ge=0, le=1_000_000)]
Word = Annotated[str, Field(min_length=1, max_length=60)]
Words = Annotated[list[Word], Field(max_length=50)]
Texts = Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], Field(max_length=200)]

Patterns = Annotated[list[Annotated[str, Field(min_length=1, max_length=1000)]], Field(max_length=50)]


class AliasTarget(Body):
    """Where an alias goes; a model's name alone stands for it with its defaults."""

    model: ModelName
    weight: Weight = 1.0
    priority: Annotated[int, Field(ge=0, le=1000)] = 0

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"model": value} if isinstance(value, str) else value


Targets = Annotated[list[AliasTarget], Field(min_length=1, max_length=50)]


def _unset(value: object) -> bool:
    return value is None


def _asked(**bounds: Any) -> Any:
    """Return a field that is shown only where the condition names it."""
    return Field(default=None, exclude_if=_unset, **bounds)


class Condition(Body):
    """What must be so; all that is named must hold."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)

    keys: Texts | None = _asked()
    spaces: Texts | None = _asked()
    stream: bool | None = _asked()
    hours: str | None = _asked(max_length=20)
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = _asked()
    zone: str | None = _asked(max_length=64)
    tools: bool | None = _asked()
    images: bool | None = _asked()
    tokens_over: int | None = _asked(ge=0, le=2**53)
    tokens_under: int | None = _asked(ge=0, le=2**53)
    contains: Texts | None = _asked()
    matches: Patterns | None = _asked()
    all: list["Condition"] | None = _asked(max_length=50)
    any: list["Condition"] | None = _asked(max_length=50)
    not_: "Condition | None" = _asked(alias="not")


class AliasRule(Body):
    """Where requests go that a condition holds for; the first that holds decides."""

    name: Annotated[str, Field(max_length=100)] = ""
    when: Condition
    strategy: Strategy = "priority"
    targets: Targets


class AliasVariant(Body):
    """One side of a split."""

    name: Name
    weight: Weight = 1.0
    targets: Targets


class AliasSplit(Body):
    """Variants that share the callers."""

    by: SplitBy = "key"
    variants: Annotated[list[AliasVariant], Field(min_length=2, max_length=20)]


class AliasMirror(Body):
    """Where a share of the requests goes a second time; those answers are dropped."""

    model: ModelName
    share: Annotated[float, Field(ge=0, le=1)] = 1.0


class AliasBody(Body):
    """What an alias is to be."""

    strategy: Strategy = "priority"
    targets: Targets
    cache: bool = False
    rules: Annotated[list[AliasRule], Field(max_length=100)] = []  # noqa: RUF012 - pydantic copies it
    split: AliasSplit | None = None
    mirror: AliasMirror | None = None


class Alias(AliasBody):
    """A name callers ask for, and where it goes."""

    name: str
    source: str


class Aliases(BaseModel):
    """Every alias."""

    items: list[Alias]


class ResidencyBody(Body):
    """Where the requests of spaces may be taken."""

    spaces: Texts = ["*"]  # noqa: RUF012 - pydantic copies it
    regions: Words = []  # noqa: RUF012 - pydantic copies it
    promises: Words = []  # noqa: RUF012 - pydantic copies it


class Residency(ResidencyBody):
    """A constraint on spaces."""

    name: str
    source: str


class Residencies(BaseModel):
    """Every constraint on spaces."""

    items: list[Residency]


class ExplainBody(Body):
    """A request whose way is asked for; nothing is sent."""

    model: ModelName
    dialect: Literal["openai", "responses", "anthropic", "ollama", "ollama-generate", "gemini"] = "openai"
    body: JsonObject | None = None
    """The request as a client would send it; without one, a short greeting."""
    key_id: Annotated[str, Field(max_length=100)] | None = None
    """Under which key it would come; without one, the caller's own."""
    conversation: Annotated[str, Field(max_length=200, pattern="^[ -~]*$")] | None = None
    user: Annotated[str, Field(max_length=200, pattern="^[ -~]*$")] | None = None


class RuleVerdict(BaseModel):
    """Whether a rule holds, and why not."""

    name: str
    holds: bool
    reason: str | None


class TargetVerdict(BaseModel):
    """What becomes of one target, and what it was weighed by."""

    target: str
    place: int | None
    reason: str | None
    rank: int
    weight: float
    region: str
    promises: list[str]
    context_tokens: int | None
    estimate_e10: int | None
    currency: str | None
    breaker: str
    first_token_ms: float | None
    open: int | None
    used: float


class Explanation(BaseModel):
    """Where a request would go now, and why."""

    model: str
    strategy: Strategy
    rules: list[RuleVerdict]
    rule: str | None
    variants: list[str]
    shares: list[float]
    """The share of each variant, from 0 to 1."""
    variant: str | None
    sticks_to: str | None
    """Who stays with the variant, like ``user ann``; null where each request is drawn anew."""
    tokens: int
    needs: list[str]
    regions: list[str]
    promises: list[str]
    mirror: str | None
    mirror_share: float
    problem: str | None
    targets: list[TargetVerdict]

"""Bodies about providers."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body, Count, ModelName, Name

OptionName = Annotated[str, Field(min_length=1, max_length=64)]
OptionValue = Annotated[str, Field(max_length=2000)]
ProviderState = Literal["healthy", "degraded", "down", "unknown", "disabled", "needs-credential"]


class Provider(BaseModel):
    """One provider and how it is."""

    id: str
    name: str
    kind: str
    label: str
    source: str
    """``built-in``, ``file``, ``environment``, ``api`` or ``detected``."""
    base_url: str
    enabled: bool
    state: ProviderState
    latency_ms: float | None
    last_error: str | None
    models: int
    local: bool
    key: Literal["none", "set", "needed"]
    """Whether a key is stored, or missing; the key itself is never shown."""
    allow_private: bool
    written_url: str
    """The address a person wrote; empty where its kind's own is used."""
    written_label: str
    written_models: list[str]
    """Models that a person named, besides those it lists."""
    options: dict[str, str]
    headers: dict[str, str]
    region: str
    promises: list[str]
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrency: int | None
    batches: bool | None
    """Whether it may be handed whole batches; null: where its address is its kind's own."""


class Providers(BaseModel):
    """Every provider."""

    items: list[Provider]


class ProviderBounds(Body):
    """Where a provider is, what it promises, and what it is sent at most."""

    region: Annotated[str, Field(max_length=60)] | None = None
    promises: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=50)] | None = None
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    concurrency: Count | None = None
    batches: bool | None = None


class ProviderChange(ProviderBounds):
    """What is to change of a provider; what is left out stays."""

    base_url: Annotated[str, Field(max_length=2000)] | None = None
    api_key: Annotated[str, Field(min_length=1, max_length=8000)] | None = None
    """Another key; without one the stored key stays, unless the address leads to another host."""
    label: Annotated[str, Field(max_length=200)] | None = None
    models: Annotated[list[ModelName], Field(max_length=1000)] | None = None
    allow_private: bool | None = None
    options: Annotated[dict[OptionName, OptionValue], Field(max_length=20)] | None = None
    """All of them: what is not named is as its kind has it."""
    headers: Annotated[dict[OptionName, OptionValue], Field(max_length=20)] | None = None


class NewProvider(ProviderBounds):
    """A provider to add."""

    kind: Name
    name: Name | None = None
    base_url: Annotated[str, Field(max_length=2000)] | None = None
    api_key: Annotated[str, Field(max_length=8000)] | None = None
    label: Annotated[str, Field(max_length=200)] | None = None
    models: Annotated[list[ModelName], Field(max_length=1000)] = []  # noqa: RUF012 - pydantic copies it
    allow_private: bool = False
    options: Annotated[dict[OptionName, OptionValue], Field(max_length=20)] = {}  # noqa: RUF012 - pydantic copies it
    """What the kind asks for besides: see its ``options``."""
    headers: Annotated[dict[OptionName, OptionValue], Field(max_length=20)] = {}  # noqa: RUF012 - pydantic copies it
    """Sent with every request to it; never a credential."""


class ProviderKey(Body):
    """Another key for a provider."""

    api_key: Annotated[str, Field(min_length=1, max_length=8000)]


class TestCheck(BaseModel):
    """One question asked of a provider."""

    name: str
    ok: bool
    detail: str


class TestResult(BaseModel):
    """What came of a provider's test."""

    ok: bool
    model: str | None
    """Which of its models was asked."""
    latency_ms: float | None
    checks: list[TestCheck]


class Detect(Body):
    """Whether to add what is found."""

    add: bool = False


class Detected(BaseModel):
    """A model server found on this machine."""

    kind: str
    base_url: str
    models: int
    added: bool


class DetectedServers(BaseModel):
    """Every model server found."""

    items: list[Detected]


class ProviderOption(BaseModel):
    """One thing a kind must or may be told besides its address and key."""

    name: str
    title: str
    """Its name for a person."""
    help: str
    required: bool
    default: str


class ProviderKindView(BaseModel):
    """A kind of provider that can be added."""

    name: str
    label: str
    base_url: str
    address: Literal["known", "required", "made"]
    """Whether it has a usual address, must be told one, or has one made from its options."""
    address_hint: str
    """What an address looks like."""
    needs_key: bool
    key: Literal["none", "optional", "required"]
    key_help: str
    """What its key is, where that is more than a key."""
    key_has_lines: bool
    """Whether its key is a file's text of many lines."""
    lists_models: bool
    """Whether it can be asked for its models; else somebody names them."""
    local: bool
    key_url: str
    docs_url: str
    options: list[ProviderOption]


class ProviderKinds(BaseModel):
    """Every kind of provider."""

    items: list[ProviderKindView]


class Rotated(BaseModel):
    """How many keys of providers were sealed with the new master key."""

    sealed: int

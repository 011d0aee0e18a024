"""The bodies of the management API. Times are UTC milliseconds, money is 10⁻¹⁰ of ``currency``."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from salon.foundation.accounts import GRACE_S, LONGEST_GRACE_S

Name = Annotated[str, Field(min_length=1, max_length=100)]
ModelName = Annotated[str, Field(min_length=1, max_length=300)]
Count = Annotated[int, Field(ge=1, le=2**53)]
ProviderState = Literal["healthy", "degraded", "down", "unknown", "disabled", "needs-credential"]


class Body(BaseModel):
    """A body that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")


class Done(BaseModel):
    """An act that has nothing to tell but that it was done."""

    ok: Literal[True] = True


# -- status ---------------------------------------------------------------------------------------


class StorageStatus(BaseModel):
    """How the database is."""

    dialect: str
    ok: bool
    detail: str


class RedisStatus(BaseModel):
    """How Redis is, if one is configured."""

    configured: bool
    ok: bool


class Today(BaseModel):
    """What was asked since midnight UTC."""

    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cost_e10: int
    currency: str
    unpriced: int
    """Requests without a known price; their cost is not in ``cost_e10``."""


class Status(BaseModel):
    """What runs."""

    version: str
    role: str
    started_at_ms: int
    address: str | None
    data_dir: str | None
    storage: StorageStatus
    redis: RedisStatus
    loop_lag_ms: float
    open_streams: int
    config_problem: str | None
    """Why the settings file is not in force, if it is not; the last good settings are."""
    needs_restart: list[str]
    """Settings that changed and wait for the next start."""
    today: Today


class Check(BaseModel):
    """One thing the doctor looked at; ``ok`` is null when it could not be looked at."""

    name: str
    ok: bool | None
    detail: str
    fix: str | None = None


class Checks(BaseModel):
    """Everything the doctor looked at."""

    ok: bool
    checks: list[Check]


class ErrorKind(BaseModel):
    """One entry of the error catalogue."""

    code: str
    status: int
    retryable: bool
    sentence: str


class ErrorKinds(BaseModel):
    """The error catalogue."""

    items: list[ErrorKind]


# -- providers ------------------------------------------------------------------------------------


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


class Providers(BaseModel):
    """Every provider."""

    items: list[Provider]


class NewProvider(Body):
    """A provider to add."""

    kind: Name
    name: Name | None = None
    base_url: Annotated[str, Field(max_length=2000)] | None = None
    api_key: Annotated[str, Field(max_length=4000)] | None = None
    label: Annotated[str, Field(max_length=200)] | None = None
    models: Annotated[list[ModelName], Field(max_length=1000)] = []
    allow_private: bool = False


class ProviderKey(Body):
    """Another key for a provider."""

    api_key: Annotated[str, Field(min_length=1, max_length=4000)]


class TestCheck(BaseModel):
    """One question asked of a provider."""

    name: str
    ok: bool
    detail: str


class TestResult(BaseModel):
    """What came of a provider's test."""

    ok: bool
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


class ProviderKindView(BaseModel):
    """A kind of provider that can be added."""

    name: str
    label: str
    base_url: str
    needs_key: bool
    local: bool
    key_url: str
    docs_url: str


class ProviderKinds(BaseModel):
    """Every kind of provider."""

    items: list[ProviderKindView]


# -- models ---------------------------------------------------------------------------------------


class Model(BaseModel):
    """One model that can be asked. Prices are decimal text, per million tokens."""

    id: str
    provider: str
    name: str
    context_tokens: int | None
    max_output_tokens: int | None
    capabilities: list[str]
    input_price: str | None
    output_price: str | None
    currency: str | None
    priced: bool
    aliases: list[str]


class Models(BaseModel):
    """Every model that can be asked."""

    items: list[Model]


class AliasTarget(Body):
    """Where an alias goes; a model's name alone stands for it with its defaults."""

    model: ModelName
    weight: Annotated[float, Field(ge=0, le=1_000_000)] = 1.0
    priority: Annotated[int, Field(ge=0, le=1000)] = 0

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"model": value} if isinstance(value, str) else value


class Alias(BaseModel):
    """A name callers ask for, and where it goes."""

    name: str
    strategy: Literal["priority", "weight"]
    source: str
    targets: list[AliasTarget]


class Aliases(BaseModel):
    """Every alias."""

    items: list[Alias]


class AliasBody(Body):
    """What an alias is to be."""

    strategy: Literal["priority", "weight"] = "priority"
    targets: Annotated[list[AliasTarget], Field(min_length=1, max_length=50)]


class Rotated(BaseModel):
    """How many keys of providers were sealed with the new master key."""

    sealed: int


Amount = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,10})?$")]


class PriceBody(Body):
    """What a million tokens cost, as decimals."""

    input: Amount
    output: Amount
    cached: Amount | Literal[""] = ""
    cache_write: Amount | Literal[""] = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"


class PriceRow(BaseModel):
    """A price that a person wrote."""

    model: str
    input: str
    output: str
    cached: str | None
    cache_write: str | None
    currency: str
    source: Literal["file", "api"]


class Prices(BaseModel):
    """The prices that go before those of the price tables."""

    items: list[PriceRow]


# -- keys -----------------------------------------------------------------------------------------


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


# -- usage ----------------------------------------------------------------------------------------


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


# -- system ---------------------------------------------------------------------------------------


class SettingView(BaseModel):
    """One setting; a secret only as set or not."""

    key: str
    value: str
    origin: str
    default: str
    doc: str
    unit: str | None
    expects: str
    reload: str
    secret: bool
    set_in_file: str
    set_in_environment: str | None


class SettingsView(BaseModel):
    """Every setting."""

    items: list[SettingView]


class AuditRow(BaseModel):
    """One act that was recorded."""

    number: int
    at_ms: int
    actor: str
    action: str
    target: str
    detail: dict[str, Any]
    hash: str


class AuditRows(BaseModel):
    """Recorded acts, newest first."""

    items: list[AuditRow]
    next: str | None


class BackupBody(Body):
    """Where to write a backup; without it, into the data directory."""

    path: Annotated[str, Field(max_length=4000)] | None = None


class Backup(BaseModel):
    """A backup that was written."""

    path: str
    size_bytes: int


class DatabaseCheck(BaseModel):
    """What a look for damage found."""

    ok: bool
    problems: list[str]


class LoginLink(BaseModel):
    """An address that signs one browser in, once."""

    url: str
    expires_at_ms: int | None


class Reload(BaseModel):
    """What came of reading the settings again."""

    changed: list[str]
    needs_restart: list[str]
    problem: str | None

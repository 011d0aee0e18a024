"""The one schema of Salon's settings. Every field says what it does; nothing else defines a setting.

Read from ``salon.toml``, ``SALON_SECTION_KEY`` in the environment and the command line, in that order.
"""

from typing import Annotated, Literal

import msgspec

from salon.foundation.kit.settings import setting
from salon.gateway.registry.models import MirrorSpec, SplitBy, Strategy
from salon.gateway.routing.conditions import Condition

_NONE = ""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class ServerSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[server]``: where Salon listens and who may come in."""

    host: Annotated[
        str,
        setting(
            "Address to listen on. Anything but loopback needs require_key.",
            reload="restart",
            env="SALON_HOST",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        setting("TCP port; 0 takes a free one.", reload="restart", env="SALON_PORT", ge=0, le=65535),
    ] = 8420
    require_key: Annotated[
        bool,
        setting(
            "Every endpoint needs a key or a signed-in browser, also from this machine.", reload="restart"
        ),
    ] = False
    allowed_hosts: Annotated[
        tuple[str, ...],
        setting(
            "Further host names this Salon answers to; others are refused (DNS rebinding).", reload="restart"
        ),
    ] = ()
    allowed_origins: Annotated[
        tuple[str, ...],
        setting("Foreign pages that may call this Salon (CORS), like https://app.example.", reload="restart"),
    ] = ()
    base_path: Annotated[
        str,
        setting("Path a proxy shows this Salon under, like /salon; empty for none.", reload="restart"),
    ] = _NONE
    public_address: Annotated[
        str,
        setting(
            "Where people open this Salon, like https://salon.example.org, when a proxy stands before it: a "
            "host it answers to, the start of sign-in links, and with https the reason for Secure cookies.",
            reload="restart",
        ),
    ] = _NONE
    trusted_proxies: Annotated[
        tuple[str, ...],
        setting(
            "Addresses or networks of proxies that are believed about where a request comes from "
            "(X-Forwarded-For) and over what (X-Forwarded-Proto), like 127.0.0.1 or 10.0.0.0/8.",
            reload="restart",
        ),
    ] = ()
    wrong_credentials_per_minute: Annotated[
        int,
        setting(
            "Wrong keys, sessions and sign-in links from one address; further ones are told to wait, and an "
            "address other than this machine that sends as many different ones is not heard at all.",
            reload="restart",
            ge=1,
        ),
    ] = 100
    asset_address: Annotated[
        str,
        setting(
            "Where browsers fetch the page's scripts, styles and fonts, like https://files.example.org; "
            "empty for this Salon.",
            reload="restart",
        ),
    ] = _NONE
    no_browser: Annotated[
        bool,
        setting(
            "Never open the page in a browser, whatever the command line says.",
            reload="restart",
            env="SALON_NO_BROWSER",
        ),
    ] = False
    drain_s: Annotated[
        float,
        setting(
            "How long running requests may finish after a stop signal.",
            unit="seconds",
            reload="restart",
            ge=0,
            le=3600,
        ),
    ] = 20.0
    keep_alive_s: Annotated[
        int,
        setting(
            "How long an idle connection of a client is kept.",
            unit="seconds",
            reload="restart",
            ge=1,
            le=3600,
        ),
    ] = 75
    max_connections: Annotated[
        int,
        setting("Most client connections at once; more are refused with 503.", reload="restart", ge=1),
    ] = 10_000


class StorageSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[storage]``: the database."""

    url: Annotated[
        str,
        setting(
            "PostgreSQL address (postgresql://…). Empty: SQLite in the data directory.",
            secret=True,
            reload="restart",
            env="SALON_DATABASE_URL",
        ),
    ] = _NONE
    readers: Annotated[int, setting("SQLite reader connections.", reload="restart", ge=1, le=64)] = 2
    pool_size: Annotated[
        int, setting("PostgreSQL connections per process.", reload="restart", ge=2, le=100)
    ] = 8
    backup_before_migration: Annotated[
        bool, setting("Back up the database before its schema changes.", reload="restart")
    ] = True


class RedisSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[redis]``: shared counters and wake-ups, when several processes serve one Salon."""

    url: Annotated[
        str,
        setting(
            "Redis address (redis://…). Empty: counters live in this process.",
            secret=True,
            reload="restart",
            env="SALON_REDIS",
        ),
    ] = _NONE


class FilesSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[files]``: where stored files go."""

    kind: Annotated[
        Literal["local", "s3"], setting("The data directory, or an S3-compatible store.", reload="restart")
    ] = "local"
    quota_bytes: Annotated[
        int, setting("Most bytes one space may keep.", unit="bytes", reload="restart", ge=0)
    ] = 10 * 1024**3
    max_file_bytes: Annotated[int, setting("Largest single file.", unit="bytes", reload="restart", ge=1)] = (
        512 * 1024**2
    )
    max_referred_bytes: Annotated[
        int,
        setting(
            "Most bytes of files that one request to a model may refer to, together.",
            unit="bytes",
            reload="restart",
            ge=1,
            le=512 * 1024**2,
        ),
    ] = 32 * 1024**2
    tidy_every_s: Annotated[
        float,
        setting(
            "How often expired files and content that nothing refers to are deleted.",
            unit="seconds",
            ge=0.1,
            le=86400,
        ),
    ] = 600.0
    s3_endpoint: Annotated[str, setting("Address of the S3-compatible store.", reload="restart")] = _NONE
    s3_bucket: Annotated[str, setting("Its bucket.", reload="restart")] = _NONE
    s3_region: Annotated[str, setting("Its region.", reload="restart")] = "us-east-1"
    s3_access_key: Annotated[str, setting("Its access key id.", secret=True, reload="restart")] = _NONE
    s3_secret_key: Annotated[str, setting("Its secret key.", secret=True, reload="restart")] = _NONE


class GatewaySettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[gateway]``: how requests reach a provider."""

    connect_timeout_s: Annotated[
        float, setting("Wait for a connection.", unit="seconds", ge=0.1, le=600, reload="restart")
    ] = 10.0
    first_byte_timeout_s: Annotated[
        float,
        setting("Wait for the first byte of an answer.", unit="seconds", ge=0.1, le=3600, reload="restart"),
    ] = 120.0
    idle_timeout_s: Annotated[
        float, setting("Longest silence inside an answer.", unit="seconds", ge=0.1, le=3600, reload="restart")
    ] = 120.0
    total_timeout_s: Annotated[
        float,
        setting(
            "Longest time for one request, all attempts together.",
            unit="seconds",
            ge=1,
            le=86400,
            reload="restart",
        ),
    ] = 1800.0
    max_attempts: Annotated[
        int, setting("Most attempts per request, over all targets.", ge=1, le=20, reload="restart")
    ] = 3
    retry_budget: Annotated[
        float,
        setting(
            "Retries allowed as a share of requests; keeps an outage from multiplying.",
            ge=0,
            le=1,
            reload="restart",
        ),
    ] = 0.2
    breaker_failures: Annotated[
        int,
        setting("Failures in a row that take a provider out of rotation.", ge=1, le=1000, reload="restart"),
    ] = 5
    breaker_open_s: Annotated[
        float,
        setting(
            "How long it stays out before one probe is let through.",
            unit="seconds",
            ge=0.1,
            le=3600,
            reload="restart",
        ),
    ] = 30.0
    assumed_output_tokens: Annotated[
        int,
        setting(
            "Output reserved against a budget when a request names no max_tokens.",
            unit="tokens",
            ge=1,
            reload="restart",
        ),
    ] = 4096
    detect_local: Annotated[
        bool,
        setting(
            "Offer Ollama, LM Studio and the like found on this machine when asked to look.", reload="restart"
        ),
    ] = True
    use_environment_keys: Annotated[
        bool,
        setting(
            "Offer providers whose well-known key (OPENAI_API_KEY …) is in the environment.", reload="restart"
        ),
    ] = True


class CacheSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[cache]``: exact-match answers, for requests that opt in."""

    enabled: Annotated[bool, setting("Keep answers for requests that ask for it.", reload="restart")] = True
    ttl_s: Annotated[int, setting("How long an answer is kept.", unit="seconds", ge=1, reload="restart")] = (
        3600
    )
    max_bytes: Annotated[int, setting("Memory for kept answers.", unit="bytes", reload="restart", ge=0)] = (
        32 * 1024**2
    )


class KeySettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[keys]``: limits of a new API key that names none; 0 is no limit."""

    requests_per_minute: Annotated[int, setting("Requests per minute.", ge=0)] = 0
    tokens_per_minute: Annotated[int, setting("Tokens per minute, in and out.", ge=0)] = 0
    concurrency: Annotated[int, setting("Requests at once.", ge=0)] = 0


class PayloadSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[payloads]``: how much the payload log may take; rules turn it on, nothing does by itself."""

    max_bytes: Annotated[
        int,
        setting("All payloads together; the oldest go first.", unit="bytes", ge=0, reload="restart"),
    ] = 256 * 1024**2
    max_row_bytes: Annotated[
        int,
        setting("One request or answer; what is longer is cut.", unit="bytes", ge=1024, reload="restart"),
    ] = 1024**2
    max_waiting_bytes: Annotated[
        int,
        setting(
            "Memory for what is not written yet; what comes beyond it is not kept.",
            unit="bytes",
            ge=0,
            reload="restart",
        ),
    ] = 64 * 1024**2
    encrypt: Annotated[bool, setting("Seal payloads with the master key.", reload="restart")] = True


class LogSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[log]``: what is written to standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], setting("Least severe line that is written.")
    ] = "info"
    format: Annotated[
        Literal["auto", "json", "text"],
        setting("auto: text on a terminal, JSON lines elsewhere.", reload="restart"),
    ] = "auto"


class MetricsSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[metrics]``: the Prometheus page at /metrics."""

    enabled: Annotated[bool, setting("Serve /metrics.", reload="restart")] = True


class OtelSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[otel]``: OpenTelemetry GenAI traces; off until an endpoint is set. Needs the extra ``otel``."""

    endpoint: Annotated[
        str,
        setting("OTLP/HTTP address for traces (http://host:4318/v1/traces). Empty: off.", reload="restart"),
    ] = _NONE
    headers: Annotated[
        tuple[str, ...],
        setting("Headers for the collector, as name=value.", secret=True, reload="restart"),
    ] = ()
    sample_ratio: Annotated[
        float, setting("Share of requests that are traced.", reload="restart", ge=0, le=1)
    ] = 1.0
    service_name: Annotated[str, setting("Name this Salon goes by in traces.", reload="restart")] = "salon"


class ProviderSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[providers.NAME]``: one provider, declared in the file."""

    kind: Annotated[str, setting("openai, anthropic, mistral, ollama, vllm, openai-compatible …")]
    base_url: Annotated[str, setting("Its address. Empty: the kind's own.")] = _NONE
    api_key: Annotated[str, setting("Its key. Better: api_key_env.", secret=True)] = _NONE
    api_key_env: Annotated[str, setting("Environment variable that holds its key.")] = _NONE
    label: Annotated[str, setting("Name shown to people.")] = _NONE
    enabled: Annotated[bool, setting("Whether requests may go to it.")] = True
    models: Annotated[tuple[str, ...], setting("Its models, where it cannot list them itself.")] = ()
    allow_private: Annotated[bool, setting("Its address may be on a private network or this machine.")] = (
        False
    )
    options: Annotated[
        tuple[str, ...], setting("What its kind asks for besides, as name=value: region=eu-central-1 …")
    ] = ()
    region: Annotated[
        str, setting("Where it works on requests, like eu or us-east-1; keys and spaces may be kept to some.")
    ] = _NONE
    promises: Annotated[
        tuple[str, ...],
        setting("What it promises about the data, like no-training; keys and spaces may ask for some."),
    ] = ()
    requests_per_minute: Annotated[
        int, setting("Requests sent to it at most, over all models and callers; 0 is no limit.", ge=0)
    ] = 0
    tokens_per_minute: Annotated[
        int, setting("Tokens sent to it and made by it at most; 0 is no limit.", ge=0)
    ] = 0
    concurrency: Annotated[int, setting("Requests under way at it at most; 0 is no limit.", ge=0)] = 0


class TargetSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One target of an alias."""

    model: str
    """``provider/name``."""
    weight: float = 1.0
    priority: int = 0


class RuleSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an alias goes instead when a condition holds."""

    when: Condition
    targets: tuple[str | TargetSettings, ...]
    name: str = _NONE
    strategy: Strategy = "priority"


class VariantSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One side of a split."""

    name: str
    targets: tuple[str | TargetSettings, ...]
    weight: float = 1.0


class SplitSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Variants that share the callers."""

    variants: tuple[VariantSettings, ...]
    by: SplitBy = "key"


class ModelSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[models.ALIAS]``: a name callers ask for, and where it goes."""

    targets: Annotated[
        tuple[str | TargetSettings, ...],
        setting("provider/model names in order of preference, or tables with model, weight, priority."),
    ]
    strategy: Annotated[
        Strategy,
        setting(
            "priority: the first that works; weight: spread by weight; least-busy, lowest-latency, cheapest, "
            "rate-limit: the best of the same priority."
        ),
    ] = "priority"
    rules: Annotated[
        tuple[RuleSettings, ...],
        setting("Tables with when and targets: the first that holds decides where a request goes."),
    ] = ()
    split: Annotated[
        SplitSettings | None,
        setting("A table with variants (name, weight, targets) that share the callers by key, user …"),
    ] = None
    mirror: Annotated[
        MirrorSpec | None,
        setting("A table with model and share: requests that go there a second time, without an answer."),
    ] = None
    cache: Annotated[
        bool, setting("Keep answers and give them again to an identical request of the same space.")
    ] = False


class ResidencySettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[residency.NAME]``: where the requests of spaces may be taken."""

    spaces: Annotated[tuple[str, ...], setting("Ids of the spaces it holds for; * for any characters.")] = (
        "*",
    )
    regions: Annotated[
        tuple[str, ...], setting("Regions of providers that are allowed; eu covers eu-central-1. Empty: all.")
    ] = ()
    promises: Annotated[
        tuple[str, ...], setting("What a provider must have promised, like no-training; all of these.")
    ] = ()


Amount = str | int | float


class RateSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rates of a tier by input size (with ``above``), or of a service tier (with ``name``)."""

    above: int = 0
    """From how many input tokens on."""
    name: str = _NONE
    """``batch``, ``flex``, ``priority`` ..."""
    factor: Amount = _NONE
    """Of a service tier: times the standard rates, instead of rates of its own."""
    input: Amount = _NONE
    output: Amount = _NONE
    cached: Amount = _NONE
    cache_write: Amount = _NONE
    cache_write_1h: Amount = _NONE
    reasoning: Amount = _NONE
    audio_input: Amount = _NONE
    audio_cached: Amount = _NONE
    audio_output: Amount = _NONE
    image_input: Amount = _NONE
    image_cached: Amount = _NONE
    image_output: Amount = _NONE


class PriceSettings(_Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[prices."NAME"]``: what a million tokens cost (``0.15`` or ``"0.15"``).

    NAME is ``provider/model``, ``kind/model``, ``provider/*``, ``kind/*`` or an alias; ``@2026-12-01``
    behind it says from which day on.
    """

    input: Annotated[Amount, setting("A million input tokens.", unit="currency per million")]
    output: Annotated[Amount, setting("A million output tokens.", unit="currency per million")]
    cached: Annotated[Amount, setting("A million tokens read from the provider's cache.")] = _NONE
    cache_write: Annotated[Amount, setting("A million tokens written to it, kept for five minutes.")] = _NONE
    cache_write_1h: Annotated[Amount, setting("A million tokens written to it, kept for an hour.")] = _NONE
    reasoning: Annotated[Amount, setting("A million reasoning tokens, if not like output.")] = _NONE
    audio_input: Annotated[Amount, setting("A million audio tokens in.")] = _NONE
    audio_cached: Annotated[Amount, setting("A million audio tokens read from the cache.")] = _NONE
    audio_output: Annotated[Amount, setting("A million audio tokens out.")] = _NONE
    image_input: Annotated[Amount, setting("A million image tokens in.")] = _NONE
    image_cached: Annotated[Amount, setting("A million image tokens read from the cache.")] = _NONE
    image_output: Annotated[Amount, setting("A million image tokens out.")] = _NONE
    request: Annotated[Amount, setting("One request, whatever its size.")] = _NONE
    image: Annotated[Amount, setting("One picture made.")] = _NONE
    characters: Annotated[Amount, setting("A million characters spoken.")] = _NONE
    minute: Annotated[Amount, setting("One minute of a recording listened to.")] = _NONE
    search: Annotated[Amount, setting("One search by the provider's own tool.")] = _NONE
    tiers: Annotated[
        tuple[RateSettings, ...],
        setting("Rates for larger requests: tables with above (input tokens), input, output …"),
    ] = ()
    services: Annotated[
        tuple[RateSettings, ...],
        setting("Service tiers: tables with name and factor, or name, input, output …"),
    ] = ()
    currency: Annotated[str, setting("ISO 4217 code.")] = "USD"
    ends: Annotated[str, setting("The day from which on it is no longer in force, like 2027-01-01.")] = _NONE


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    redis: RedisSettings = RedisSettings()
    files: FilesSettings = FilesSettings()
    gateway: GatewaySettings = GatewaySettings()
    cache: CacheSettings = CacheSettings()
    keys: KeySettings = KeySettings()
    payloads: PayloadSettings = PayloadSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
    otel: OtelSettings = OtelSettings()
    providers: dict[str, ProviderSettings] = {}
    models: dict[str, ModelSettings] = {}
    residency: dict[str, ResidencySettings] = {}
    prices: dict[str, PriceSettings] = {}

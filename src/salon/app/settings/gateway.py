"""How requests reach providers, and what is kept of them."""

from typing import Annotated

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting


class GatewaySettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


class RealtimeSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[realtime]``: bounds on realtime sessions."""

    open_timeout_s: Annotated[
        float,
        setting(
            "Wait for one provider to open a session; clients give up after about ten seconds.",
            unit="seconds",
            ge=0.1,
            le=600,
            reload="restart",
        ),
    ] = 8.0
    idle_timeout_s: Annotated[
        float,
        setting("Longest silence of both sides.", unit="seconds", ge=1, le=86400, reload="restart"),
    ] = 900.0
    max_duration_s: Annotated[
        float, setting("Longest session.", unit="seconds", ge=1, le=86400, reload="restart")
    ] = 3600.0
    max_message_bytes: Annotated[
        int, setting("Largest message of either side.", unit="bytes", ge=1024, reload="restart")
    ] = 16 * 1024**2
    max_sessions: Annotated[
        int, setting("Most sessions open at once in this process.", ge=1, reload="restart")
    ] = 1000
    sessions_per_key: Annotated[
        int,
        setting(
            "Most sessions open at once with one key in this process; its own limit may be lower.",
            ge=1,
            reload="restart",
        ),
    ] = 100


class CacheSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[cache]``: exact-match answers, for requests that opt in."""

    enabled: Annotated[bool, setting("Keep answers for requests that ask for it.", reload="restart")] = True
    ttl_s: Annotated[int, setting("How long an answer is kept.", unit="seconds", ge=1, reload="restart")] = (
        3600
    )
    max_bytes: Annotated[int, setting("Memory for kept answers.", unit="bytes", reload="restart", ge=0)] = (
        32 * 1024**2
    )


class KeySettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[keys]``: limits of a new API key that names none; 0 is no limit."""

    requests_per_minute: Annotated[int, setting("Requests per minute.", ge=0)] = 0
    tokens_per_minute: Annotated[int, setting("Tokens per minute, in and out.", ge=0)] = 0
    concurrency: Annotated[int, setting("Requests at once.", ge=0)] = 0


class PayloadSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
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

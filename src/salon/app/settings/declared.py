"""What people declare by name: providers, models that stand for others, and constraints."""

from typing import Annotated

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting
from salon.gateway.registry.models import MirrorSpec, SplitBy, Strategy
from salon.gateway.routing.conditions import Condition

_NONE = ""


class ProviderSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    headers: Annotated[
        tuple[str, ...],
        setting("Sent with every request to it, as name=value: X-Title=Notes …; never a credential."),
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
    batches: Annotated[
        bool | None,
        setting("Whether it may be handed whole batches. Not set: where base_url is its kind's own."),
    ] = None


class TargetSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One target of an alias."""

    model: str
    """``provider/name``."""
    weight: float = 1.0
    priority: int = 0


class RuleSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an alias goes instead when a condition holds."""

    when: Condition
    targets: tuple[str | TargetSettings, ...]
    name: str = _NONE
    strategy: Strategy = "priority"


class VariantSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One side of a split."""

    name: str
    targets: tuple[str | TargetSettings, ...]
    weight: float = 1.0


class SplitSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Variants that share the callers."""

    variants: tuple[VariantSettings, ...]
    by: SplitBy = "key"


class ModelSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


class ResidencySettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
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

"""What is configured: providers, aliases, prices; and what is known of models."""

from typing import Any, Literal

import msgspec

from salon.foundation.kit.ids import ProviderId
from salon.foundation.messages import OperationName
from salon.gateway.pricing import Price
from salon.gateway.providers.base import Capabilities
from salon.gateway.routing.conditions import Condition

Source = Literal["built-in", "environment", "file", "database"]
Strategy = Literal["priority", "weight", "least-busy", "lowest-latency", "cheapest", "rate-limit"]
"""Which target of the same rank goes first."""
SplitBy = Literal["key", "user", "conversation", "request"]
"""Who stays with the variant they got; ``request``: nobody."""
CredentialState = Literal["none", "set", "needed"]
"""``needed``: the stored credential cannot be read (a restored database without its key), or is missing."""


class ProviderSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One provider as it is declared, by file, environment, API or command line."""

    name: str
    kind: str
    base_url: str = ""
    """Empty: the kind's own."""
    api_key: str | None = None
    """Never stored in this form."""
    key_variable: str = ""
    """The environment variable its key is read from; without that key it is not used."""
    label: str = ""
    enabled: bool = True
    models: tuple[str, ...] = ()
    """Models it has although it does not list them."""
    allow_private: bool = False
    """Its address may be on a private network or this machine."""
    capabilities: Capabilities | None = None
    """What its models can do, where the kind's own declaration is wrong."""
    quirks: dict[str, Any] = {}
    """Deviations of its dialect, over those of its kind."""
    options: dict[str, str] = {}
    """What its kind must or may be told besides: a region, a project, a tenant."""
    headers: dict[str, str] = {}
    """Sent with every request to it besides; never a credential."""
    region: str = ""
    """Where it works on requests, like ``eu`` or ``us-east-1``; empty is unknown."""
    promises: tuple[str, ...] = ()
    """What it promises about the data, like ``no-training``."""
    requests_per_minute: int | None = None
    """Sent to it at most, over all its models and all callers; so are the next two."""
    tokens_per_minute: int | None = None
    concurrency: int | None = None
    batches: bool | None = None
    """Whether it may be handed whole batches; None is "at its kind's own address"."""


class TargetSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place an alias may go to."""

    model: str
    """``provider/model``."""
    weight: float = 1.0
    priority: int = 0
    """Its rank: lower goes first, whatever the strategy."""


class RuleSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an alias goes instead, when a condition holds. The first rule that holds decides."""

    name: str = ""
    """Told to callers; empty is its number."""
    when: Condition
    targets: tuple[TargetSpec, ...]
    strategy: Strategy = "priority"


class VariantSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One side of a split."""

    name: str
    targets: tuple[TargetSpec, ...]
    weight: float = 1.0


class SplitSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Variants that share the callers; who has got one stays with it."""

    variants: tuple[VariantSpec, ...]
    by: SplitBy = "key"


class MirrorSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a share of the requests goes a second time; its answers are dropped."""

    model: str
    """``provider/model``."""
    share: float = 1.0
    """Of all requests, from 0 to 1."""


class AliasSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A name callers ask for, and where it goes."""

    name: str
    targets: tuple[TargetSpec, ...]
    strategy: Strategy = "priority"
    cache: bool = False
    """Answers are kept and given again to an identical request of the same space."""
    replay_uncertain: bool = False
    """A request may be sent again although the first provider may be working on it still."""
    capabilities: Capabilities | None = None
    rules: tuple[RuleSpec, ...] = ()
    split: SplitSpec | None = None
    """For requests that no rule holds for; the alias's own targets follow those of a variant."""
    mirror: MirrorSpec | None = None
    source: Source = "file"

    def destinations(self) -> tuple[TargetSpec, ...]:
        """Return every place it may go to."""
        found = [*self.targets, *(target for rule in self.rules for target in rule.targets)]
        if self.split is not None:
            found += [target for variant in self.split.variants for target in variant.targets]
        if self.mirror is not None:
            found.append(TargetSpec(model=self.mirror.model))
        return tuple(found)


class ResidenceSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the requests of spaces may be taken."""

    name: str
    spaces: tuple[str, ...] = ("*",)
    """Ids of the spaces it holds for; ``*`` stands for any characters."""
    regions: tuple[str, ...] = ()
    """Regions that are allowed; ``eu`` covers ``eu-central-1``. Empty: all, also unknown ones."""
    promises: tuple[str, ...] = ()
    """What a provider must have promised."""
    source: Source = "file"


class PriceSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A price that a person wrote: over that of the price tables."""

    model: str
    """``provider/model``, ``kind/model``, ``provider/*``, ``kind/*``, or an alias."""
    price: Price


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One configured provider, as people see it."""

    id: ProviderId
    name: str
    kind: str
    label: str
    base_url: str
    source: Source
    enabled: bool
    credential: CredentialState
    models: tuple[str, ...]
    allow_private: bool
    problem: str | None = None
    """Why it cannot be used, and what to do: it is switched off, or lacks a credential."""


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model of one provider, as far as it is known."""

    id: str
    """The provider's own name for it."""
    display_name: str = ""
    created_at_s: int = 0
    owned_by: str = ""
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    capabilities: Capabilities | None = None
    operations: tuple[OperationName, ...] | None = None
    """What it is for, where the provider's listing tells it."""
    price: Price | None = None
    """Where the provider's listing tells it."""
    family: str = ""
    parameters: str = ""
    quantization: str = ""


class Listing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one provider answered when it was asked for its models."""

    models: tuple[ModelInfo, ...] = ()
    etag: str | None = None
    fetched_at_ms: int = 0
    error: str | None = None
    """Why there is no (newer) answer; asked again a minute later."""


class ModelEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One name that can be asked for: an alias, or a provider's model."""

    id: str
    """An alias or ``provider/model``."""
    kind: Literal["alias", "model"]
    provider: str
    """The provider's name; of an alias, that of its first target."""
    info: ModelInfo
    targets: tuple[str, ...] = ()
    """Where an alias goes."""

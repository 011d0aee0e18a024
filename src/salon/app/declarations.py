"""Turns settings into what the registry of providers and models takes."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from salon.app.settings import (
    GatewaySettings,
    ModelSettings,
    PriceSettings,
    ProviderSettings,
    Settings,
    SplitSettings,
)
from salon.app.settings import TargetSettings as Target
from salon.foundation.kit.errors import ConfigError
from salon.gateway.options import GatewayOptions
from salon.gateway.pricing import written_price
from salon.gateway.providers.options import from_pairs
from salon.gateway.realtime import RealtimeOptions
from salon.gateway.registry.models import (
    AliasSpec,
    PriceSpec,
    ProviderSpec,
    ResidenceSpec,
    RuleSpec,
    SplitSpec,
    TargetSpec,
    VariantSpec,
)

_DATED: Final = re.compile(r"(.+)@(\d{4}-\d\d-\d\d)")
"""A price from a day on."""


def gateway_options(settings: Settings) -> GatewayOptions:
    """Return the gateway's own settings."""
    gateway: GatewaySettings = settings.gateway
    return GatewayOptions(
        connect_timeout_s=gateway.connect_timeout_s,
        first_byte_timeout_s=gateway.first_byte_timeout_s,
        idle_timeout_s=gateway.idle_timeout_s,
        total_timeout_s=gateway.total_timeout_s,
        max_attempts=gateway.max_attempts,
        retry_budget=gateway.retry_budget,
        breaker_failures=gateway.breaker_failures,
        breaker_open_s=gateway.breaker_open_s,
        assumed_output_tokens=gateway.assumed_output_tokens,
        cache_enabled=settings.cache.enabled,
        cache_ttl_s=settings.cache.ttl_s,
        cache_max_bytes=settings.cache.max_bytes,
    )


def realtime_options(settings: Settings) -> RealtimeOptions:
    """Return the bounds on realtime sessions."""
    realtime = settings.realtime
    return RealtimeOptions(
        open_timeout_s=realtime.open_timeout_s,
        idle_timeout_s=realtime.idle_timeout_s,
        max_duration_s=realtime.max_duration_s,
        max_message_bytes=realtime.max_message_bytes,
        max_sessions=realtime.max_sessions,
        sessions_per_key=realtime.sessions_per_key,
        drain_s=min(5.0, settings.server.drain_s / 2),
    )


def provider_specs(settings: Settings, environ: Mapping[str, str]) -> list[ProviderSpec]:
    """Return the providers of the file. Raises: ConfigError for options that are no pairs."""
    return [_provider(name, one, environ) for name, one in settings.providers.items()]


def _provider(name: str, one: ProviderSettings, environ: Mapping[str, str]) -> ProviderSpec:
    key = one.api_key or (environ.get(one.api_key_env) if one.api_key_env else None)
    return ProviderSpec(
        name=name,
        kind=one.kind,
        base_url=one.base_url,
        api_key=key or None,
        key_variable=one.api_key_env,
        label=one.label,
        enabled=one.enabled,
        models=one.models,
        allow_private=one.allow_private,
        options=from_pairs(one.options, provider=name),
        headers=from_pairs(one.headers, provider=name, field="headers", example="X-Title=Notes"),
        region=one.region,
        promises=one.promises,
        requests_per_minute=one.requests_per_minute or None,
        tokens_per_minute=one.tokens_per_minute or None,
        concurrency=one.concurrency or None,
        batches=one.batches,
    )


def alias_specs(settings: Settings) -> list[AliasSpec]:
    """Return the aliases of the file."""
    return [_alias(name, one) for name, one in settings.models.items()]


def _alias(name: str, one: ModelSettings) -> AliasSpec:
    return AliasSpec(
        name=name,
        strategy=one.strategy,
        cache=one.cache,
        targets=_targets(one.targets),
        rules=tuple(
            RuleSpec(name=rule.name, when=rule.when, targets=_targets(rule.targets), strategy=rule.strategy)
            for rule in one.rules
        ),
        split=_split(one.split) if one.split is not None else None,
        mirror=one.mirror,
        source="file",
    )


def _split(one: SplitSettings) -> SplitSpec:
    variants = tuple(
        VariantSpec(name=variant.name, weight=variant.weight, targets=_targets(variant.targets))
        for variant in one.variants
    )
    return SplitSpec(variants=variants, by=one.by)


def _targets(given: Sequence[str | Target]) -> tuple[TargetSpec, ...]:
    targets = [Target(model=target) if isinstance(target, str) else target for target in given]
    return tuple(
        TargetSpec(model=target.model, weight=target.weight, priority=target.priority) for target in targets
    )


def residence_specs(settings: Settings) -> list[ResidenceSpec]:
    """Return the constraints on spaces of the file."""
    return [
        ResidenceSpec(name=name, spaces=one.spaces, regions=one.regions, promises=one.promises)
        for name, one in settings.residency.items()
    ]


def price_specs(settings: Settings) -> list[PriceSpec]:
    """Return the prices of the file. Raises: ConfigError for one that is no amount."""
    return [_price(model, one) for model, one in settings.prices.items()]


def _price(name: str, one: PriceSettings) -> PriceSpec:
    dated = _DATED.fullmatch(name)
    model, day = dated.groups() if dated else (name, "")
    try:
        price = written_price({**msgspec.to_builtins(one), "starts": day}, source="salon.toml")
    except ValueError as error:
        fix = "Write amounts per million tokens, like input = 0.15; dates like 2026-12-01."
        raise ConfigError(key=f"prices.{name}", problem=f"{error}.", fix=fix) from error
    return PriceSpec(model=model, price=price)

"""Looks through the providers and aliases of the settings, without a house and without connecting."""

from collections.abc import Callable, Mapping
from functools import partial

from salon.app.declarations import alias_specs, price_specs, provider_specs, residence_specs
from salon.app.settings import Settings
from salon.foundation.kit.errors import ConfigError
from salon.gateway.configuration.environment import environment_providers
from salon.gateway.kinds import built_in_kinds
from salon.gateway.registry.alias_checks import (
    check_alias,
    check_not_demo,
    check_residence,
    rings,
    unknown_targets,
)
from salon.gateway.registry.links import check_bounds, check_name, check_reach, check_secret, locate, shaped
from salon.gateway.registry.models import ProviderSpec


def declaration_problems(settings: Settings, environ: Mapping[str, str]) -> list[ConfigError]:
    """Return what nothing could make right but another setting."""
    found: list[ConfigError] = []
    _try(partial(provider_specs, settings, environ), found)
    for spec in provider_specs(settings, environ) if not found else ():
        _try(partial(_check_provider, spec), found)
    aliases = alias_specs(settings)
    for alias in aliases:
        _try(partial(check_alias, alias), found)
    for residence in residence_specs(settings):
        _try(partial(check_residence, residence), found)
    if not found:
        found += rings(aliases)
    _try(partial(price_specs, settings), found)
    return found


def _try(look: Callable[[], object], found: list[ConfigError]) -> None:
    try:
        look()
    except ConfigError as error:
        found.append(error)


def _check_provider(spec: ProviderSpec) -> None:
    check_name(spec.name)
    check_bounds(spec)
    check_not_demo(spec.name)
    kind = shaped(built_in_kinds().get(spec.kind, key=f"providers.{spec.name}.kind"), spec)
    locate(kind, spec, "")
    if spec.api_key:
        check_secret(spec.api_key, name=spec.name, kind=kind)


def declaration_doubts(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """Return, one sentence each, what keeps a part from use although Salon starts with it."""
    kinds, specs = built_in_kinds(), provider_specs(settings, environ)
    found: list[str] = []
    for spec in specs:
        kind = shaped(kinds.get(spec.kind), spec)
        if not spec.enabled:
            continue
        if not spec.api_key and spec.key_variable:
            found.append(
                f"providers.{spec.name}.api_key_env: the environment variable {spec.key_variable} "
                "is not set, so this provider has no key and is not used. Set it and start Salon again."
            )
        elif not spec.api_key and kind.needs_key:
            found.append(
                f"providers.{spec.name}: a provider of kind “{kind.name}” needs a key, so it is not used. "
                f"Set api_key_env below [providers.{spec.name}]."
            )
        try:
            check_reach(kind, spec)
        except ConfigError as error:
            found.append(error.message)
    variables: Mapping[str, str] = environ if settings.gateway.use_environment_keys else {}
    known = {"demo"}
    for spec in (*specs, *(one.spec for one in environment_providers(kinds, variables))):
        known |= {spec.name, spec.kind}
    listed = {"demo"}.union(*(spec.models for spec in specs))
    unknown = unknown_targets(alias_specs(settings), known, is_model=lambda name: name in listed)
    return found + [f"{one} One that was added by command or API is not seen here." for one in unknown]

"""What can be wrong with aliases: nothing to go to, a ring, the demo's name, a target nobody answers to."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Final

from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.terminal import one_line
from salon.gateway.registry.models import AliasSpec, ResidenceSpec, SplitSpec
from salon.gateway.routing.conditions import check_condition
from salon.gateway.routing.residence import check_words

DEMO: Final = "demo"
"""The name of the provider and the model that are always there; nothing else takes it."""
_TAKEN: Final = f"the name “{DEMO}” is that of the demo model, which is always there."


def check_not_demo(provider: str) -> None:
    """Refuse a provider that would stand in the demo's place. Raises: ConfigError."""
    if provider == DEMO:
        raise ConfigError(key=f"providers.{DEMO}", problem=_TAKEN, fix="Choose another name.")


NAME_FIX: Final = "Use 1 to 300 printable characters, no space around them."


def is_model_name(name: str) -> bool:
    """Tell whether people can name a model so: it is shown in lists, on terminals and in logs."""
    return 1 <= len(name) <= 300 and name.isprintable() and name == name.strip()


def check_alias(alias: AliasSpec) -> None:
    """Refuse an alias that cannot work by itself. Raises: ConfigError."""
    key = f"models.{one_line(alias.name[:80])}"
    if not is_model_name(alias.name):
        raise ConfigError(key=key, problem="this is no name.", fix=NAME_FIX)
    if alias.name.partition("/")[0] == DEMO:
        raise ConfigError(key=key, problem=_TAKEN, fix="Choose another name.")
    if not alias.targets:
        raise ConfigError(key=key, problem="it has no targets.", fix="Name at least one provider/model.")
    for target in alias.destinations():
        if target.weight < 0:
            raise ConfigError(key=key, problem="a weight is below zero.", fix="Use 0 or more.")
        if target.model == alias.name:
            raise ConfigError(key=key, problem="it points to itself.", fix="Name a provider/model.")
    for number, rule in enumerate(alias.rules, 1):
        place = f"{key}.rules[{number}]"
        check_condition(rule.when, key=f"{place}.when", rule=one_line(rule.name[:100]))
        if rule.name and not is_model_name(rule.name):
            raise ConfigError(key=place, problem="its name is no name.", fix=NAME_FIX)
        if not rule.targets:
            raise ConfigError(key=place, problem="it has no targets.", fix="Name at least one.")
    if alias.split is not None:
        _check_split(alias.split, f"{key}.split")
    if alias.mirror is not None and not 0 <= alias.mirror.share <= 1:
        problem = f"share = {alias.mirror.share:g} is no share."
        raise ConfigError(key=f"{key}.mirror", problem=problem, fix="Use 0 to 1, like 0.1 for a tenth.")


def _check_split(split: SplitSpec, key: str) -> None:
    names = [variant.name for variant in split.variants]
    if len(names) < 2:
        raise ConfigError(key=key, problem="it has less than two variants.", fix="Add another one.")
    if len(set(names)) < len(names) or not all(is_model_name(name) for name in names):
        fix = "Give each variant a name of its own."
        raise ConfigError(key=key, problem="two variants have one name, or one has none.", fix=fix)
    if any(variant.weight < 0 for variant in split.variants):
        raise ConfigError(key=key, problem="a weight is below zero.", fix="Use 0 or more.")
    if not any(variant.weight > 0 for variant in split.variants):
        raise ConfigError(key=key, problem="every weight is zero.", fix="Give one variant a weight above 0.")
    if any(not variant.targets for variant in split.variants):
        raise ConfigError(key=key, problem="a variant has no targets.", fix="Name at least one.")


def check_residence(residence: ResidenceSpec) -> None:
    """Refuse a constraint on spaces that cannot be meant. Raises: ConfigError."""
    key = f"residency.{one_line(residence.name[:80])}"
    if not is_model_name(residence.name):
        raise ConfigError(key=key, problem="this is no name.", fix=NAME_FIX)
    check_words(residence.regions, key=f"{key}.regions")
    check_words(residence.promises, key=f"{key}.promises")
    if not residence.regions and not residence.promises:
        fix = "Name regions, promises or both."
        raise ConfigError(key=key, problem="it constrains nothing.", fix=fix)
    if not residence.spaces or not all(residence.spaces):
        fix = "Name space ids, or “*” for all."
        raise ConfigError(key=key, problem="it holds for no space.", fix=fix)


def rings(aliases: Iterable[AliasSpec]) -> list[ConfigError]:
    """Return one problem for each ring of aliases, naming its path."""
    named = {alias.name: [target.model for target in alias.destinations()] for alias in aliases}
    found: list[ConfigError] = []
    seen: set[str] = set()
    for name in named:
        path = _ring(named, [name], seen) if name not in seen else None
        if path is not None:
            problem = f"it goes in a ring: {' → '.join(path)}."
            found.append(ConfigError(key=f"models.{path[0]}", problem=problem, fix="Name a provider/model."))
    return found


def _ring(named: Mapping[str, list[str]], path: list[str], seen: set[str]) -> list[str] | None:
    seen.add(path[-1])
    for target in named[path[-1]]:
        if target in path:
            return [*path[path.index(target) :], target]
        if target in named and target not in seen:
            ring = _ring(named, [*path, target], seen)
            if ring is not None:
                return ring
    return None


def unknown_targets(
    aliases: Iterable[AliasSpec], providers: Set[str], *, is_model: Callable[[str], bool]
) -> list[str]:
    """Return one sentence for each target whose provider is not among ``providers`` (names and kinds).

    ``is_model`` tells whether a name that is no ``provider/model`` is a model's all the same.
    """
    listed = list(aliases)
    names = {alias.name for alias in listed}
    found: list[str] = []
    for alias in listed:
        for target in dict.fromkeys(alias.destinations()):
            head, slash, model = target.model.partition("/")
            if (slash and model and head in providers) or is_model(target.model):
                continue
            found.append(_unknown(alias.name, target.model, providers, names))
    return found


def _unknown(alias: str, target: str, providers: Set[str], names: Set[str]) -> str:
    place = f"models.{alias}: “{target}”"
    if target in names:
        return f"{place} is an alias itself, and aliases point to models. Name a provider/model."
    head, slash, model = target.partition("/")
    if not slash:
        return f"{place} is no provider/model, and no provider here is known to list it."
    near = difflib.get_close_matches(head, sorted(providers), n=1)
    hint = f" Did you mean “{near[0]}/{model}”?" if near else " Add the provider, or name another one."
    return f"{place} names a provider “{head}” that is not here.{hint}"

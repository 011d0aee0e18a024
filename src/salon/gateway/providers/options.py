"""What a kind of provider must be told besides an address and a key: a region, a project, a tenant."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from salon.foundation.kit.errors import ConfigError

PLAIN_NAME = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"
"""Words that may stand in a host name or a path without being read as more of it."""


class ProviderOption(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a kind must or may be told."""

    name: str
    help: str
    """What it is, as a half-sentence: ``the AWS region, like eu-central-1``."""
    required: bool = False
    default: str = ""
    env: tuple[str, ...] = ()
    """Environment variables that hold it, where the environment brings the provider."""
    pattern: str = PLAIN_NAME
    """What all of a value must match."""
    takes_credential: bool = False
    """It is an address that the provider's credential is sent to."""

    @property
    def title(self) -> str:
        """Return its name for a person: ``Access key ID``."""
        words = [{"id": "ID", "api": "API"}.get(word, word) for word in self.name.split("_")]
        return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def read_options(
    known: Sequence[ProviderOption], given: Mapping[str, str], *, provider: str, kind: str
) -> dict[str, str]:
    """Return every option that has a value. Raises: ConfigError naming the one that is wrong."""
    names = {option.name for option in known}
    for name in given:
        if name not in names:
            raise _unknown(name, names, provider=provider, kind=kind)
    found: dict[str, str] = {}
    for option in known:
        value = given.get(option.name) or option.default
        if value and not re.fullmatch(option.pattern, value):
            raise ConfigError(
                key=_key(provider, option.name),
                problem=f"“{value[:80]}” is not {option.help}.",
                fix="Correct it.",
            )
        if value:
            found[option.name] = value
        elif option.required:
            raise ConfigError(
                key=_key(provider, option.name),
                problem=f"a provider of kind “{kind}” needs “{option.name}”: {option.help}.",
                fix=f'Set options = ["{option.name}=…"], or add it with --option {option.name}=….',
            )
    return found


def from_pairs(
    pairs: Iterable[str], *, provider: str, field: str = "options", example: str = "region=eu-central-1"
) -> dict[str, str]:
    """Read the ``name=value`` pairs of a field. Raises: ConfigError with an ``example`` of one."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ConfigError(
                key=f"providers.{provider}.{field}",
                problem=f"“{pair[:80]}” is no pair of a name and a value.",
                fix=f"Write each as name=value, like {example}.",
            )
        found[name.strip()] = value.strip()
    return found


def from_environment(known: Sequence[ProviderOption], environ: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the environment says of the options; None when one that is needed is missing."""
    found: dict[str, str] = {}
    for option in known:
        value = next((environ[name] for name in option.env if environ.get(name)), "")
        if value and re.fullmatch(option.pattern, value):
            found[option.name] = value
        elif option.required and not option.default:
            return None
    return found


def _key(provider: str, option: str) -> str:
    return f"providers.{provider}.options.{option}"


def _unknown(name: str, names: set[str], *, provider: str, kind: str) -> ConfigError:
    near = difflib.get_close_matches(name, names, n=1)
    fix = f"Did you mean “{near[0]}”?" if near else f"It knows: {', '.join(sorted(names)) or 'none'}."
    return ConfigError(
        key=_key(provider, name[:80]), problem=f"the kind “{kind}” has no option “{name[:80]}”.", fix=fix
    )

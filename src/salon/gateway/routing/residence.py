"""Where a request may be taken: regions of providers, and what they promise about the data.

A provider that does not say where it is, or does not promise what is asked, is outside: constraints fail
closed.
"""

from collections.abc import Iterable, Sequence

import msgspec

from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.regions import LONGEST, covers, is_name


class Residence(msgspec.Struct, frozen=True, kw_only=True):
    """A constraint: regions that are allowed, and promises that are needed."""

    regions: tuple[str, ...] = ()
    """One of these; empty allows every region, also an unknown one."""
    promises: tuple[str, ...] = ()
    """All of these."""


def check_words(words: Iterable[str], *, key: str) -> None:
    """Refuse what is no region or promise. Raises: ConfigError."""
    for word in words:
        if not is_name(word):
            raise ConfigError(
                key=key,
                problem=f"“{word[:LONGEST]}” is no name of a region or promise.",
                fix="Write small letters, digits and single dashes, like eu-central-1 or no-training.",
            )


def obstacle(residence: Residence, region: str, promises: Sequence[str]) -> str | None:
    """Say what keeps a request under ``residence`` from a provider; None when nothing does."""
    if residence.regions and not any(covers(allowed, region) for allowed in residence.regions):
        return f"region {region or 'unknown'}"
    missing = [one for one in residence.promises if one not in promises]
    return f"no promise of {missing[0]}" if missing else None

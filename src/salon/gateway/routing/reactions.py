"""What follows a failure, by its class: one table.

``again`` may go to the same target after a pause, ``next`` to another target, ``larger`` only to a
target with a larger context window. ``blames`` says whether the breaker counts it against the target.
"""

import random
from typing import Final

import msgspec

from salon.foundation.kit.errors import (
    SalonError,
    UpstreamAuth,
    UpstreamBroken,
    UpstreamContextTooLong,
    UpstreamError,
    UpstreamForbidden,
    UpstreamLoop,
    UpstreamModelMissing,
    UpstreamOverloaded,
    UpstreamQuota,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamServerError,
    UpstreamTimeout,
    UpstreamUnreachable,
)

_BASE_S: Final = 0.2
_MOST_S: Final = 8.0


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What may follow one class of failure while nothing has been sent to the caller."""

    again: bool = False
    next: bool = False
    larger: bool = False
    blames: bool = False
    hold_off_s: float = 0.0
    """How long to keep away from the target when it did not say."""


NOTHING: Final = Reaction()
_TABLE: Final[dict[type[UpstreamError], Reaction]] = {
    UpstreamAuth: Reaction(next=True, hold_off_s=30.0),
    UpstreamQuota: Reaction(next=True, hold_off_s=30.0),
    UpstreamRateLimited: Reaction(again=True, next=True),
    UpstreamOverloaded: Reaction(again=True, next=True, blames=True),
    UpstreamServerError: Reaction(again=True, next=True, blames=True),
    UpstreamUnreachable: Reaction(again=True, next=True, blames=True),
    UpstreamForbidden: Reaction(next=True),
    UpstreamBroken: Reaction(again=True, next=True, blames=True),
    UpstreamTimeout: Reaction(again=True, next=True, blames=True),
    UpstreamContextTooLong: Reaction(larger=True),
    UpstreamModelMissing: Reaction(next=True),
    UpstreamLoop: Reaction(next=True),
    UpstreamRefused: NOTHING,
}


def reaction(error: SalonError) -> Reaction:
    """Return what may follow ``error``."""
    for kind in type(error).__mro__:
        found = _TABLE.get(kind)
        if found is not None:
            return found
    return NOTHING


def is_uncertain(error: SalonError) -> bool:
    """Tell whether the provider may be working on the request, or have charged for it, unheard."""
    return isinstance(error, UpstreamTimeout) and error.fields.get("phase") not in {"connect", "pool"}


def pause_s(failures: int, *, retry_after_s: float | None) -> float:
    """Return how long to wait before trying the same target again: full jitter, growing."""
    span_s = min(_MOST_S, _BASE_S * 2.0 ** (failures - 1))
    jittered_s = random.uniform(0, span_s)  # noqa: S311 - spreads retries
    if retry_after_s is None:
        return jittered_s
    return max(retry_after_s, 0.0) + min(jittered_s, 0.25)

"""How long the seeded suites run, and with which seed."""

import logging
import os
import random
import secrets
from functools import cache

_log = logging.getLogger(__name__)

DEFAULT_FRACTION = 0.02


def is_soak() -> bool:
    """Tell whether the suites run at full length."""
    return os.environ.get("SALON_SOAK") == "1"


def scaled(count: int, *, least: int = 1) -> int:
    """Return how many of ``count`` rounds to run: all with SALON_SOAK=1, a fiftieth by default."""
    fraction = float(os.environ.get("SALON_SOAK") or DEFAULT_FRACTION)
    return max(least, round(count * fraction))


def grace(seconds: float) -> float:
    """Return how much longer than needed something may take: ``seconds`` in a long run, a minute else.

    A long run has its machine to itself; elsewhere a suite may wait for others.
    """
    return seconds if is_soak() else max(seconds, 60.0)


@cache
def seed() -> int:
    """Return this process's seed: SALON_SEED, else a fresh one, which is logged either way."""
    chosen = int(os.environ.get("SALON_SEED") or secrets.randbelow(2**31))
    _log.warning("seed %d (repeat with SALON_SEED=%d)", chosen, chosen)
    return chosen


def rng(name: str = "") -> random.Random:
    """Return a generator for one suite, from the seed and the suite's name."""
    return random.Random(f"{seed()}:{name}")  # noqa: S311 - not for secrets

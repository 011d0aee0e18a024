"""Which variant of a split somebody gets: the same one each time, also when weights change a little.

Weighted rendezvous hashing: each variant draws a number from the name of who asks, and the smallest of
``-ln(u) / weight`` wins. A variant whose weight grows takes from the others; nobody else moves.
"""

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, TypeVar

T = TypeVar("T")
_SPAN: Final = float(1 << 53)


def draw(*names: str) -> float:
    """Return a number above 0 and below 1 that is always the same for the same names."""
    digest = blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return ((int.from_bytes(digest, "big") >> 11) + 0.5) / _SPAN


def pick(variants: Sequence[tuple[str, float, T]], *, split: str, unit: str) -> tuple[str, T]:
    """Return the name and value of the variant that ``unit`` gets; variants are (name, weight, value)."""
    weighted = [one for one in variants if one[1] > 0] or list(variants)
    name, _, value = min(weighted, key=lambda one: -math.log(draw(split, one[0], unit)) / (one[1] or 1.0))
    return name, value

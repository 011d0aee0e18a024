"""Identifiers: a type prefix and a UUIDv7, so ids sort by time and say what they name."""

import os
import time
from collections.abc import Iterator
from struct import iter_unpack
from typing import NewType

SpaceId = NewType("SpaceId", str)
"""``spc_…``: a person's or a team's space."""
PersonId = NewType("PersonId", str)
"""``per_…``: a person."""
KeyId = NewType("KeyId", str)
"""``key_…``: an API key (never the secret)."""
ProviderId = NewType("ProviderId", str)
"""``prv_…``: one configured provider."""
RequestId = NewType("RequestId", str)
"""``req_…``: one request to a model, across all its attempts."""
RunId = NewType("RunId", str)
"""``run_…``: one run on the server."""
FileId = NewType("FileId", str)
"""``fil_…``: one reference to a stored file."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_POOL_BYTES = 4096
_last_ms = 0
_time_text = ""
_sequence = 0
_random: Iterator[tuple[int]] = iter(())


def _forget_random() -> None:
    """Draw anew after a fork: two processes must not share what is left of one pool."""
    global _random  # noqa: PLW0603 - one pool for the whole process
    _random = iter(())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_random)


def _draw() -> int:
    """Return 64 random bits. They are fetched by the page: each system call costs as much as an id."""
    global _random  # noqa: PLW0603 - one pool for the whole process
    drawn = next(_random, None)
    if drawn is None:
        _random = iter_unpack("<Q", os.urandom(_POOL_BYTES))
        drawn = next(_random)
    return drawn[0]


def _in_pairs(value: int) -> str:
    """Return ten bits a pair, for 40 bits."""
    pairs = _PAIRS
    return pairs[value >> 30] + pairs[value >> 20 & 1023] + pairs[value >> 10 & 1023] + pairs[value & 1023]


def _advance(now_ms: int) -> None:
    """Move to ``now_ms``, or one number on within the same millisecond (RFC 9562, method 1)."""
    global _last_ms, _time_text, _sequence  # noqa: PLW0603 - one monotonic counter for the whole process
    if now_ms > _last_ms:
        _last_ms = now_ms
        _sequence = _draw() & 0xFF
    elif _sequence < 0xFFF:
        _sequence += 1
        return
    else:
        _last_ms += 1
        _sequence = 0
    # The first ten characters are the time: at a busy door many ids share them.
    _time_text = _PAIRS[_last_ms >> 40] + _in_pairs(_last_ms & 0xFF_FFFF_FFFF)


def new_id(prefix: str) -> str:
    """Return ``prefix_`` and the 26 lower-case base32 characters of a UUIDv7: they sort by creation time."""
    _advance(time.time_ns() // 1_000_000)
    drawn = next(_random, None)
    random = drawn[0] if drawn is not None else _draw()
    high = 0x70_0000_0000 | _sequence << 24 | 0b10 << 22 | random >> 40 & 0x3F_FFFF
    two = _PAIRS  # as in _in_pairs, without its calls
    return (
        f"{prefix}_{_time_text}"
        f"{two[high >> 30]}{two[high >> 20 & 1023]}{two[high >> 10 & 1023]}{two[high & 1023]}"
        f"{two[random >> 30 & 1023]}{two[random >> 20 & 1023]}{two[random >> 10 & 1023]}{two[random & 1023]}"
    )

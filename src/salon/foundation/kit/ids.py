"""Identifiers: a type prefix and a UUIDv7, so ids sort by time and say what they name."""

import os
import time
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
_last_ms = 0
_sequence = 0


def _uuid7_int() -> int:
    """Return a UUIDv7 that never goes backwards within one process (RFC 9562, method 1)."""
    global _last_ms, _sequence  # noqa: PLW0603 - one monotonic counter for the whole process
    now_ms = time.time_ns() // 1_000_000
    if now_ms > _last_ms:
        _last_ms = now_ms
        _sequence = int.from_bytes(os.urandom(1), "big")
    else:
        _sequence += 1
        if _sequence > 0xFFF:
            _last_ms += 1
            _sequence = 0
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return (_last_ms << 80) | (0x7 << 76) | (_sequence << 64) | (0b10 << 62) | random


def new_id(prefix: str) -> str:
    """Return ``prefix_`` and 26 lower-case base32 characters that sort by creation time."""
    value = _uuid7_int()
    # Written out, in pairs, on two halves of 65 bits: every request makes one, and this takes a quarter
    # of the time of a loop over digits.
    high, low, pairs = value >> 65, value & 0x1_FFFF_FFFF_FFFF_FFFF, _PAIRS
    return (
        f"{prefix}_{pairs[high >> 55]}{pairs[high >> 45 & 1023]}{pairs[high >> 35 & 1023]}"
        f"{pairs[high >> 25 & 1023]}{pairs[high >> 15 & 1023]}{pairs[high >> 5 & 1023]}"
        f"{_ALPHABET[high & 31]}{_ALPHABET[low >> 60]}{pairs[low >> 50 & 1023]}{pairs[low >> 40 & 1023]}"
        f"{pairs[low >> 30 & 1023]}{pairs[low >> 20 & 1023]}{pairs[low >> 10 & 1023]}{pairs[low & 1023]}"
    )

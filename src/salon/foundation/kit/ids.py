"""Identifiers: a type prefix and a UUIDv7, so ids sort by time and say what they name."""

import os
import time
from collections.abc import Iterator
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
_LETTERS = bytes(_ALPHABET[byte & 31].encode()[0] for byte in range(256))
"""Five random bits of each byte, as a character."""
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_VERSION_AND_VARIANT = 0x7_0008
"""The four bits before the sequence number, and the two behind it."""
_POOL = 256
_TAIL = 12
_LAST = 0xFFF
_last_ms = 0
_time_text = ""
_sequence = 0
_tails: Iterator[tuple[int, str]] = iter(())


def _forget_random() -> None:
    """Draw anew after a fork: two processes must not share what is left of one pool."""
    global _tails  # noqa: PLW0603 - one pool for the whole process
    _tails = iter(())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_random)


def _draw() -> tuple[int, str]:
    """Return a random byte, and sixty random bits as they end an id.

    They are fetched and written by the page: else a system call and a dozen steps would be most of an id.
    """
    global _tails  # noqa: PLW0603 - one pool for the whole process
    drawn = next(_tails, None)
    if drawn is None:
        page = os.urandom(_POOL * (1 + _TAIL))
        text = page[_POOL:].translate(_LETTERS).decode("ascii")
        _tails = zip(page[:_POOL], [text[i : i + _TAIL] for i in range(0, len(text), _TAIL)], strict=True)
        drawn = next(_tails)
    return drawn


def _advance(now_ms: int) -> None:
    """Move to another millisecond (RFC 9562, method 1)."""
    global _last_ms, _time_text, _sequence  # noqa: PLW0603 - one monotonic counter for the whole process
    if now_ms > _last_ms:
        _last_ms, _sequence = now_ms, _draw()[0]
    else:
        _last_ms, _sequence = _last_ms + 1, 0
    # The first ten characters are the time: at a busy door many ids share them.
    _time_text = "".join([_PAIRS[_last_ms >> shift & 1023] for shift in (40, 30, 20, 10, 0)])


def new_id(prefix: str) -> str:
    """Return ``prefix_`` and the 26 lower-case base32 characters of a UUIDv7: they sort by creation time."""
    global _sequence  # noqa: PLW0603 - as above
    now_ms = time.time_ns() // 1_000_000
    if now_ms > _last_ms or _sequence == _LAST:
        _advance(now_ms)
    else:
        _sequence += 1
    byte, tail = next(_tails, None) or _draw()
    middle = _VERSION_AND_VARIANT | _sequence << 4 | byte & 3
    return f"{prefix}_{_time_text}{_PAIRS[middle >> 10]}{_PAIRS[middle & 1023]}{tail}"

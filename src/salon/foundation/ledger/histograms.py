"""Counts of times by length, small enough to keep beside each sum and quick to add up.

A time of 0 ms falls into place 0; any other into one of eight places per doubling, so a place is 9.05 % wide
and its middle at most 4.43 % away from what fell into it. Times over 2²⁶ ms (18.6 hours) fall into the last.

A histogram is one integer with 40 bits per place: two are added up by ``+``, whatever they hold.
"""

from math import ceil, floor, log
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Double, case, cast, func, literal

PER_DOUBLING: Final = 8
LAST_PLACE: Final = 26 * PER_DOUBLING
LARGEST_ERROR: Final = 2 ** (0.5 / PER_DOUBLING) - 1
"""How far a percentile may be from that of the times themselves, as a part of it; and half a millisecond."""
_FIELD_BITS: Final = 40
_FIELD_BYTES: Final = _FIELD_BITS // 8
_STEEPNESS: Final = PER_DOUBLING / log(2)
_NUDGE: Final = 1e-9
"""Keeps powers of two on their side of the border; no other whole number is that near to one."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Percentiles in milliseconds, within 5 % of those of the times themselves."""

    p50_ms: int
    p95_ms: int
    p99_ms: int


def place_of(time_ms: int) -> int:
    """Return the place a time falls into."""
    return 0 if time_ms <= 0 else min(LAST_PLACE, 1 + floor(log(time_ms) * _STEEPNESS + _NUDGE))


def place_in_sql(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return ``place_of`` as an expression, the same in both databases."""
    steps = func.ln(cast(column, Double)) * literal(_STEEPNESS, Double) + literal(_NUDGE, Double)
    longest = 2 ** (LAST_PLACE // PER_DOUBLING)
    return case(
        (column <= 0, literal(0, BigInteger)),
        (column >= longest, literal(LAST_PLACE, BigInteger)),
        else_=1 + cast(func.floor(steps), BigInteger),
    )


def counted(place: int, count: int) -> int:
    """Return the histogram of ``count`` times in one place."""
    return count << (place * _FIELD_BITS)


def percentile(histogram: int, percent: int) -> int | None:
    """Return the time that ``percent`` of the times do not exceed (nearest rank); None of no times."""
    counts = [(place, count) for place, count in _counts(histogram) if count]
    rank = -(-sum(count for _, count in counts) * percent // 100)
    for place, count in counts:
        rank -= count
        if rank <= 0:
            return _middle_ms(place)
    return None


def latency(histogram: int) -> Latency | None:
    """Return the percentiles that are shown; None of no times."""
    p50, p95, p99 = (percentile(histogram, percent) for percent in (50, 95, 99))
    if p50 is None or p95 is None or p99 is None:
        return None
    return Latency(p50_ms=p50, p95_ms=p95, p99_ms=p99)


def encode(histogram: int) -> bytes | None:
    """Return a histogram as bytes: its first place, then its counts from there; None of no times."""
    if histogram == 0:
        return None
    first = ((histogram & -histogram).bit_length() - 1) // _FIELD_BITS
    rest = histogram >> (first * _FIELD_BITS)
    return bytes([first]) + rest.to_bytes(ceil(rest.bit_length() / 8), "little")


def decode(data: bytes | None) -> int:
    """Return the histogram that ``encode`` wrote."""
    return 0 if data is None else int.from_bytes(data[1:], "little") << (data[0] * _FIELD_BITS)


def _counts(histogram: int) -> list[tuple[int, int]]:
    width = ceil(histogram.bit_length() / _FIELD_BITS)
    data = histogram.to_bytes(width * _FIELD_BYTES, "little")
    return [
        (place, int.from_bytes(data[place * _FIELD_BYTES : (place + 1) * _FIELD_BYTES], "little"))
        for place in range(width)
    ]


def _middle_ms(place: int) -> int:
    return 0 if place == 0 else round(2 ** ((place - 0.5) / PER_DOUBLING))

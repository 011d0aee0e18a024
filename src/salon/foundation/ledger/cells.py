"""Which stretches of a time the kept sums answer, and which the ledger's rows must.

A cell is an hour or a day (UTC) whose requests were added up. It answers only where it lies within one step
of what is asked, in the zone of who asks; what is left at the borders, and what came after the sums, is read
from the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from salon.foundation.ledger.buckets import Bucket

QUARTER_MS: Final = 900_000
HOUR_MS: Final = 4 * QUARTER_MS
DAY_MS: Final = 24 * HOUR_MS
ROWS: Final = 0
"""Stands for the ledger's rows among the lengths of cells."""

SPANS: Final[Mapping[str, tuple[int, ...]]] = {
    **dict.fromkeys(("model", "provider", "key"), (DAY_MS, HOUR_MS)),
    **dict.fromkeys(
        ("alias", "person", "status", "error", "service", "price", "dialect", "operation"), (DAY_MS,)
    ),
}
"""By what the sums are told apart, and of which lengths each has cells. Charts ask for the first three."""

Range = tuple[int, int]
"""From when until when (exclusive), in UTC ms."""


def plan(
    since_ms: int, until_ms: int, *, summed_ms: int, bucket: Bucket | None, spans: Sequence[int]
) -> dict[int, list[Range]]:
    """Return which ranges each length of cell answers, and which the ``ROWS``; together they are the time.

    ``summed_ms``: until when there are sums. A cell in which they end holds what was before their end.
    """
    found: dict[int, list[Range]] = {ROWS: []}
    until_sums_ms = min(until_ms, summed_ms)
    cuts = [since_ms, *_cuts(bucket, since_ms, until_sums_ms), until_sums_ms]
    for start_ms, end_ms in pairwise(cuts):
        for span, part in _cover(start_ms, end_ms, spans, summed_ms):
            _add(found.setdefault(span, []), part)
    if max(since_ms, until_sums_ms) < until_ms:
        _add(found[ROWS], (max(since_ms, until_sums_ms), until_ms))
    return found


def _cover(start_ms: int, end_ms: int, spans: Sequence[int], summed_ms: int) -> Iterator[tuple[int, Range]]:
    if start_ms >= end_ms:
        return
    if not spans:
        yield ROWS, (start_ms, end_ms)
        return
    span, *shorter = spans
    first_ms = -(-start_ms // span) * span
    last_ms = end_ms if end_ms == summed_ms else end_ms // span * span
    if first_ms >= last_ms:
        yield from _cover(start_ms, end_ms, shorter, summed_ms)
        return
    yield from _cover(start_ms, first_ms, shorter, summed_ms)
    yield span, (first_ms, last_ms)
    yield from _cover(last_ms, end_ms, shorter, summed_ms)


def _cuts(bucket: Bucket | None, since_ms: int, until_ms: int) -> list[int]:
    """Return where steps begin within a time, but for steps that cells never cross."""
    if bucket is None or since_ms >= until_ms:
        return []
    if bucket.kind == "month":
        found = [start_ms for start_ms, _ in bucket.starts]
    else:
        length = HOUR_MS if bucket.kind == "hour" else DAY_MS
        found: list[int] = []
        ends = [start_ms for start_ms, _ in bucket.offsets[1:]] + [until_ms]
        for (start_ms, offset_ms), end_ms in zip(bucket.offsets, ends, strict=True):
            found.append(start_ms)
            first_ms = -(-(start_ms + offset_ms) // length) * length - offset_ms
            found += range(first_ms, min(end_ms, until_ms), length)
    return sorted({at_ms for at_ms in found if since_ms < at_ms < until_ms})


def _add(ranges: list[Range], part: Range) -> None:
    if ranges and ranges[-1][1] == part[0]:
        ranges[-1] = (ranges[-1][0], part[1])
    else:
        ranges.append(part)

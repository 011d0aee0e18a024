"""Hours, days and months of a zone, as numbers a database can group by.

Hours and days are a division after the zone's offset is added; a zone's offset changes at a few known
moments, which become a CASE. Months differ in length and are a CASE themselves.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, ColumnElement, case, literal

from salon.foundation.ledger.budgets import zone_of

_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_STEP: Final = timedelta(days=7)
LAST_MS: Final = int(datetime(9999, 12, 1, tzinfo=UTC).timestamp()) * 1000
"""Until when there are hours, days and months."""


class Bucket:
    """One kind of bucket over one range of time."""

    __slots__ = ("kind", "offsets", "starts", "zone")

    def __init__(
        self, kind: Literal["hour", "day", "month"], zone: str, since_ms: int, until_ms: int
    ) -> None:
        self.kind = kind
        self.zone = zone_of(zone)
        self.offsets = _offsets(self.zone, since_ms, until_ms) if kind != "month" else []
        """From when (UTC ms) which offset (ms) holds."""
        self.starts = _months(self.zone, since_ms, until_ms) if kind == "month" else []
        """When each month of the range starts, and its number (year * 12 + month - 1)."""

    def __eq__(self, other: object) -> bool:
        """Tell whether the other puts each time into the same bucket."""
        return isinstance(other, Bucket) and self._steps() == other._steps()

    def __hash__(self) -> int:
        """Return the hash of what is compared."""
        return hash(self._steps())

    def _steps(self) -> tuple[object, ...]:
        return self.kind, tuple(self.offsets), tuple(self.starts)


def bucket_number(column: ColumnElement[Any], bucket: Bucket) -> ColumnElement[int]:
    """Return the number of the bucket that ``column`` (UTC ms) falls into."""
    if bucket.kind == "month":
        return _stairs(column, bucket.starts)
    length = _HOUR_MS if bucket.kind == "hour" else _DAY_MS
    return (column + _stairs(column, bucket.offsets)) // literal(length, BigInteger)


def bucket_label(bucket: Bucket, number: int) -> str:
    """Return a bucket's name: ``2026-11-21T13``, ``2026-11-21`` or ``2026-11``, in its zone."""
    if bucket.kind == "month":
        return f"{number // 12:04d}-{number % 12 + 1:02d}"
    if bucket.kind == "day":
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number)).strftime("%Y-%m-%d")
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=number)).strftime("%Y-%m-%dT%H")


def _stairs(column: ColumnElement[Any], steps: list[tuple[int, int]]) -> ColumnElement[int]:
    """Return the value of the last step that starts at or before ``column``."""
    first = literal(steps[0][1], BigInteger)
    later = [(column >= start, literal(value, BigInteger)) for start, value in reversed(steps[1:])]
    return case(*later, else_=first) if later else first


def _offset_ms(zone: tzinfo, at_ms: int) -> int:
    offset = datetime.fromtimestamp(at_ms / 1000, zone).utcoffset()
    return round(offset.total_seconds() * 1000) if offset is not None else 0


def _offsets(zone: tzinfo, since_ms: int, until_ms: int) -> list[tuple[int, int]]:
    step_ms = round(_STEP.total_seconds() * 1000)
    found = [(since_ms, _offset_ms(zone, since_ms))]
    at_ms = since_ms
    while at_ms < until_ms:
        next_ms = min(at_ms + step_ms, until_ms)
        if _offset_ms(zone, next_ms) != found[-1][1]:
            changed_ms = _moment_of_change(zone, at_ms, next_ms)
            found.append((changed_ms, _offset_ms(zone, changed_ms)))
            next_ms = max(changed_ms, at_ms + 1)
        at_ms = next_ms
    return found


def _moment_of_change(zone: tzinfo, before_ms: int, after_ms: int) -> int:
    old = _offset_ms(zone, before_ms)
    while after_ms - before_ms > 1:
        middle = (before_ms + after_ms) // 2
        if _offset_ms(zone, middle) == old:
            before_ms = middle
        else:
            after_ms = middle
    return after_ms


def _months(zone: tzinfo, since_ms: int, until_ms: int) -> list[tuple[int, int]]:
    local = datetime.fromtimestamp(since_ms / 1000, zone)
    number = local.year * 12 + local.month - 1
    found: list[tuple[int, int]] = []
    while True:
        start = datetime(number // 12, number % 12 + 1, 1, tzinfo=zone)
        start_ms = int(start.astimezone(UTC).timestamp()) * 1000
        if found and start_ms >= until_ms:
            return found
        found.append((start_ms, number))
        number += 1

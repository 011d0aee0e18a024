"""Times as programs write them: seconds, milliseconds, ISO 8601, and what SillyTavern shows people."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from salon.features.conversations.exchange.readers.problems import Notes

_FIRST_MS: Final = 631_152_000_000
"""1990; before it nobody spoke with a model, and a number is no time."""
_LAST_MS: Final = 4_102_444_800_000
"""2100."""
_UNITS: Final = (1000.0, 1.0, 0.001, 0.000001)
"""Seconds, milliseconds, microseconds, nanoseconds, each as milliseconds."""
_SILLY: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})\s*@\s*(\d{1,2})h\s*(\d{1,2})m\s*(\d{1,2})s(?:\s*(\d{1,3})ms)?"
)
_SHOWN: Final = ("%B %d, %Y %I:%M%p", "%B %d, %Y %I:%M:%S%p", "%b %d, %Y %I:%M%p", "%Y-%m-%d %H:%M:%S")


def time_ms(value: Any, notes: Notes) -> int | None:
    """Return a time in UTC milliseconds; None when nothing was said, or, noted, when it is no time."""
    if value is None or isinstance(value, bool) or value in ("", 0):
        return None
    found = _number_ms(float(value)) if isinstance(value, (int, float)) else None
    if isinstance(value, str):
        found = _text_ms(value.strip())
    if found is None:
        notes.add("time-unknown", str(value)[:50])
    return found


def _number_ms(value: float) -> int | None:
    for unit in _UNITS:
        at_ms = value * unit
        if _FIRST_MS <= at_ms < _LAST_MS:
            return int(at_ms)
    return None


def _text_ms(value: str) -> int | None:
    if len(value) > 100:
        return None
    try:
        return _number_ms(float(value))
    except ValueError:
        pass
    silly = _SILLY.fullmatch(value)
    if silly is not None:
        year, month, day, hour, minute, second, milli = (int(part or 0) for part in silly.groups())
        return _moment(lambda: datetime(year, month, day, hour, minute, second, milli * 1000, tzinfo=UTC))
    found = _moment(lambda: datetime.fromisoformat(value))
    for form in _SHOWN:
        found = found if found is not None else _moment(lambda form=form: _shown(value, form))
    return found


def _shown(value: str, form: str) -> datetime:
    return datetime.strptime(value, form)  # noqa: DTZ007 - such times have no zone; UTC is assumed below


def _moment(made: Any) -> int | None:
    try:
        moment: datetime = made()
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        at_ms = int(aware.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return at_ms if _FIRST_MS <= at_ms < _LAST_MS else None

"""Budgets: how much money a key or a space may spend in a day, a month or ever."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.ids import KeyId, SpaceId

BudgetPeriod = Literal["day", "month", "total"]
END_OF_TIME_MS = 2**62


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A limit on money. Its counter is per period and equals the sum of the ledger's costs."""

    id: str
    space_id: SpaceId
    key_id: KeyId | None = None
    """The key it belongs to; None when it is the whole space's."""
    name: str
    limit_e10: int
    period: BudgetPeriod = "total"
    zone: str = "UTC"
    """The IANA zone whose midnight starts a period."""
    currency: str = "USD"
    allows_unpriced: bool = False
    """Let requests whose cost is unknown pass; they are not counted."""


class BudgetState(msgspec.Struct, frozen=True, kw_only=True):
    """How a budget stands in its current period."""

    budget: Budget
    period_start_ms: int
    spent_e10: int
    """Written to the ledger."""
    reserved_e10: int
    """Leased by processes: held by running requests, or kept ready for the next ones."""

    @property
    def remaining_e10(self) -> int:
        """What is neither spent nor reserved; negative when answers cost more than estimated."""
        return self.budget.limit_e10 - self.spent_e10 - self.reserved_e10


class Window(NamedTuple):
    """A period of a budget: start inclusive, end exclusive, UTC milliseconds."""

    start_ms: int
    end_ms: int


def zone_of(name: str) -> tzinfo:
    """Return a zone; UTC also on machines without a zone database. Raises: as ``ZoneInfo`` does."""
    return UTC if name == "UTC" else ZoneInfo(name)


def check_zone(name: str) -> None:
    """Refuse a zone this machine does not know. Raises: InvalidRequest."""
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidRequest(
            field="zone", problem=f"“{name[:60]}” is no IANA time zone. Write it like Europe/Berlin."
        ) from error


@lru_cache(maxsize=256)
def window_of_day(zone: str, ordinal: int) -> Window:
    """Return the local day with that proleptic ordinal; 23 to 25 hours long around a clock change."""
    here = zone_of(zone)
    day = datetime.fromordinal(ordinal)
    return Window(_utc_ms(day, here), _utc_ms(day + timedelta(days=1), here))


def period_window(period: BudgetPeriod, zone: str, at_ms: int) -> Window:
    """Return the period that contains ``at_ms``. ``total`` starts at 0 and never ends."""
    if period == "total":
        return Window(0, END_OF_TIME_MS)
    here = zone_of(zone)
    local = datetime.fromtimestamp(at_ms / 1000, here)
    if period == "day":
        return window_of_day(zone, local.toordinal())
    first = datetime(local.year, local.month, 1)  # noqa: DTZ001 - a local wall time, given its zone below
    following = datetime(local.year + local.month // 12, local.month % 12 + 1, 1)  # noqa: DTZ001 - same
    return Window(_utc_ms(first, here), _utc_ms(following, here))


def _utc_ms(local: datetime, zone: tzinfo) -> int:
    return int(local.replace(tzinfo=zone).astimezone(UTC).timestamp()) * 1000

"""Adds up what was used step by step: the course of requests, tokens, cost and time, for charts.

Times are sums, to make means of, and percentiles from histograms: exact ones would have to sort every row,
which takes minutes where a million are asked for. Percentiles cannot be added up, so those of a step, of a
group and of the whole time are told beside the rows.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

import msgspec

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.ledger.buckets import LAST_MS, Bucket, bucket_label
from salon.foundation.ledger.budgets import check_zone
from salon.foundation.ledger.gathering import Wanted, gather
from salon.foundation.ledger.histograms import Latency, latency
from salon.foundation.ledger.totals import Totals
from salon.foundation.storage import Transaction

CourseStep = Literal["hour", "day", "month"]
CourseGroup = Literal["model", "provider", "key"]

_STEP_MS: Final[dict[CourseStep, int]] = {"hour": 3_600_000, "day": 86_400_000, "month": 28 * 86_400_000}
_MOST_STEPS: Final = 1_000


class CourseQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests, in steps of what length, apart by what."""

    since_ms: int
    until_ms: int
    """Exclusive."""
    step: CourseStep = "day"
    by: CourseGroup | None = None
    zone: str = "UTC"
    """The IANA zone of hours, days and months."""


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """How long requests took; None where nothing was timed."""

    duration: Latency | None
    first_token: Latency | None


class CourseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step of one group, in one currency. Steps in which nothing was asked have no row."""

    at: str
    """``2026-11-21T13``, ``2026-11-21`` or ``2026-11``, in the query's zone."""
    group: str | None
    currency: str
    requests: int
    errors: int
    """Requests whose status is ``error`` or ``interrupted``."""
    input_tokens: int
    output_tokens: int
    cost_e10: int
    """The sum of the known costs."""
    unpriced: int
    """Requests that cost something nobody knows; not in ``cost_e10``."""
    duration_sum_ms: int
    first_tokens: int
    """Requests whose first token was timed."""
    first_token_sum_ms: int


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What was used, in the order of time, and how long it took."""

    rows: list[CourseRow]
    times: Times
    """Of all requests."""
    times_of_steps: Mapping[str, Times]
    times_of_groups: Mapping[str | None, Times]


def course(tx: Transaction, scope: SpaceScope, query: CourseQuery, names: Mapping[str, str]) -> Course:
    """Return a row per step, group and currency, and percentiles. Raises: InvalidRequest.

    ``names``: what groups are called. Times of groups with one name are told as one.
    """
    _check(query)
    bucket = Bucket(query.step, query.zone, query.since_ms, query.until_ms)
    wanted = Wanted(
        since_ms=query.since_ms,
        until_ms=query.until_ms,
        group_by=(query.step, *(() if query.by is None else (query.by,))),
        buckets={query.step: bucket},
        latency=True,
    )
    rows: list[CourseRow] = []
    whole, steps, groups = Totals(), dict[str, Totals](), dict[str | None, Totals]()
    for key, totals in gather(tx, scope, wanted).items():
        at, value = bucket_label(bucket, int(key[0])), key[1] if query.by is not None else None
        group = names.get(value, value) if value is not None else None
        rows.append(_row(at, group, key[-1], totals))
        for some in (whole, steps.setdefault(at, Totals()), groups.setdefault(group, Totals())):
            some.add(totals)
    return Course(
        rows=sorted(rows, key=lambda row: (row.at, row.group is not None, row.group or "", row.currency)),
        times=_times(whole),
        times_of_steps={at: _times(some) for at, some in steps.items()},
        times_of_groups={group: _times(some) for group, some in groups.items()},
    )


def _times(totals: Totals) -> Times:
    return Times(duration=latency(totals.durations), first_token=latency(totals.first_tokens))


def _check(query: CourseQuery) -> None:
    check_zone(query.zone)
    if not 0 <= query.since_ms <= query.until_ms <= LAST_MS:
        raise InvalidRequest(field="since_ms", problem="The time range is empty or out of bounds.")
    if query.until_ms - query.since_ms > _MOST_STEPS * _STEP_MS[query.step]:
        raise InvalidRequest(field="step", problem="That is more than 1,000 steps. Take longer ones.")


def _row(at: str, group: str | None, currency: str, totals: Totals) -> CourseRow:
    counts = totals.named()
    named = {name: counts[name] for name in CourseRow.__struct_fields__[3:]}
    return CourseRow(at=at, group=group, currency=currency, **cast("Any", named))

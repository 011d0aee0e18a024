"""Adds up what was used: by time, model, provider, key; totals, errors, latency, tokens, cost."""

from typing import Any, Final, Literal, cast

import msgspec

from salon.foundation.kit.caller import Scope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.ledger.buckets import LAST_MS, Bucket, bucket_label
from salon.foundation.ledger.budgets import check_zone
from salon.foundation.ledger.gathering import STEPS, Wanted, gather
from salon.foundation.ledger.histograms import Latency, latency
from salon.foundation.ledger.totals import GROUPS, Totals
from salon.foundation.storage import Row, Transaction

Group = Literal[
    "model", "alias", "provider", "key", "person", "space", "status", "error", "service", "price",
    "currency", "dialect", "operation", "hour", "day", "month",
]  # fmt: skip

MOST_GROUPS: Final = 10_000


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to add up, over which requests. Filters that are None let everything pass."""

    since_ms: int
    until_ms: int
    """Exclusive."""
    group_by: tuple[Group, ...] = ()
    zone: str = "UTC"
    """The IANA zone of hours, days and months."""
    model: str | None = None
    alias: str | None = None
    provider_id: str | None = None
    key_id: str | None = None
    status: str | None = None
    latency: bool = False
    """Also tell the percentiles of latency."""
    rare: bool = False
    """Also add up the counts that few answers have: audio, pictures, hours in a cache, predictions."""


class UsageRow(msgspec.Struct, frozen=True, kw_only=True):
    """The totals of one group, in one currency."""

    group: tuple[str | None, ...]
    """One value per entry of ``group_by``; times are written in the query's zone."""
    currency: str
    requests: int
    errors: int
    """Requests whose status is ``error`` or ``interrupted``."""
    cancelled: int
    attempts: int
    cache_hits: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    cost_e10: int
    """The sum of the known costs."""
    unpriced: int
    """Requests that cost something nobody knows; not in ``cost_e10``."""
    rare: dict[str, int] = {}
    """Sums of the counts that few answers have, without those that are 0; if they were asked for."""
    duration: Latency | None = None
    first_token: Latency | None = None


def usage(tx: Transaction, scope: Scope, query: UsageQuery) -> list[UsageRow]:
    """Return one row per group and currency, ordered by group. Raises: InvalidRequest."""
    _check(query)
    steps: dict[str, Bucket] = {
        name: Bucket(cast("Any", name), query.zone, query.since_ms, query.until_ms)
        for name in query.group_by
        if name in STEPS
    }
    filters = (
        ("model", query.model),
        ("alias", query.alias),
        ("provider", query.provider_id),
        ("key", query.key_id),
        ("status", query.status),
    )
    wanted = Wanted(
        since_ms=query.since_ms,
        until_ms=query.until_ms,
        group_by=query.group_by,
        buckets=steps,
        filters=tuple((name, value) for name, value in filters if value is not None),
        rare=query.rare,
        latency=query.latency,
    )
    found = [_row(key, query.group_by, steps, totals) for key, totals in gather(tx, scope, wanted).items()]
    ordered = sorted(
        found, key=lambda row: ([(value is not None, value or "") for value in row.group], row.currency)
    )
    return ordered[:MOST_GROUPS]


def _check(query: UsageQuery) -> None:
    check_zone(query.zone)
    if len(set(query.group_by)) != len(query.group_by):
        raise InvalidRequest(field="group_by", problem="It names a group twice.")
    for name in query.group_by:
        if name not in GROUPS and name not in STEPS:
            raise InvalidRequest(field="group_by", problem=f"“{name[:40]}” is no group.")
    last_ms = LAST_MS if STEPS.intersection(query.group_by) else 2**53 - 1
    if not 0 <= query.since_ms <= query.until_ms <= last_ms:
        raise InvalidRequest(field="since_ms", problem="The time range is empty or out of bounds.")


def _row(key: Row, groups: tuple[Group, ...], steps: dict[str, Bucket], totals: Totals) -> UsageRow:
    labels = tuple(
        bucket_label(steps[name], int(value)) if name in steps else value
        for name, value in zip(groups, key, strict=False)
    )
    counts = totals.named()
    return UsageRow(
        group=labels,
        currency=key[-1],
        duration=latency(totals.durations),
        first_token=latency(totals.first_tokens),
        rare=totals.rare,
        **{name: counts[name] for name in UsageRow.__struct_fields__ if name in counts},
    )

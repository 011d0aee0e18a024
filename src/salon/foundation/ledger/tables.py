"""The tables of the ledger.

Columns of the two entry tables stand in the order of their structs' fields, so a row is written from
``astuple`` without a dictionary. Indexes are few: each costs every request. The attempt of a request that
was answered at once stands in the request's row: a second row would say the same and cost as much.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, Table

from salon.foundation.storage.columns import (
    blob,
    created_by_column,
    flag,
    id_column,
    integer,
    json_text,
    money_e10,
    space_column,
    text_column,
    time_ms,
)
from salon.foundation.storage.schema import metadata

requests: Final = Table(
    "ledger_requests",
    metadata,
    id_column("req", "request_id"),
    space_column(),
    text_column("person_id", nullable=True),
    text_column("key_id", nullable=True),
    text_column("dialect"),
    text_column("operation"),
    text_column("alias"),
    text_column("provider_id", nullable=True),
    text_column("provider_kind", nullable=True),
    text_column("model", nullable=True),
    text_column("route", nullable=True),
    text_column("decision", nullable=True),
    text_column("status"),
    integer("http_status"),
    text_column("error_code", nullable=True),
    Column("stream", Boolean, nullable=False),
    text_column("cache"),
    integer("attempts"),
    integer("input_tokens"),
    integer("output_tokens"),
    integer("cached_tokens"),
    integer("cache_write_tokens"),
    integer("reasoning_tokens"),
    text_column("details", nullable=True),
    text_column("service", nullable=True),
    text_column("usage_source"),
    money_e10("cost_e10"),
    text_column("currency"),
    text_column("price_version", nullable=True),
    time_ms("started_at_ms"),
    integer("first_token_ms", nullable=True),
    integer("duration_ms"),
    time_ms("attempt_started_at_ms", nullable=True),
    integer("attempt_first_byte_ms", nullable=True),
    integer("attempt_ms", nullable=True),
    text_column("lost", nullable=True),
    Index(None, "space_id", "started_at_ms"),
)

attempts: Final = Table(
    "ledger_attempts",
    metadata,
    text_column("request_id"),
    integer("number"),
    text_column("provider_id"),
    text_column("provider_kind"),
    text_column("model"),
    text_column("status"),
    integer("http_status", nullable=True),
    text_column("error_code", nullable=True),
    integer("input_tokens"),
    integer("output_tokens"),
    integer("cached_tokens"),
    integer("cache_write_tokens"),
    integer("reasoning_tokens"),
    text_column("details", nullable=True),
    text_column("service", nullable=True),
    money_e10("cost_e10"),
    text_column("currency"),
    text_column("price_version", nullable=True),
    time_ms("started_at_ms"),
    integer("first_byte_ms", nullable=True),
    integer("duration_ms"),
    PrimaryKeyConstraint("request_id", "number"),
    # Clustered by request: one B-tree to keep up per row instead of two.
    sqlite_with_rowid=False,
)

budgets: Final = Table(
    "budgets",
    metadata,
    id_column("bud"),
    space_column(index=True),
    text_column("key_id", nullable=True),
    text_column("name"),
    text_column("currency"),
    money_e10("limit_e10", nullable=False),
    text_column("period"),
    text_column("zone"),
    flag("allows_unpriced"),
    created_by_column(),
    time_ms("created_at_ms"),
    time_ms("removed_at_ms", nullable=True),
)

budget_periods: Final = Table(
    "budget_periods",
    metadata,
    text_column("budget_id"),
    time_ms("period_start_ms"),
    money_e10("spent_e10", nullable=False),
    money_e10("leased_e10", nullable=False),
    PrimaryKeyConstraint("budget_id", "period_start_ms"),
)

budget_leases: Final = Table(
    "budget_leases",
    metadata,
    text_column("budget_id"),
    time_ms("period_start_ms"),
    text_column("process_id", index=True),
    integer("epoch"),
    money_e10("outstanding_e10", nullable=False),
    PrimaryKeyConstraint("budget_id", "period_start_ms", "process_id"),
)

processes: Final = Table(
    "ledger_processes",
    metadata,
    id_column("prc", "process_id"),
    integer("epoch"),
    time_ms("expires_at_ms"),
    integer("last_batch"),
    time_ms("seen_at_ms"),
)

sums: Final = Table(
    "ledger_sums",
    metadata,
    space_column(),
    text_column("kind"),
    integer("span_ms"),
    time_ms("start_ms"),
    text_column("value"),
    text_column("currency"),
    integer("requests"),
    integer("errors"),
    integer("cancelled"),
    integer("attempts"),
    integer("cache_hits"),
    integer("input_tokens"),
    integer("output_tokens"),
    integer("cached_tokens"),
    integer("cache_write_tokens"),
    integer("reasoning_tokens"),
    money_e10("cost_e10", nullable=False),
    integer("unpriced"),
    integer("duration_sum_ms"),
    integer("first_tokens"),
    integer("first_token_sum_ms"),
    json_text("rare", nullable=True),
    blob("duration_histogram", nullable=True),
    blob("first_token_histogram", nullable=True),
    PrimaryKeyConstraint("space_id", "kind", "span_ms", "start_ms", "value", "currency"),
    sqlite_with_rowid=False,
)

# Rows of requests that began before what was being summed when they were written.
late: Final = Table(
    "ledger_late",
    metadata,
    space_column(),
    time_ms("started_at_ms"),
    text_column("request_id"),
    PrimaryKeyConstraint("space_id", "started_at_ms", "request_id"),
    sqlite_with_rowid=False,
)

# ``closed``: rows of requests that began before are late from now on. ``summed``: until when there are sums.
# Two rows, for every writer of the ledger locks the first.
marks: Final = Table(
    "ledger_marks",
    metadata,
    text_column("name"),
    time_ms("at_ms"),
    text_column("owner", nullable=True),
    time_ms("owned_until_ms", nullable=True),
    PrimaryKeyConstraint("name"),
)

"""Runs, their epochs, their log and their journal."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    flag,
    id_column,
    integer,
    json_text,
    sealed_columns,
    space_column,
    text_column,
    time_ms,
)

runs = Table(
    "runs",
    metadata,
    id_column("run"),
    space_column(),
    created_by_column(),
    text_column("kind"),
    text_column("status"),
    json_text("data"),
    Column("epoch", Integer, nullable=False),
    text_column("owner"),
    time_ms("lease_expires_at_ms"),
    integer("last_number"),
    flag("stop_requested"),
    flag("compacted"),
    time_ms("started_at_ms"),
    time_ms("ended_at_ms", nullable=True),
    Index("ix_runs_space_id_started_at_ms", "space_id", "started_at_ms"),
    Index("ix_runs_status_lease_expires_at_ms", "status", "lease_expires_at_ms"),
    Index("ix_runs_space_id_id", "space_id", "id"),
    Index("ix_runs_compacted_ended_at_ms", "compacted", "ended_at_ms"),
)

epochs = Table(
    "run_epochs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    integer("base_number"),
    text_column("owner"),
    time_ms("started_at_ms"),
)
"""``base_number`` is the last durable number when the epoch began: where its viewers return to."""

log = Table(
    "run_log",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    text_column("type"),
    flag("is_delta"),
    *sealed_columns("body", has_format=True),
    time_ms("at_ms"),
)

steps = Table(
    "run_steps",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    *sealed_columns("result", has_format=True),
    time_ms("at_ms"),
)
"""The journal: what each step returned, keyed by its node's path."""

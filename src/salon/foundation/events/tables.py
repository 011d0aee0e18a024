"""The outbox, its counters, and how far each durable consumer has come."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import created_by_column, integer, json_text, text_column, time_ms

outbox = Table(
    "events_outbox",
    metadata,
    Column("space_id", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    text_column("type"),
    text_column("subject"),
    json_text("data"),
    created_by_column(),
    time_ms("at_ms"),
)
"""Numbered per space, from 1, without a gap, in the order of commits."""

counters = Table(
    "events_counters",
    metadata,
    Column("space_id", Text, primary_key=True),
    integer("last_number"),
    time_ms("changed_at_ms"),
    Index("ix_events_counters_changed_at_ms", "changed_at_ms"),
)

cursors = Table(
    "events_cursors",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("space_id", Text, primary_key=True),
    integer("number"),
)

leases = Table(
    "events_leases",
    metadata,
    Column("consumer", Text, primary_key=True),
    text_column("owner"),
    time_ms("expires_at_ms"),
)
"""Which process runs a durable consumer now."""

"""Batches and their lines."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    id_column,
    integer,
    json_text,
    sealed_columns,
    space_column,
    text_column,
    time_ms,
)

batches: Final = Table(
    "batches",
    metadata,
    id_column("batch"),
    space_column(),
    created_by_column(),
    text_column("key_id", nullable=True),
    text_column("person_id", nullable=True),
    text_column("protocol"),
    text_column("endpoint"),
    text_column("dialect"),
    text_column("status"),
    text_column("run_id", nullable=True, index=True),
    integer("lines"),
    integer("succeeded"),
    integer("errored"),
    integer("cancelled"),
    integer("expired"),
    integer("input_tokens"),
    integer("output_tokens"),
    integer("cached_tokens"),
    integer("reasoning_tokens"),
    json_text("metadata"),
    json_text("problems"),
    text_column("input_file_id", nullable=True),
    text_column("output_file_id", nullable=True),
    text_column("error_file_id", nullable=True),
    integer("output_keep_s", nullable=True),
    time_ms("created_at_ms"),
    time_ms("window_ends_at_ms"),
    time_ms("started_at_ms", nullable=True),
    time_ms("cancel_asked_at_ms", nullable=True),
    time_ms("finalizing_at_ms", nullable=True),
    time_ms("ended_at_ms", nullable=True),
    time_ms("keep_until_ms", nullable=True, index=True),
    time_ms("archived_at_ms", nullable=True),
    text_column("handed_to", nullable=True),
    text_column("kept_here", nullable=True),
    Index(None, "space_id", "protocol", "id"),
    Index(None, "space_id", "ended_at_ms"),
)

parts: Final = Table(
    "batch_parts",
    metadata,
    Column("batch_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False, autoincrement=False),
    text_column("token"),
    text_column("state"),
    integer("first_line"),
    integer("last_line"),
    integer("lines"),
    integer("held_e10"),
    text_column("file_id", nullable=True),
    text_column("remote_id", nullable=True),
    time_ms("sent_at_ms", nullable=True),
    text_column("problem", nullable=True),
    PrimaryKeyConstraint("batch_id", "number"),
)
"""What of a batch was handed over to its provider: each is one batch there."""

lines: Final = Table(
    "batch_lines",
    metadata,
    Column("batch_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False, autoincrement=False),
    text_column("custom_id"),
    text_column("status"),
    integer("http_status", nullable=True),
    text_column("request_id", nullable=True),
    time_ms("answered_at_ms", nullable=True),
    *sealed_columns("question", nullable=True, has_format=True),
    *sealed_columns("answer", nullable=True, has_format=True),
    PrimaryKeyConstraint("batch_id", "number"),
)
"""The journal of a batch's run: a line's answer is committed once, and its question goes with that."""

"""Answers under idempotency keys."""

from typing import Final

from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import integer, sealed_columns, text_column, time_ms

idempotency: Final = Table(
    "gateway_idempotency",
    metadata,
    Column("space_id", Text, nullable=False),
    text_column("key_hash"),
    text_column("fingerprint"),
    integer("done"),
    *sealed_columns("answer", nullable=True, has_format=True),
    time_ms("expires_at_ms", index=True),
    PrimaryKeyConstraint("space_id", "key_hash"),
)

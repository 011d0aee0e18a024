"""The audit trail's rows and the end of each space's chain."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import integer, json_text, text_column, time_ms

records = Table(
    "audit_records",
    metadata,
    Column("space_id", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    time_ms("at_ms"),
    text_column("actor_kind"),
    text_column("person_id", nullable=True),
    text_column("key_id", nullable=True),
    text_column("via"),
    text_column("action"),
    text_column("target"),
    json_text("detail"),
    text_column("previous_hash"),
    text_column("hash"),
    Index("ix_audit_records_space_id_action", "space_id", "action"),
)

heads = Table(
    "audit_heads",
    metadata,
    Column("space_id", Text, primary_key=True),
    integer("number"),
    text_column("hash"),
)
"""The last number and hash of each chain: what betrays a removed end."""

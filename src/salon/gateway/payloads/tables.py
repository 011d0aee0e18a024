"""Rules of the payload log and what they had kept."""

from typing import Final

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text

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

rules: Final = Table(
    "payload_rules",
    metadata,
    space_column(),
    Column("name", Text, nullable=False),
    created_by_column(),
    json_text("spec"),
    time_ms("updated_at_ms"),
    PrimaryKeyConstraint("space_id", "name"),
)

payloads: Final = Table(
    "payloads",
    metadata,
    id_column("pld"),
    space_column(),
    text_column("request_id"),
    text_column("key_id", nullable=True),
    text_column("person_id", nullable=True),
    text_column("rules"),
    text_column("dialect"),
    text_column("operation"),
    text_column("alias"),
    text_column("route", nullable=True),
    integer("http_status"),
    text_column("error_code", nullable=True),
    flag("stream"),
    time_ms("started_at_ms"),
    time_ms("expires_at_ms", index=True),
    integer("size_bytes"),
    integer("redactions"),
    flag("cut"),
    *sealed_columns("request", has_format=True),
    *sealed_columns("response", has_format=True),
    Index(None, "space_id", "started_at_ms", "id"),
)

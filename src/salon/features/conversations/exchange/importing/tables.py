"""Imports, and what became of each conversation of them."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    flag,
    id_column,
    integer,
    json_text,
    space_column,
    text_column,
    time_ms,
)

imports = Table(
    "conversation_imports",
    metadata,
    id_column("imp"),
    space_column(),
    created_by_column(),
    text_column("run_id"),
    text_column("file_id"),
    text_column("filename"),
    flag("keeps_file"),
    text_column("asked_format", nullable=True),
    json_text("programs"),
    flag("is_dry_run"),
    text_column("status"),
    json_text("totals"),
    json_text("notes"),
    json_text("problem"),
    time_ms("created_at_ms"),
    time_ms("ended_at_ms", nullable=True),
    Index("ix_conversation_imports_space_id", "space_id", "id"),
    Index("ux_conversation_imports_run_id", "run_id", unique=True),
)

entries = Table(
    "conversation_import_entries",
    metadata,
    Column("import_id", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    space_column(),
    text_column("place"),
    text_column("title"),
    text_column("origin", nullable=True),
    text_column("conversation_id", nullable=True, index=True),
    text_column("outcome"),
    integer("read"),
    integer("added"),
    integer("known"),
    integer("files"),
    json_text("notes"),
    json_text("problem"),
)
"""The report, and the journal: the next conversation to take in is the one after the last entry.

An entry is written in the transaction that wrote the last messages of its conversation.
"""

__all__ = ["entries", "imports"]

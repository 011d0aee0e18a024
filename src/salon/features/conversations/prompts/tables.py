"""Saved prompts and their versions."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

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

prompts = Table(
    "prompts",
    metadata,
    id_column("prm"),
    space_column(),
    created_by_column(),
    text_column("name"),
    text_column("folded"),
    text_column("description"),
    integer("live"),
    integer("latest"),
    integer("version"),
    time_ms("created_at_ms"),
    time_ms("changed_at_ms"),
    Index("ux_prompts_space_id_folded", "space_id", "folded", unique=True),
)
"""``live`` is the number of the version that is used, ``latest`` of the newest; ``version`` is the row's."""

versions = Table(
    "prompt_versions",
    metadata,
    Column("prompt_id", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    space_column(),
    created_by_column(),
    *sealed_columns("body", has_format=True),
    json_text("variables"),
    text_column("note"),
    time_ms("created_at_ms"),
)
"""A version is never changed; going back to one makes it live."""

__all__ = ["prompts", "versions"]

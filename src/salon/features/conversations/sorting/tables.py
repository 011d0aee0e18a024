"""How conversations are sorted: folders, tags, how far each person has read, undo, templates."""

from sqlalchemy import Column, Index, Table, Text

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

folders = Table(
    "conversation_folders",
    metadata,
    id_column("fld"),
    space_column(),
    created_by_column(),
    text_column("parent_id", nullable=True),
    text_column("name"),
    json_text("settings"),
    integer("version"),
    time_ms("created_at_ms"),
    time_ms("changed_at_ms"),
    Index("ix_conversation_folders_space_id", "space_id", "parent_id"),
)
"""``settings`` hold for the conversations in it and below, unless they or a nearer folder say otherwise."""

tags = Table(
    "conversation_tags",
    metadata,
    id_column("tag"),
    space_column(),
    created_by_column(),
    text_column("name"),
    text_column("folded"),
    time_ms("created_at_ms"),
    Index("ux_conversation_tags_space_id_folded", "space_id", "folded", unique=True),
)
"""``folded`` is the name without case, which is unique in a space."""

tagged = Table(
    "conversation_tagged",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("tag_id", Text, primary_key=True),
    space_column(),
    created_by_column(),
    time_ms("created_at_ms"),
    Index("ix_conversation_tagged_tag_id", "tag_id", "conversation_id"),
)

reads = Table(
    "conversation_reads",
    metadata,
    Column("reader", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    space_column(),
    text_column("message_id"),
    time_ms("read_at_ms"),
    Index("ix_conversation_reads_conversation_id", "conversation_id"),
)
"""The newest message a person (or a key without one) has seen; ids sort by time."""

undos = Table(
    "conversation_undos",
    metadata,
    id_column("und"),
    space_column(),
    created_by_column(),
    text_column("act"),
    json_text("changes"),
    time_ms("created_at_ms"),
    time_ms("expires_at_ms", index=True),
    time_ms("undone_at_ms", nullable=True),
)
"""What an act on many changed, row by row: what was there before and what it put there."""

templates = Table(
    "conversation_templates",
    metadata,
    id_column("tpl"),
    space_column(),
    created_by_column(),
    text_column("name"),
    text_column("folded"),
    json_text("settings"),
    *sealed_columns("messages", has_format=True),
    integer("version"),
    time_ms("created_at_ms"),
    time_ms("changed_at_ms"),
    Index("ux_conversation_templates_space_id_folded", "space_id", "folded", unique=True),
)
"""Settings and first messages of new conversations."""

__all__ = ["folders", "reads", "tagged", "tags", "templates", "undos"]

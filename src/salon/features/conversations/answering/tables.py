"""Answers under way, messages that wait for their end, what is usual in a space, and titles asked for."""

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

turns = Table(
    "conversation_turns",
    metadata,
    Column("run_id", Text, primary_key=True),
    space_column(),
    created_by_column(),
    text_column("conversation_id", index=True),
    text_column("branch_id", index=True),
    text_column("parent_id"),
    text_column("message_id"),
    text_column("expected_head_id", nullable=True),
    time_ms("started_at_ms", index=True),
    *sealed_columns("said", nullable=True, has_format=True),
)
"""An answer under way: there from the transaction that begins its run to the one that writes its message.

``message_id`` is the id that the answer will have, below ``parent_id``. The branch's head moves to it if
that is still ``expected_head_id``; else it stays beside what was said meanwhile. ``said`` is what people
wrote for this answer alone, which the data of its run do not hold: they are read by many, and stay.
"""

queue = Table(
    "conversation_queue",
    metadata,
    id_column("que"),
    space_column(),
    created_by_column(),
    text_column("conversation_id", index=True),
    text_column("branch_id"),
    text_column("message_id"),
    integer("position"),
    text_column("status"),
    json_text("problem", nullable=True),
    *sealed_columns("body", has_format=True),
    integer("version"),
    time_ms("created_at_ms"),
    time_ms("changed_at_ms"),
    Index("ix_conversation_queue_branch_id_position", "branch_id", "position"),
)
"""Messages that were sent while an answer was made. ``status``: ``waiting`` is sent when the answer has
ended, ``next`` however it ends, ``held`` when somebody says so; ``problem`` says then why it is held.
``message_id`` is the id that the message will have.
"""

defaults = Table(
    "conversation_defaults",
    metadata,
    Column("space_id", Text, primary_key=True),
    created_by_column(),
    json_text("settings"),
    integer("version"),
    time_ms("changed_at_ms"),
)
"""The settings of the conversations of a space that do not say otherwise."""

titles = Table(
    "conversation_titles",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    space_column(),
    text_column("model"),
    text_column("request_id", nullable=True),
    time_ms("asked_at_ms"),
)
"""Whose title a model was asked for: written before it is asked, so that it is asked once."""

__all__ = ["defaults", "queue", "titles", "turns"]

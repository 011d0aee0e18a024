"""Stored responses: which answer of the tree each one is, and what was told of it."""

from sqlalchemy import Column, Index, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    flag,
    sealed_columns,
    space_column,
    text_column,
    time_ms,
)

responses = Table(
    "stored_responses",
    metadata,
    Column("id", Text, primary_key=True, nullable=False, info={"prefix": "resp"}),
    space_column(),
    created_by_column(),
    text_column("conversation_id"),
    text_column("previous_id", nullable=True),
    text_column("asked_id", nullable=True, index=True),
    text_column("message_id", nullable=True, index=True),
    flag("is_background"),
    text_column("run_id", nullable=True),
    text_column("status"),
    *sealed_columns("body", has_format=True),
    time_ms("created_at_ms"),
    time_ms("expires_at_ms", nullable=True, index=True),
    Index("ix_stored_responses_space_id_id", "space_id", "id"),
    Index("ix_stored_responses_run_id", "run_id"),
)
"""``asked_id`` is the last message of what was asked, ``message_id`` the answer's, ``body`` the response
object as it was told. What was asked is the path of the tree that ends in ``asked_id``.
"""

response_items = Table(
    "stored_response_items",
    metadata,
    Column("response_id", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    space_column(),
    time_ms("created_at_ms"),
    Index("ix_stored_response_items_item_id", "item_id"),
)
"""Which items a stored response gave, so that a later request may name one instead of sending it."""

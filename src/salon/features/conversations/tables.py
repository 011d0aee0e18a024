"""Conversations, their branches, the tree of their messages, and what each answer was made of."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    id_column,
    integer,
    json_text,
    money_e10,
    partial_index,
    sealed_columns,
    sources_column,
    space_column,
    text_column,
    time_ms,
)

conversations = Table(
    "conversations",
    metadata,
    id_column("cnv"),
    space_column(),
    created_by_column(),
    text_column("kind"),
    text_column("title"),
    text_column("title_by"),
    sources_column(),
    json_text("settings"),
    text_column("branch_id", nullable=True),
    text_column("folder_id", nullable=True),
    text_column("origin", nullable=True),
    time_ms("pinned_at_ms", nullable=True),
    time_ms("archived_at_ms", nullable=True),
    time_ms("hidden_at_ms", nullable=True),
    time_ms("deleted_at_ms", nullable=True),
    integer("version"),
    integer("messages"),
    time_ms("created_at_ms"),
    time_ms("changed_at_ms"),
    Index("ix_conversations_space_id_changed_at_ms", "space_id", "changed_at_ms", "id"),
    Index("ix_conversations_space_id_folder_id", "space_id", "folder_id"),
    Index("ix_conversations_deleted_at_ms", "deleted_at_ms"),
    Index("ux_conversations_space_id_origin", "space_id", "origin", unique=True),
)
"""``kind``: ``chat`` or ``room``. ``title_by``: ``nobody``, ``person``, ``model`` or ``import``; ``sources``
are the messages the title was made from, by a model or as the first words. ``branch_id`` is the branch that
opens first.

``origin`` is where an imported one came from (``chatgpt:<id>``), so that a second import adds nothing.
``version`` counts every change of the row and is its ETag. ``messages`` counts those not deleted.
"""

branches = Table(
    "conversation_branches",
    metadata,
    id_column("brn"),
    space_column(),
    created_by_column(),
    text_column("conversation_id"),
    text_column("name"),
    text_column("head_id", nullable=True),
    time_ms("pinned_at_ms", nullable=True),
    time_ms("archived_at_ms", nullable=True),
    time_ms("hidden_at_ms", nullable=True),
    time_ms("deleted_at_ms", nullable=True),
    integer("version"),
    time_ms("created_at_ms"),
    time_ms("changed_at_ms"),
    Index("ix_conversation_branches_conversation_id", "conversation_id", "id"),
    Index("ix_conversation_branches_head_id", "head_id"),
)
"""A name for a place in the tree: ``head_id`` is the last message of the path it shows."""

moves = Table(
    "conversation_branch_moves",
    metadata,
    id_column("mov"),
    space_column(),
    created_by_column(),
    text_column("conversation_id"),
    text_column("branch_id"),
    text_column("kind"),
    text_column("from_id", nullable=True),
    text_column("to_id", nullable=True),
    time_ms("created_at_ms"),
    Index("ix_conversation_branch_moves_branch_id", "branch_id", "id"),
)
"""Where a branch's head was before it was moved other than by appending: nothing is lost by a rollback."""

messages = Table(
    "messages",
    metadata,
    id_column("msg"),
    space_column(),
    created_by_column(),
    text_column("conversation_id"),
    text_column("parent_id", nullable=True),
    Column("depth", BigInteger, nullable=False),
    text_column("role"),
    text_column("author_kind"),
    text_column("author_id", nullable=True),
    text_column("author_name", nullable=True),
    text_column("status"),
    *sealed_columns("body", nullable=True, has_format=True),
    integer("size_bytes"),
    integer("tokens"),
    text_column("run_id", nullable=True),
    text_column("origin", nullable=True),
    time_ms("pinned_at_ms", nullable=True),
    time_ms("excluded_at_ms", nullable=True),
    time_ms("archived_at_ms", nullable=True),
    time_ms("hidden_at_ms", nullable=True),
    time_ms("deleted_at_ms", nullable=True),
    time_ms("created_at_ms"),
    Index("ix_messages_conversation_id", "conversation_id", "id"),
    Index("ix_messages_parent_id", "parent_id"),
    partial_index("ix_messages_first", "conversation_id", "id", where=text("parent_id IS NULL")),
    Index("ix_messages_deleted_at_ms", "deleted_at_ms"),
)
"""What was said: never changed but for its marks (pinned, excluded, archived, hidden, deleted).

``depth`` is 0 for a first message, else its parent's and 1. ``status``: ``complete``, ``interrupted`` (a
part of an answer that ended early) or ``failed``. ``tokens`` is an estimate of what it takes in a prompt.
A message with ``excluded_at_ms`` is shown and not sent; the body of a deleted one goes after 30 days, of an
erased one at once, and is NULL then.
"""

message_files = Table(
    "message_files",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("file_id", Text, primary_key=True),
    space_column(),
    Index("ix_message_files_file_id", "file_id"),
)
"""Which files of the house a message names, so that an erasure knows which ones only it named."""

sources = Table(
    "message_sources",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    space_column(),
    text_column("conversation_id"),
    text_column("kind"),
    text_column("source_id", index=True),
    text_column("source_conversation_id"),
)
"""What a message was made from besides its parent.

``kind``: ``edit-of``, ``merge``, ``quote``, ``summary-of``, ``forked-from``, ``retry-of`` or ``continues``.
"""

answers = Table(
    "message_answers",
    metadata,
    Column("message_id", Text, primary_key=True),
    space_column(),
    text_column("conversation_id", index=True),
    text_column("run_id", nullable=True),
    text_column("model"),
    text_column("route", nullable=True),
    text_column("finish", nullable=True),
    *sealed_columns("asked", has_format=True),
    json_text("steps"),
    integer("input_tokens", nullable=True),
    integer("output_tokens", nullable=True),
    money_e10("cost_e10"),
    text_column("currency", nullable=True),
    time_ms("started_at_ms"),
    time_ms("first_token_at_ms", nullable=True),
    time_ms("ended_at_ms"),
)
"""How an answer came to be.

``asked`` holds the exact request: parameters, tools, and the prompt as the ids of the immutable messages it
was made of, with what was dropped or shortened. ``steps`` is one entry per request to a model: its id,
route, usage, cost, attempts and times.
"""

participants = Table(
    "conversation_participants",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("participant_id", Text, primary_key=True),
    space_column(),
    text_column("name"),
    time_ms("joined_at_ms"),
)
"""Who takes part: ``kind`` is that of an author."""

erasures = Table(
    "conversation_erasures",
    metadata,
    id_column("era"),
    space_column(),
    created_by_column(),
    text_column("kind"),
    text_column("target_id"),
    time_ms("created_at_ms"),
    Index("ix_conversation_erasures_created_at_ms", "created_at_ms"),
    Index("ix_conversation_erasures_target_id", "target_id"),
)
"""What was erased: ids and no words, so that a backup made before cannot bring it back.

``kind``: ``conversation``, ``branch`` or ``message``.
"""

__all__ = [
    "answers",
    "branches",
    "conversations",
    "erasures",
    "messages",
    "moves",
    "participants",
    "sources",
]

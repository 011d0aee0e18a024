"""Shares, their revisions, and which messages and files each revision has."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    id_column,
    integer,
    json_text,
    sources_column,
    space_column,
    text_column,
    time_ms,
)

shares = Table(
    "shares",
    metadata,
    id_column("shr"),
    space_column(),
    created_by_column(),
    text_column("conversation_id"),
    text_column("kind"),
    text_column("token_hash"),
    text_column("revision_id"),
    integer("revisions"),
    time_ms("expires_at_ms", nullable=True),
    time_ms("revoked_at_ms", nullable=True),
    time_ms("created_at_ms"),
    Index("ux_shares_token_hash", "token_hash", unique=True),
    Index("ix_shares_space_id_id", "space_id", "id"),
    Index("ix_shares_conversation_id", "conversation_id"),
)
"""``kind``: ``branch``, ``path`` or ``tree``. ``token_hash`` is the SHA-256 of what the link ends in, in
hexadecimal. ``revision_id`` is the revision that the link shows; ``revisions`` is how many there were.
"""

revisions = Table(
    "share_revisions",
    metadata,
    id_column("srv"),
    space_column(),
    created_by_column(),
    text_column("share_id", index=True),
    text_column("conversation_id"),
    integer("number"),
    text_column("kind"),
    text_column("title"),
    sources_column(),
    json_text("lines"),
    integer("messages"),
    time_ms("created_at_ms"),
)
"""What a link shows. ``sources`` are the messages that the title was made from. ``lines`` are the branches: a
name, and the position of the last message of each.
"""

revision_messages = Table(
    "share_messages",
    metadata,
    Column("revision_id", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    space_column(),
    text_column("message_id", index=True),
    integer("parent", nullable=True),
)
"""The messages of a revision, parents before children; ``parent`` is a position. What they say stays with the
messages, which never change: whatever takes a body away takes it out of every share.
"""

revision_files = Table(
    "share_files",
    metadata,
    Column("revision_id", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    space_column(),
    text_column("message_id", index=True),
    text_column("file_id"),
)
"""The files of a revision: ``file_id`` is a reference of the share's own, so that deleting the file that was
attached takes nothing away. ``place`` counts the pictures and files of the message at ``position``.
"""

__all__ = ["revision_files", "revision_messages", "revisions", "shares"]

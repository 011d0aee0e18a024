"""Blobs by content, references by space, and what each space uses."""

from sqlalchemy import Column, Index, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    id_column,
    integer,
    json_text,
    space_column,
    text_column,
    time_ms,
)

blobs = Table(
    "file_blobs",
    metadata,
    Column("hash", Text, primary_key=True),
    integer("size_bytes"),
    time_ms("touched_at_ms"),
    time_ms("deleting_at_ms", nullable=True),
    Index("ix_file_blobs_touched_at_ms", "touched_at_ms"),
)
"""``touched_at_ms``: last claimed by an upload or left by a reference.

``deleting_at_ms``: when the collector began to delete it.
"""

references = Table(
    "file_references",
    metadata,
    id_column("fil"),
    space_column(),
    created_by_column(),
    text_column("hash", index=True),
    text_column("name"),
    text_column("media_type"),
    integer("size_bytes"),
    time_ms("created_at_ms"),
    text_column("purpose"),
    time_ms("expires_at_ms", nullable=True, index=True),
    text_column("upload_id", nullable=True, index=True),
    integer("offset_bytes", nullable=True),
    text_column("scan", nullable=True),
    Index("ix_file_references_space_id_id", "space_id", "id"),
)
"""``upload_id``: a part of an upload that is not complete; counted, and in no list.

``scan``: what a virus scanner said of it, ``clean`` or ``unscanned``; NULL where there is none.
"""

derivatives = Table(
    "file_derivatives",
    metadata,
    id_column("der"),
    space_column(),
    text_column("source_id"),
    text_column("kind"),
    text_column("form"),
    text_column("hash", nullable=True, index=True),
    text_column("media_type"),
    integer("size_bytes"),
    json_text("details"),
    time_ms("created_at_ms"),
    Index("ux_file_derivatives_source_id_kind_form", "source_id", "kind", "form", unique=True),
)
"""What was made of a file: its text, or a picture in another size. Gone with its source, and counted with it.

``kind`` is ``text`` or ``image``; ``form`` says which of them. ``hash`` is NULL where it could not be made:
``details`` says why, so that a bomb is tried once an hour and not at each request.
"""

uploads = Table(
    "file_uploads",
    metadata,
    id_column("upl"),
    space_column(index=True),
    created_by_column(),
    text_column("name"),
    text_column("media_type"),
    text_column("purpose"),
    integer("size_bytes", nullable=True),
    integer("keep_s", nullable=True),
    integer("received_bytes"),
    time_ms("created_at_ms"),
    time_ms("expires_at_ms", index=True),
    text_column("status"),
    text_column("file_id", nullable=True),
    text_column("secret_hash", nullable=True),
)

usage = Table(
    "file_usage",
    metadata,
    Column("space_id", Text, primary_key=True),
    integer("size_bytes"),
    integer("files"),
)

"""The acts that came under a client's own id."""

from sqlalchemy import Column, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import created_by_column, json_text, text_column, time_ms

acts = Table(
    "conversation_acts",
    metadata,
    Column("space_id", Text, primary_key=True),
    Column("client_id", Text, primary_key=True),
    created_by_column(),
    text_column("fingerprint"),
    json_text("result"),
    time_ms("created_at_ms", index=True),
)
"""What each mutation with a client's own id did, of files as of conversations: a client's ids are one set."""

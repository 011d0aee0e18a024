"""What was erased, so that a backup made before cannot bring it back."""

from sqlalchemy import Index, Table

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    id_column,
    space_column,
    text_column,
    time_ms,
)

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
"""``kind``: ``conversation`` or ``message``. Rows hold ids and no words; a restore does them again."""

__all__ = ["erasures"]

"""Client secrets: short-lived keys for one session's worth of a browser."""

from typing import Final

from sqlalchemy import Table

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    id_column,
    sealed_columns,
    space_column,
    text_column,
    time_ms,
)

client_secrets: Final = Table(
    "gateway_client_secrets",
    metadata,
    id_column("rts"),
    space_column(),
    created_by_column(),
    text_column("secret_hash", index=True),
    text_column("bound_to"),
    *sealed_columns("session", has_format=True),
    time_ms("created_at_ms"),
    time_ms("expires_at_ms", index=True),
)
"""``bound_to`` names the credential that made it, which must still work; the secret opens ``session``."""

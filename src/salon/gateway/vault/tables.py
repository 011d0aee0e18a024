"""Where sealed credentials are."""

from typing import Final

from sqlalchemy import Table

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    id_column,
    sealed_columns,
    space_column,
    time_ms,
)

secrets: Final = Table(
    "gateway_secrets",
    metadata,
    id_column("sec"),
    space_column(),
    created_by_column(),
    *sealed_columns("body", has_format=True),
    time_ms("created_at_ms"),
)

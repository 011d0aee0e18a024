"""What is set by API and command line, and what providers listed."""

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import (
    created_by_column,
    flag,
    id_column,
    json_text,
    space_column,
    text_column,
    time_ms,
)

providers: Final = Table(
    "gateway_providers",
    metadata,
    id_column("prv"),
    space_column(),
    created_by_column(),
    Column("name", Text, nullable=False, unique=True),
    text_column("kind"),
    flag("enabled"),
    json_text("spec"),
    text_column("secret_id", nullable=True),
    time_ms("created_at_ms"),
    time_ms("updated_at_ms"),
)

aliases: Final = Table(
    "gateway_aliases",
    metadata,
    Column("name", Text, primary_key=True, nullable=False),
    space_column(),
    created_by_column(),
    json_text("spec"),
    time_ms("updated_at_ms"),
)

residences: Final = Table(
    "gateway_residences",
    metadata,
    Column("name", Text, primary_key=True, nullable=False),
    space_column(),
    created_by_column(),
    json_text("spec"),
    time_ms("updated_at_ms"),
)

prices: Final = Table(
    "gateway_prices",
    metadata,
    Column("model", Text, primary_key=True, nullable=False),
    Column("starts_ms", BigInteger, primary_key=True, nullable=False, autoincrement=False),
    space_column(),
    created_by_column(),
    json_text("price"),
    time_ms("updated_at_ms"),
)

listings: Final = Table(
    "gateway_listings",
    metadata,
    Column("provider", Text, primary_key=True, nullable=False),
    space_column(),
    text_column("base_url"),
    json_text("listing"),
    time_ms("fetched_at_ms"),
)
"""The provider's address is kept too: a list is of no use for another one under the same name."""

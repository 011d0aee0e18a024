"""The tables of accounts. Secrets are kept as SHA-256 digests only."""

from typing import Final

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from salon.foundation.storage.columns import (
    blob,
    created_by_column,
    id_column,
    integer,
    json_text,
    partial_index,
    space_column,
    text_column,
    time_ms,
)
from salon.foundation.storage.schema import metadata

spaces: Final = Table(
    "spaces",
    metadata,
    id_column("spc"),
    text_column("kind"),
    text_column("name"),
    created_by_column(),
    time_ms("created_at_ms"),
    time_ms("archived_at_ms", nullable=True),
)

people: Final = Table(
    "people",
    metadata,
    id_column("per"),
    space_column(),
    text_column("name"),
    text_column("role"),
    created_by_column(),
    time_ms("created_at_ms"),
    time_ms("suspended_at_ms", nullable=True),
    integer("version"),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    id_column("key"),
    space_column(),
    text_column("person_id", nullable=True),
    text_column("parent_id", nullable=True),
    text_column("name"),
    text_column("hint"),
    blob("secret_hash"),
    blob("previous_hash", nullable=True),
    time_ms("previous_until_ms", nullable=True),
    json_text("rights"),
    json_text("limits"),
    created_by_column(),
    time_ms("created_at_ms"),
    time_ms("last_used_at_ms", nullable=True),
    time_ms("revoked_at_ms", nullable=True),
    integer("version", index=True),
)
_revoked = api_keys.c.revoked_at_ms
partial_index(
    "uq_api_keys_live_name",
    api_keys.c.space_id,
    api_keys.c.name,
    unique=True,
    where=_revoked.is_(None),
)

login_links: Final = Table(
    "login_links",
    metadata,
    id_column("lnk"),
    text_column("person_id"),
    blob("token_hash"),
    time_ms("created_at_ms"),
    time_ms("expires_at_ms"),
    time_ms("used_at_ms", nullable=True),
    Index(None, "token_hash", unique=True),
)

sessions: Final = Table(
    "sessions",
    metadata,
    id_column("ses"),
    space_column(),
    text_column("person_id"),
    blob("secret_hash"),
    time_ms("created_at_ms"),
    time_ms("expires_at_ms"),
    time_ms("ended_at_ms", nullable=True),
    integer("version", index=True),
)

versions: Final = Table(
    "accounts_version",
    metadata,
    integer("id"),
    integer("version"),
    PrimaryKeyConstraint("id"),
)

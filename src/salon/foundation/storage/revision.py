"""Which revision of the schema a database has, and which this release wants; Alembic is not needed."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Table, Text, bindparam, select

from salon.foundation.storage.columns import text_column, time_ms
from salon.foundation.storage.schema import metadata
from salon.foundation.storage.statement import statement
from salon.foundation.storage.transaction import Transaction

DIRECTORY: Final = Path(__file__).parent / "migrations"
_FILE: Final = re.compile(r"(\d{4})_\w+\.py")

revisions = Table(
    "schema_revisions",
    metadata,
    Column("revision", Text, primary_key=True),
    text_column("oldest_reader"),
    time_ms("applied_at_ms"),
)
"""Which revisions were applied, and the oldest release's head that still runs on each."""

_TABLES = statement(
    {
        "sqlite": select(Column("name", Text))
        .select_from(Table("sqlite_schema", metadata.__class__(), Column("name", Text)))
        .where(Column("name", Text) == bindparam("name")),
        "postgresql": select(Column("tablename", Text))
        .select_from(Table("pg_tables", metadata.__class__(), Column("tablename", Text)))
        .where(Column("tablename", Text) == bindparam("name")),
    }
)
_version_table = Table("alembic_version", metadata.__class__(), Column("version_num", Text))
_CURRENT = statement(select(_version_table.c.version_num))
OLDEST_READER = statement(
    select(revisions.c.oldest_reader).where(revisions.c.revision == bindparam("revision"))
)


@cache
def head() -> str | None:
    """Return the newest revision this release knows, from the file names alone."""
    numbers = [
        match[1] for file in (DIRECTORY / "versions").iterdir() if (match := _FILE.fullmatch(file.name))
    ]
    return max(numbers, default=None)


def current_revision(tx: Transaction) -> str | None:
    """Return the database's revision; None if it was never migrated."""
    if tx.one(_TABLES, name="alembic_version") is None:
        return None
    row = tx.one(_CURRENT)
    return None if row is None else str(row[0])

"""Bringing the database to this release's schema, once, safely, with a backup first.

The common case (nothing to do) is one query and never imports Alembic. A migration runs in one
transaction on both databases, under a lock: of several processes that start at once one migrates and the
others wait and find it done; a process killed half way leaves the old schema.
"""

import logging
import re
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Column, Table, Text, bindparam, select

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage.base import Storage
from salon.foundation.storage.columns import text_column, time_ms
from salon.foundation.storage.schema import metadata
from salon.foundation.storage.statement import statement
from salon.foundation.storage.transaction import Transaction

_log = logging.getLogger(__name__)

DIRECTORY: Final = Path(__file__).parent
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
_OLDEST_READER = statement(
    select(revisions.c.oldest_reader).where(revisions.c.revision == bindparam("revision"))
)


class MigrationReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``migrate`` found and did."""

    before: str | None
    """The schema's revision at the start; None for an empty database."""
    after: str | None
    migrated: bool
    """Whether this process migrated; False too when another one did meanwhile."""
    backup: Path | None = None
    """The backup made before, if the database held anything."""


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


async def migrate(storage: Storage, *, backup: bool = True) -> MigrationReport:
    """Bring the database to ``head``; make a backup first unless it is empty or ``backup`` is False.

    Raises: StorageError if the database belongs to a newer Salon that this one cannot read, if no backup
    could be made, or if the migration fails (the old schema stays then).
    """
    before = await storage.read(current_revision)
    wanted = head()
    if before == wanted:
        return MigrationReport(before=before, after=before, migrated=False)
    if before is not None and (wanted is None or before > wanted):
        await _check_newer(storage, before, wanted)
        return MigrationReport(before=before, after=before, migrated=False)
    from salon.foundation.storage.migrations.runner import run  # noqa: PLC0415 - imports Alembic

    return await run(storage, backup=backup)


async def _check_newer(storage: Storage, found: str, wanted: str | None) -> None:
    """Let the previous release run on the new schema; refuse what is older."""
    row = await storage.read(lambda tx: tx.one(_OLDEST_READER, revision=found))
    if row is not None and wanted is not None and str(row[0]) <= wanted:
        _log.warning("the database has the newer schema %s; this release can run on it", found)
        return
    raise StorageError(
        problem=f"The database was written by a newer Salon (schema {found}, this one knows {wanted}).",
        fix="Start the newer release, or restore a backup made before it.",
    )

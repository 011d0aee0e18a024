"""Bringing the database to this release's schema, once, safely, with a backup first.

The common cases never import Alembic: nothing to do is one query, a new SQLite file is one script. A
migration runs in one transaction on both databases, under a lock: of several processes that start at once
one migrates and the others wait and find it done; a process killed half way leaves the old schema.
"""

import logging
from pathlib import Path

import msgspec

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage.base import Storage
from salon.foundation.storage.migrations import fresh
from salon.foundation.storage.revision import DIRECTORY, OLDEST_READER, current_revision, head, revisions
from salon.foundation.storage.sqlite import SqliteStorage

__all__ = ["DIRECTORY", "MigrationReport", "current_revision", "head", "migrate", "revisions"]

_log = logging.getLogger(__name__)


class MigrationReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``migrate`` found and did."""

    before: str | None
    """The schema's revision at the start; None for an empty database."""
    after: str | None
    migrated: bool
    """Whether this process migrated; False too when another one did meanwhile."""
    backup: Path | None = None
    """The backup made before, if the database held anything."""


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
    if before is None and isinstance(storage, SqliteStorage) and await storage.alone(fresh.create):
        return MigrationReport(before=None, after=wanted, migrated=True)
    if before is None and await storage.read(current_revision) == wanted:
        return MigrationReport(before=None, after=wanted, migrated=False)  # another process did
    from salon.foundation.storage.migrations.runner import run  # noqa: PLC0415 - imports Alembic

    return await run(storage, backup=backup)


async def _check_newer(storage: Storage, found: str, wanted: str | None) -> None:
    """Let the previous release run on the new schema; refuse what is older."""
    row = await storage.read(lambda tx: tx.one(OLDEST_READER, revision=found))
    if row is not None and wanted is not None and str(row[0]) <= wanted:
        _log.warning("the database has the newer schema %s; this release can run on it", found)
        return
    raise StorageError(
        problem=f"The database was written by a newer Salon (schema {found}, this one knows {wanted}).",
        fix="Start the newer release, or restore a backup made before it.",
    )

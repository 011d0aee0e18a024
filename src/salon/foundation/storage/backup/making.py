"""Making backups of a database that is in use."""

import asyncio
import os
from pathlib import Path
from typing import Any, Final, cast

import apsw

from salon.foundation.kit.errors import NotFound
from salon.foundation.storage.backup.archive import BackupInfo, describe, free_name, publish
from salon.foundation.storage.backup.sqlite_copy import remove_with_journals, verify_copy
from salon.foundation.storage.base import Storage
from salon.foundation.storage.sqlite_connection import Connection, close_quietly, connect, translate

PAGES_PER_STEP: Final = 2_000
"""How much of the database is copied at a time; readers and the writer go on in between."""


async def back_up(
    storage: Storage, *, directory: Path | None = None, file: Path | None = None, reason: str = "manual"
) -> BackupInfo:
    """Make a backup of an open database while it is in use.

    It goes to ``file`` if given, else under a fresh name to ``directory``, else to the data directory's
    ``backups``. Raises: StorageError, Conflict if ``file`` exists.
    """
    if storage.path is not None:
        return await asyncio.to_thread(
            backup_file, storage.path, directory=directory, file=file, reason=reason
        )
    assert storage.url is not None
    return await asyncio.to_thread(dump_postgres, storage.url, directory=directory, file=file, reason=reason)


def backup_file(
    path: Path, *, directory: Path | None = None, file: Path | None = None, reason: str = "manual"
) -> BackupInfo:
    """Copy a SQLite database consistently, also while another process writes. Raises: StorageError."""
    if not path.is_file():
        raise NotFound(what="database", id=str(path))
    target = free_name(file, directory or path.parent / "backups", ".db")
    partial = target.with_name(target.name + ".partial")
    try:
        _copy(path, partial)
        revision = verify_copy(partial)
        manifest = describe(partial, dialect="sqlite", revision=revision, reason=reason)
        return publish(partial, target, manifest)
    finally:
        remove_with_journals(partial)


def dump_postgres(
    url: str, *, directory: Path | None = None, file: Path | None = None, reason: str = "manual"
) -> BackupInfo:
    """Dump a PostgreSQL database with pg_dump. Raises: StorageError if there is no fitting pg_dump."""
    from salon.foundation.storage.postgres_tools import Address, dump, server_facts  # noqa: PLC0415 - optional

    address = Address.parse(url)
    facts = server_facts(url)
    target = free_name(file, directory or default_directory(), ".dump")
    partial = target.with_name(target.name + ".partial")
    try:
        dump(address, partial, server_major=facts.major)
        manifest = describe(partial, dialect="postgresql", revision=facts.revision, reason=reason)
        return publish(partial, target, manifest)
    finally:
        partial.unlink(missing_ok=True)


def default_directory() -> Path:
    """Return where dumps go when nobody says: the data directory's backups, else the user's."""
    base = os.environ.get("SALON_DATA_DIR")
    return Path(base) / "backups" if base else Path.home() / ".local" / "share" / "salon" / "backups"


def _copy(source_path: Path, target_path: Path) -> None:
    source = connect(source_path)
    try:
        target = apsw.Connection(str(target_path))
        try:
            with cast(Any, target.backup("main", cast(Any, source), "main")) as copying:
                while not copying.done:
                    copying.step(PAGES_PER_STEP)
            # A file on its own, not one that expects a journal beside it.
            cast(Connection, target).execute("PRAGMA journal_mode=DELETE")
        finally:
            close_quietly(cast(Connection, target))
    except apsw.Error as error:
        raise translate(error) from error
    finally:
        close_quietly(source)
    target_path.chmod(0o600)

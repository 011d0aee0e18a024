"""Backups: made while the database is in use, checked before they replace anything.

A backup is one file in ``<directory of the database>/backups`` with a manifest beside it. The master key
of the secrets is never in it: after a restore, ``unknown_key_ids`` tells which secrets need another key.

SQLite is copied with its online backup; PostgreSQL needs ``pg_dump`` and ``pg_restore``, not older than
the server. All functions here are synchronous: call them from the command line or in a thread.
"""

import contextlib
import hashlib
import logging
import os
import secrets
import shutil
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Table, column, func, select, table

from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.durable import sync_directory
from salon.foundation.kit.errors import Conflict, NotFound, StorageError
from salon.foundation.kit.version import __version__
from salon.foundation.storage.base import Storage
from salon.foundation.storage.errors import damaged, disk_full, unwritable
from salon.foundation.storage.revision import current_revision, head
from salon.foundation.storage.schema import metadata
from salon.foundation.storage.sqlite_connection import (
    Connection,
    SqliteTransaction,
    close_quietly,
    connect,
    translate,
)
from salon.foundation.storage.statement import statement
from salon.foundation.storage.transaction import Transaction

_log = logging.getLogger(__name__)

LOCK_PATIENCE_S: Final = 60.0
LEAVE_PATIENCE_S: Final = 2.0
"""How long a restore waits for sessions that are just ending."""
PAGES_PER_STEP: Final = 2_000
"""How much of the database is copied at a time; readers and the writer go on in between."""
_STAMP: Final = "%Y%m%dT%H%M%S"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a backup without opening it."""

    format: int = 1
    dialect: str
    version: str
    """The Salon that made it."""
    schema_head: str | None
    sha256: str
    size_bytes: int
    created_at_ms: int
    reason: str


class BackupInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One backup: its file and its manifest."""

    path: Path
    manifest: Manifest


class RestoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did."""

    restored: BackupInfo
    kept: Path | None
    """Where the replaced database was put; None if there was none."""


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``check`` found; ``is_sound`` says whether all is well."""

    integrity: tuple[str, ...]
    """Complaints of the integrity check; empty when there are none."""
    broken_references: tuple[str, ...]
    schema_head: str | None
    expected_head: str | None
    counts: dict[str, int]
    """Rows of each table."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.integrity and not self.broken_references and self.schema_head == self.expected_head


def begin_patiently(connection: Connection) -> None:
    """Take the write lock, waiting for other processes. Raises: StorageError."""
    import apsw  # noqa: PLC0415 - only where its errors are named

    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except apsw.Error as error:
            if not isinstance(error, apsw.BusyError) or time.monotonic() > deadline:
                raise translate(error) from error
        else:
            return


async def back_up(
    storage: Storage, *, directory: Path | None = None, file: Path | None = None, reason: str = "manual"
) -> BackupInfo:
    """Make a backup of an open database while it is in use.

    It goes to ``file`` if given, else under a fresh name to ``directory``, else to the data directory's
    ``backups``. Raises: StorageError, Conflict if ``file`` exists.
    """
    import asyncio  # noqa: PLC0415 - the rest of the module is synchronous

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
    target = _target(file, directory or path.parent / "backups", ".db")
    partial = target.with_name(target.name + ".partial")
    try:
        _copy(path, partial)
        revision = _verify(partial)
        manifest = _manifest(partial, dialect="sqlite", revision=revision, reason=reason)
        return _publish(partial, target, manifest)
    finally:
        _remove_with_journals(partial)


def list_backups(directory: Path) -> list[BackupInfo]:
    """Return the backups in ``directory``, newest first; a file without a readable manifest is left out."""
    found: list[BackupInfo] = []
    for file in directory.glob("*.manifest.json") if directory.is_dir() else ():
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found.append(read_backup(file.with_name(file.name.removesuffix(".manifest.json"))))
    return sorted(found, key=lambda info: (info.manifest.created_at_ms, info.path.name), reverse=True)


def read_backup(path: Path) -> BackupInfo:
    """Return a backup by its file. Raises: OSError, msgspec.MsgspecError for a missing or bad manifest."""
    manifest = path.with_name(path.name + ".manifest.json")
    return BackupInfo(path=path, manifest=msgspec.json.decode(manifest.read_bytes(), type=Manifest))


def verify_backup(info: BackupInfo) -> None:
    """Check a backup against its manifest. Raises: NotFound, StorageError."""
    if not info.path.is_file():
        raise NotFound(what="backup", id=str(info.path))
    if _sha256(info.path) != info.manifest.sha256:
        raise damaged(f"the backup {info.path.name} does not match its manifest")
    known = head()
    if known is not None and info.manifest.schema_head is not None and info.manifest.schema_head > known:
        raise StorageError(
            problem=f"The backup was made by a newer Salon (schema {info.manifest.schema_head}).",
            fix=f"Restore it with Salon {info.manifest.version} or later.",
        )


def restore_file(info: BackupInfo, path: Path) -> RestoreReport:
    """Put a backup in the place of the SQLite database at ``path``; keep what was there beside it.

    Raises: Conflict while any process has the database open; StorageError if the backup is damaged.
    Nothing changes until the copy has passed its integrity check.
    """
    verify_backup(info)
    if info.manifest.dialect != "sqlite":
        raise Conflict(problem="This backup is of a PostgreSQL database.")
    incoming = path.with_name(path.name + ".restoring")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(info.path, incoming)
        incoming.chmod(0o600)
        _verify(incoming)
        _fsync(incoming)
        kept = _put_aside(path)
        incoming.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise _disk_error(error) from error
    finally:
        _remove_with_journals(incoming)
    return RestoreReport(restored=info, kept=kept)


def _put_aside(path: Path) -> Path | None:
    """Rename the database; proves first that nobody has it open."""
    import apsw  # noqa: PLC0415 - only where its errors are named

    if not path.exists():
        return None
    kept = path.with_name(f"{path.name}.replaced-{_now_stamp()}-{secrets.token_hex(2)}")
    try:
        connection = connect(path)
    except StorageError:
        _log.warning("the database that is replaced cannot be opened; it is kept as it is")
    else:
        try:
            # Leaving WAL needs the file alone: it fails while any other connection is open, in any
            # process, and it folds the journal into the file that is kept.
            connection.execute("PRAGMA busy_timeout=200; PRAGMA journal_mode=DELETE").fetchall()
        except (apsw.BusyError, apsw.LockedError) as error:
            raise Conflict(problem="A running Salon has the database open. Stop it, then restore.") from error
        except apsw.Error:
            _log.warning("the database that is replaced is damaged; it is kept as it is")
        finally:
            close_quietly(connection)
    for suffix in ("-wal", "-shm"):
        journal = path.with_name(path.name + suffix)
        if journal.exists():
            journal.rename(kept.with_name(kept.name + suffix))
    path.rename(kept)
    return kept


async def check(storage: Storage) -> CheckReport:
    """Examine the whole database; reads all of it. Raises: StorageError if it cannot be read at all."""
    integrity, broken = (), ()
    if storage.dialect == "sqlite":
        assert storage.path is not None
        import asyncio  # noqa: PLC0415 - the rest of the module is synchronous

        integrity, broken = await asyncio.to_thread(_examine, storage.path)
    revision = await storage.read(current_revision)
    counts = await storage.read(_count_rows)
    return CheckReport(
        integrity=integrity,
        broken_references=broken,
        schema_head=revision,
        expected_head=head(),
        counts=counts,
    )


async def unknown_key_ids(storage: Storage, known: Collection[str]) -> dict[str, int]:
    """Return how many rows of each table are sealed with a key that is not in ``known``.

    Looks at every column that marks itself with ``info={"sealed_key": True}``, as ``sealed_columns`` does.
    """

    def count(tx: Transaction) -> dict[str, int]:
        found: dict[str, int] = {}
        for owner in metadata.sorted_tables:
            for marked in owner.columns:
                if marked.info.get("sealed_key") and _exists(tx, owner):
                    query = select(func.count()).select_from(owner)
                    unknown = query.where(marked.is_not(None), marked.not_in(sorted(known)))
                    row = tx.one(statement(unknown))
                    if row is not None and row[0]:
                        found[owner.name] = found.get(owner.name, 0) + int(row[0])
        return found

    return await storage.read(count)


def _examine(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    import apsw  # noqa: PLC0415 - only where its errors are named

    connection = connect(path, reader=True)
    try:
        lines = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(100)").fetchall()]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except apsw.Error as error:
        return (str(error),), ()
    finally:
        close_quietly(connection)
    return tuple(line for line in lines if line != "ok"), tuple(
        f"{row[0]} row {row[1]} refers to a missing row of {row[2]}" for row in broken
    )


def _exists(tx: Transaction, owner: Table) -> bool:
    if tx.dialect == "sqlite":
        listing, name = table("sqlite_schema", column("name")), "name"
    else:
        listing, name = table("pg_tables", column("tablename")), "tablename"
    return tx.one(statement(select(listing.c[name]).where(listing.c[name] == owner.name))) is not None


def _count_rows(tx: Transaction) -> dict[str, int]:
    counts: dict[str, int] = {}
    for owner in metadata.sorted_tables:
        if _exists(tx, owner):
            row = tx.one(statement(select(func.count()).select_from(owner)))
            counts[owner.name] = 0 if row is None else int(row[0])
    return counts


def _copy(source_path: Path, target_path: Path) -> None:
    import apsw  # noqa: PLC0415 - only where its errors are named

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


def _verify(path: Path) -> str | None:
    """Check a closed copy and return its schema's revision. Raises: StorageError."""
    import apsw  # noqa: PLC0415 - only where its errors are named

    try:
        connection = cast(Connection, apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY))
        try:
            lines = connection.execute("PRAGMA integrity_check(5)").fetchall()
            if lines != [("ok",)]:
                raise damaged(str(lines[0][0]))
            return current_revision(SqliteTransaction(connection))
        finally:
            close_quietly(connection)
    except apsw.Error as error:
        raise translate(error) from error


def _target(file: Path | None, directory: Path, suffix: str) -> Path:
    if file is not None and file.exists():
        raise Conflict(problem=f"The file {file.name} exists already. Choose another name.")
    directory = directory if file is None else file.parent
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _disk_error(error) from error
    if file is not None:
        return file
    stamp = _now_stamp()
    return directory / f"salon-{stamp}-{secrets.token_hex(3)}{suffix}"


def _manifest(path: Path, *, dialect: str, revision: str | None, reason: str) -> Manifest:
    return Manifest(
        dialect=dialect,
        version=__version__,
        schema_head=revision,
        sha256=_sha256(path),
        size_bytes=path.stat().st_size,
        created_at_ms=SystemClock().now_ms(),
        reason=reason,
    )


def _publish(partial: Path, target: Path, manifest: Manifest) -> BackupInfo:
    """Give a finished backup its name; a file with the final name is always whole."""
    try:
        _fsync(partial)
        beside = target.with_name(target.name + ".manifest.json")
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        beside.chmod(0o600)
        # Without its manifest a backup is not found, so a power cut must not leave an empty one.
        _fsync(beside)
        partial.replace(target)
        sync_directory(target.parent)
    except OSError as error:
        raise _disk_error(error) from error
    return BackupInfo(path=target, manifest=manifest)


def _now_stamp() -> str:
    return datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC).strftime(_STAMP)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_with_journals(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _disk_error(error: OSError) -> StorageError:
    import errno  # noqa: PLC0415 - only on failure

    return disk_full() if error.errno in {errno.ENOSPC, errno.EDQUOT} else unwritable(str(error.strerror))


# PostgreSQL


def dump_postgres(
    url: str, *, directory: Path | None = None, file: Path | None = None, reason: str = "manual"
) -> BackupInfo:
    """Dump a PostgreSQL database with pg_dump. Raises: StorageError if there is no fitting pg_dump."""
    from salon.foundation.storage.postgres_tools import Address, dump, server_facts  # noqa: PLC0415 - optional

    address = Address.parse(url)
    facts = server_facts(url)
    target = _target(file, directory or default_directory(), ".dump")
    partial = target.with_name(target.name + ".partial")
    try:
        dump(address, partial, server_major=facts.major)
        manifest = _manifest(partial, dialect="postgresql", revision=facts.revision, reason=reason)
        return _publish(partial, target, manifest)
    finally:
        partial.unlink(missing_ok=True)


def restore_postgres(info: BackupInfo, url: str, *, directory: Path | None = None) -> RestoreReport:
    """Put a dump in the place of the database at ``url``, after dumping what is there.

    Raises: Conflict while other sessions are connected to it; StorageError.
    """
    from salon.foundation.storage.postgres_tools import Address, load, server_facts  # noqa: PLC0415 - optional

    verify_backup(info)
    if info.manifest.dialect != "postgresql":
        raise Conflict(problem="This backup is of a SQLite database.")
    facts = server_facts(url)
    deadline = time.monotonic() + LEAVE_PATIENCE_S
    while facts.other_sessions and time.monotonic() < deadline:
        # The server notices that a client has left a moment after the client does.
        time.sleep(0.1)
        facts = server_facts(url)
    if facts.other_sessions:
        raise Conflict(problem="A running Salon is connected to the database. Stop it, then restore.")
    kept = dump_postgres(url, directory=directory, reason="before restore").path if facts.has_tables else None
    load(Address.parse(url), info.path, server_major=facts.major)
    return RestoreReport(restored=info, kept=kept)


def default_directory() -> Path:
    """Return where dumps go when nobody says: the data directory's backups, else the user's."""
    base = os.environ.get("SALON_DATA_DIR")
    return Path(base) / "backups" if base else Path.home() / ".local" / "share" / "salon" / "backups"

"""Putting a backup in the place of a database that nobody has open."""

import logging
import secrets
import shutil
import time
from pathlib import Path
from typing import Final

import apsw
import msgspec

from salon.foundation.kit.durable import sync_directory
from salon.foundation.kit.errors import Conflict, StorageError
from salon.foundation.storage.backup.archive import (
    BackupInfo,
    disk_error,
    now_stamp,
    sync_file,
    verify_backup,
)
from salon.foundation.storage.backup.making import dump_postgres
from salon.foundation.storage.backup.sqlite_copy import remove_with_journals, verify_copy
from salon.foundation.storage.errors import damaged
from salon.foundation.storage.sqlite_connection import close_quietly, connect

_log = logging.getLogger(__name__)

LEAVE_PATIENCE_S: Final = 2.0
"""How long a restore waits for sessions that are just ending."""


class RestoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did."""

    restored: BackupInfo
    kept: Path | None
    """Where the replaced database was put; None if there was none."""


def restore_file(info: BackupInfo, path: Path) -> RestoreReport:
    """Put a backup in the place of the SQLite database at ``path``; keep what was there beside it.

    Raises: Conflict while any process has the database open; StorageError if the backup is damaged, or was
    changed by another program.
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
        if verify_copy(incoming) != info.manifest.schema_head:
            raise damaged(f"the backup {info.path.name} has another schema than its manifest says")
        sync_file(incoming)
        kept = _put_aside(path)
        incoming.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise disk_error(error) from error
    finally:
        remove_with_journals(incoming)
    return RestoreReport(restored=info, kept=kept)


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


def _put_aside(path: Path) -> Path | None:
    """Rename the database; proves first that nobody has it open."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.name}.replaced-{now_stamp()}-{secrets.token_hex(2)}")
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

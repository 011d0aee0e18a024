"""A copy of a SQLite database that nobody else has open: its check, and its end."""

from pathlib import Path
from typing import cast

import apsw

from salon.foundation.storage.errors import damaged
from salon.foundation.storage.revision import current_revision
from salon.foundation.storage.sqlite_connection import Connection, SqliteTransaction, close_quietly, translate


def verify_copy(path: Path) -> str | None:
    """Check a closed copy and return its schema's revision. Raises: StorageError."""
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


def remove_with_journals(path: Path) -> None:
    """Remove a file, and whatever SQLite left beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

"""A copy of a SQLite database that nobody else has open: its check, and its end."""

from pathlib import Path
from typing import Final, cast

import apsw

from salon.foundation.kit.errors import StorageError
from salon.foundation.kit.terminal import one_line
from salon.foundation.storage.errors import damaged
from salon.foundation.storage.revision import current_revision
from salon.foundation.storage.sqlite_connection import Connection, SqliteTransaction, close_quietly, translate

_PROGRAMS: Final = "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') LIMIT 1"


def verify_copy(path: Path) -> str | None:
    """Check a closed copy and return its schema's revision.

    A copy may be by anyone. Triggers and views would run with what is written and read from then on, and
    Salon makes none: a copy that holds one is refused. Raises: StorageError.
    """
    try:
        connection = cast(Connection, apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY))
        try:
            connection.execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON").fetchall()
            program = connection.execute(_PROGRAMS).fetchall()
            if program:
                raise _not_ours(*map(str, program[0]))
            lines = connection.execute("PRAGMA integrity_check(5)").fetchall()
            if lines != [("ok",)]:
                raise damaged(str(lines[0][0]))
            return current_revision(SqliteTransaction(connection))
        finally:
            close_quietly(connection)
    except apsw.Error as error:
        raise translate(error) from error


def _not_ours(kind: str, name: str) -> StorageError:
    return StorageError(
        problem=f"The backup holds the {kind} “{one_line(name[:80])}”, which Salon never makes.",
        fix="It would run with all that is written. Drop it where it was made, and back up again.",
    )


def remove_with_journals(path: Path) -> None:
    """Remove a file, and whatever SQLite left beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

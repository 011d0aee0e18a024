"""The little of Python's database interface that SQLAlchemy needs to run migrations on apsw.

Two copies of SQLite must never open one file in one process: closing either drops the other's locks.
So Alembic runs on the connection the house has open, and not on the standard library's SQLite.
``commit`` and ``rollback`` do nothing: the migration's transaction is begun and ended by its runner.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

import apsw

from salon.foundation.storage.sqlite_connection import Connection as ApswConnection
from salon.foundation.storage.statement import Row

apilevel: Final = "2.0"
threadsafety: Final = 1
paramstyle: Final = "qmark"
sqlite_version: Final = apsw.sqlite_lib_version()
sqlite_version_info: Final = tuple(int(part) for part in sqlite_version.split("."))
PARSE_DECLTYPES: Final = 1
PARSE_COLNAMES: Final = 2
Binary = bytes
Error = apsw.Error
DatabaseError = apsw.Error
InterfaceError = apsw.Error
DataError = apsw.Error
OperationalError = apsw.SQLError
IntegrityError = apsw.ConstraintError
InternalError = apsw.InternalError
ProgrammingError = apsw.BindingsError
NotSupportedError = apsw.Error


class Cursor:
    """Runs one statement and keeps its rows."""

    arraysize = 1
    lastrowid: int | None = None

    def __init__(self, connection: ApswConnection) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount = -1

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement."""
        cursor = cast(Any, self._connection).cursor()
        described: list[tuple[Any, ...]] = []

        def look(running: Any, _sql: str, _parameters: Any) -> bool:
            # A query without rows is over before execute returns; its columns are known only here.
            columns = running.get_description()
            described[:] = [(name, kind, None, None, None, None, None) for name, kind in columns]
            return True

        cursor.exec_trace = look
        cursor.execute(sql, tuple(parameters))
        self._rows = cursor.fetchall()
        self.description = described or None
        self.rowcount = self._connection.changes()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of parameters."""
        for row in rows:
            self.execute(sql, row)

    def fetchone(self) -> Row | None:
        """Return the next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Row]:
        """Return the next rows."""
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[Row]:
        """Return the rows that are left."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Forget the rows."""
        self._rows = []


class Connection:
    """Wraps the open connection; ends nothing."""

    def __init__(self, connection: ApswConnection) -> None:
        self._connection = connection
        self.isolation_level: str | None = None

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        return Cursor(self._connection)

    def create_function(self, *_arguments: Any, **_options: Any) -> None:
        """Ignore SQLAlchemy's regular-expression function; no statement of ours uses it."""

    def commit(self) -> None:
        """Leave the transaction to its owner."""

    def rollback(self) -> None:
        """Leave the transaction to its owner."""

    def close(self) -> None:
        """Leave the connection to its owner."""


def connect(*_arguments: Any, **_options: Any) -> Connection:
    """Refuse: connections are handed in. Raises: apsw.MisuseError."""
    raise apsw.MisuseError("migrations run on the connection that is open")

"""One connection to SQLite: how it is opened, what its errors mean, and a transaction on it."""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, cast

import apsw

from salon.foundation.storage.errors import busy, damaged, disk_full, from_constraint, refused, unwritable
from salon.foundation.storage.statement import DialectName, Row, Statement

_log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS: Final = 5_000
OPEN_PATIENCE_S: Final = 30.0
LOCK_PATIENCE_S: Final = 60.0
"""How long a write waits for another process (a backup, VACUUM) before it is refused."""

_FLAGS: Final = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX
"""Without a lock of its own, which each bound value would take: a connection never meets two threads."""


class Cursor(Protocol):
    """What is used of apsw's cursor, with types a checker can follow."""

    def fetchall(self) -> list[Row]:
        """Return the rows that are left."""
        ...


class Connection(Protocol):
    """What is used of apsw's connection, with types a checker can follow."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    def execute(self, statements: str, bindings: Any = None, *, can_cache: bool = True) -> Cursor:
        """Run statements."""
        ...

    def changes(self) -> int:
        """Return how many rows the last statement changed."""
        ...

    def backup(self, databasename: str, sourceconnection: Any, sourcedatabasename: str) -> Any:
        """Start an online backup into this connection."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class SqliteTransaction:
    """Runs statements on one connection; see ``Transaction`` for the contract."""

    __slots__ = ("_changes", "_connection", "_execute", "hooks")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._changes = connection.changes
        self.hooks: list[Callable[[], None]] = []

    @property
    def dialect(self) -> DialectName:
        """The database underneath."""
        return "sqlite"

    def run(self, stmt: Statement, /, **params: Any) -> int:
        """Run a statement and return how many rows it changed."""
        sql, values = stmt.sqlite.bind(params)
        try:
            self._execute(sql, values)
        except apsw.Error as error:
            raise translate(error) from error
        return self._changes()

    def all(self, stmt: Statement, /, **params: Any) -> list[Row]:
        """Return all rows of a query."""
        form = stmt.sqlite
        sql, values = form.bind(params)
        try:
            rows = self._execute(sql, values).fetchall()
        except apsw.Error as error:
            raise translate(error) from error
        return [_with_booleans(row, form.booleans) for row in rows] if form.booleans else rows

    def one(self, stmt: Statement, /, **params: Any) -> Row | None:
        """Return the first row of a query, or None."""
        rows = self.all(stmt, **params)
        return rows[0] if rows else None

    def many(self, stmt: Statement, rows: Sequence[Mapping[str, Any]] | Sequence[Row], /) -> None:
        """Run a statement once per row; an insert goes in large chunks."""
        if not rows:
            return
        form = stmt.sqlite
        try:
            if form.chunks:
                self._insert_chunks(form.chunks, form.flatten(rows), width=form.width)
                return
            bound = [form.bind(dict(cast("Mapping[str, Any]", row))) for row in rows]
            for sql, values in bound:
                self._execute(sql, values)
        except apsw.Error as error:
            raise translate(error) from error

    def _insert_chunks(self, chunks: tuple[tuple[int, str], ...], values: list[Any], *, width: int) -> None:
        start, total = 0, len(values)
        for size, sql in chunks:
            step = size * width
            while total - start >= step:
                self._execute(sql, values[start : start + step])
                start += step

    def take_turn(self, _key: str, /) -> None:
        """Do nothing: there is one writer."""

    def after_commit(self, fn: Callable[[], None], /) -> None:
        """Call ``fn`` on the event loop once this transaction is committed."""
        self.hooks.append(fn)


def _with_booleans(row: Row, places: tuple[int, ...]) -> Row:
    values = list(row)
    for place in places:
        if values[place] is not None:
            values[place] = bool(values[place])
    return tuple(values)


def count_no_memory() -> None:
    """Have SQLite keep no account of its memory: else every allocation takes a lock of the whole process.

    For a process of our own, before its first connection: SQLite must not be in use.
    """
    apsw.shutdown()
    apsw.config(apsw.SQLITE_CONFIG_MEMSTATUS, False)
    apsw.initialize()


def connect(path: Path, *, reader: bool = False) -> Connection:
    """Open one connection with the house's settings, for one thread at a time. Raises: StorageError."""
    try:
        opened = apsw.Connection(str(path), flags=_FLAGS, statementcachesize=400)
    except apsw.Error as error:
        raise translate(error) from error
    connection = cast(Connection, opened)
    try:
        opened.set_busy_timeout(BUSY_TIMEOUT_MS)
        _log_ahead(connection)
        connection.execute(
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
            # Deleted means gone: its bytes are overwritten, not only unlinked.
            "PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;"
        ).fetchall()  # some of them answer, and what follows an answer only runs once it is fetched
        # Nothing is mapped: large pages of the system's cache would count as memory of each connection that
        # touched a few bytes of them, the whole file with four readers, and reads take no less time so.
        connection.execute(
            "PRAGMA cache_size=-4000; PRAGMA query_only=ON" if reader else "PRAGMA cache_size=-20000"
        )
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except apsw.Error as error:
        close_quietly(connection)
        raise translate(error) from error
    return connection


def close_quietly(connection: Connection) -> None:
    """Close a connection whose disk may fail: what was acknowledged is on it, the rest waits for a start."""
    try:
        connection.close()
    except apsw.Error as error:
        _log.warning("the database could not be closed well: %s", error)


def roll_back(connection: Connection) -> None:
    """End a transaction if one is open, also when the disk fails in that moment."""
    with contextlib.suppress(apsw.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def sync_commits(connection: Connection, *, wanted: bool) -> None:
    """Have each commit wait for the disk, or leave that to the next one that does; outside a transaction."""
    # Not from the cache: SQLite does this when it reads the statement, and nothing when it runs it.
    level = "PRAGMA synchronous=FULL" if wanted else "PRAGMA synchronous=NORMAL"
    connection.execute(level, can_cache=False)


def begin_patiently(connection: Connection) -> None:
    """Take the write lock, waiting for other processes. Raises: StorageError."""
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except apsw.Error as error:
            if not isinstance(error, apsw.BusyError) or time.monotonic() > deadline:
                raise translate(error) from error
        else:
            return


def _log_ahead(connection: Connection) -> None:
    """Switch to the write-ahead log."""
    deadline = time.monotonic() + OPEN_PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except apsw.BusyError:  # SQLite itself does not wait here: two who open a new file would both fail
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


_MEANINGS: Final[tuple[tuple[tuple[type[apsw.Error], ...], Callable[[str], Exception]], ...]] = (
    ((apsw.ConstraintError,), from_constraint),
    ((apsw.FullError,), disk_full),
    ((apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError, apsw.AuthError), unwritable),
    ((apsw.CorruptError, apsw.NotADBError, apsw.FormatError), damaged),
    ((apsw.BusyError, apsw.LockedError), busy),
    ((apsw.IOError, apsw.NoMemError, apsw.InterruptError), refused),
)


def translate(error: apsw.Error) -> Exception:
    """Return ``error`` in the house's words; a mistake in our own SQL stays what it is."""
    for kinds, meaning in _MEANINGS:
        if isinstance(error, kinds):
            return meaning(str(error))
    return error

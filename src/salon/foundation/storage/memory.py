"""A database in memory alone: nothing of it is ever in a file, and with ``close`` it is gone.

It is one connection, used by one thread that many such databases may share, so that reads wait for writes
and neither for a disk. What sorting or an index needs besides stays in memory too. The schema is that of
a new file, which ``open`` makes.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any, Final, TypeVar, cast

import apsw

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage.migrations import fresh
from salon.foundation.storage.sqlite_connection import (
    Connection,
    SqliteTransaction,
    close_quietly,
    roll_back,
    translate,
)
from salon.foundation.storage.statement import DialectName
from salon.foundation.storage.transaction import Transaction

T = TypeVar("T")
_log = logging.getLogger(__name__)

_PAGE_BYTES: Final = 1024
"""Small, because most tables of such a database stay empty and each takes a page for itself."""
_SETTINGS: Final = (
    f"PRAGMA page_size={_PAGE_BYTES}; PRAGMA journal_mode=MEMORY; PRAGMA temp_store=MEMORY;"
    "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON;"
)


class MemoryStorage:
    """A database that is lost when it is closed. ``open`` it once, on the loop that hooks are called on."""

    dialect: DialectName = "sqlite"
    path: None = None
    url: str | None = None

    def __init__(self, thread: Executor, *, gone: Callable[[], Exception]) -> None:
        """``thread`` has one thread; ``gone`` is raised by whatever is asked after the end."""
        self.size_bytes = 0
        """How much it held when it was last written."""
        self._thread = thread
        self._gone = gone
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened: Connection | None = None

    async def open(self) -> None:
        """Make the database and its tables. Raises: StorageError."""
        self._loop = asyncio.get_running_loop()
        await self._loop.run_in_executor(self._thread, self._open)

    async def write(self, fn: Callable[[Transaction], T], *, outlives_power: bool = True) -> T:
        """Run ``fn`` in a write transaction and return its result after COMMIT; no write outlives power."""
        del outlives_power
        # A caller that goes away does not take the write back.
        return await asyncio.shield(asyncio.wrap_future(self.submit(fn)))

    def submit(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Queue ``fn`` like ``write``, from any thread; the future is done after COMMIT."""
        return self._thread.submit(self._write, fn)

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` between two writes; what it would write is not kept."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, fn)

    async def create_all(self) -> None:
        """Do nothing: ``open`` has made the tables."""

    async def vacuum(self) -> None:
        """Do nothing: its memory is given back when it ends."""

    async def forget_deleted(self, table: str) -> None:
        """Do nothing: there is no file, and what was deleted is overwritten."""
        del table

    async def alone(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` on the raw connection, outside any transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: fn(self._connection()))

    async def close(self) -> None:
        """Do what is queued, then let everything go."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)

    # -- in the thread ----------------------------------------------------------------------------
    def _open(self) -> None:
        connection = cast(Connection, apsw.Connection(":memory:", statementcachesize=200))
        connection.execute(_SETTINGS).fetchall()
        if not fresh.create(connection):
            close_quietly(connection)
            raise StorageError(
                problem="The script that makes the tables is of another release.",
                fix="Install Salon anew.",
            )
        self._opened = connection
        self._measure(connection)

    def _close(self) -> None:
        connection, self._opened = self._opened, None
        if connection is not None:
            close_quietly(connection)

    def _connection(self) -> Connection:
        if self._opened is None:
            raise self._gone()
        return self._opened

    def _write(self, fn: Callable[[Transaction], T]) -> T:
        connection = self._connection()
        transaction = SqliteTransaction(connection)
        try:
            connection.execute("BEGIN IMMEDIATE")
            result = fn(transaction)
            connection.execute("COMMIT")
        except apsw.Error as error:
            raise translate(error) from error
        finally:
            roll_back(connection)
        self._measure(connection)
        if transaction.hooks and self._loop is not None:
            # Before the result is handed over, so that whoever waits for it finds them called.
            self._loop.call_soon_threadsafe(_call, transaction.hooks)
        return result

    def _read(self, fn: Callable[[Transaction], T]) -> T:
        connection = self._connection()
        try:
            connection.execute("BEGIN")
        except apsw.Error as error:
            raise translate(error) from error
        try:
            return fn(SqliteTransaction(connection))
        finally:
            roll_back(connection)

    def _measure(self, connection: Connection) -> None:
        pages: Any = connection.execute("PRAGMA page_count").fetchall()[0][0]
        free: Any = connection.execute("PRAGMA freelist_count").fetchall()[0][0]
        self.size_bytes = (int(pages) - int(free)) * _PAGE_BYTES


def _call(hooks: Sequence[Callable[[], None]]) -> None:
    for hook in hooks:
        try:
            hook()
        except Exception:  # noqa: BLE001 - one hook must not keep the others from running
            _log.exception("a hook after commit failed")

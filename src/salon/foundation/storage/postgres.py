"""PostgreSQL: psycopg in a bounded number of threads, one connection each.

A write runs in REPEATABLE READ and starts again after a conflict. Rows that every writer touches (the
number of the next event, the end of an audit chain) would conflict each time, so they have a turn: the
first attempt tries for it without waiting; if it is taken, or the snapshot is older than the last turn,
the next attempt waits for the turn before its snapshot is made, and then cannot conflict on it.
"""

import asyncio
import contextlib
import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, LiteralString, TypeVar, cast

from salon.foundation.kit.errors import SalonError, StorageError
from salon.foundation.storage.errors import TurnNeeded, busy, unreachable
from salon.foundation.storage.postgres_connection import PostgresTransaction, connect, translate, turn_number
from salon.foundation.storage.statement import DialectName, Row
from salon.foundation.storage.transaction import Transaction

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
_log = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 20
RECONNECT_PATIENCE_S: Final = 5.0
_CONFLICTS: Final = frozenset({"40001", "40P01"})
_DUPLICATE: Final = "23505"


class PostgresStorage:
    """The database of one Salon on a PostgreSQL server."""

    dialect: DialectName = "postgresql"
    path: Path | None = None

    def __init__(self, url: str, *, pool_size: int, loop: asyncio.AbstractEventLoop) -> None:
        self.url: str = url
        self._loop = loop
        self._pool = ThreadPoolExecutor(pool_size, "salon-postgres")
        self._local = threading.local()
        self._connections: list[psycopg.Connection[Row]] = []
        self._closed = False
        self._is_cut = False

    async def open(self) -> None:
        """Check that the server answers. Raises: StorageError."""
        await self._on_thread(lambda: self._run(_ping, read_only=True))

    async def write(self, fn: Callable[[Transaction], T], *, outlives_power: bool = True) -> T:
        """Run ``fn`` in a write transaction and return its result after COMMIT.

        All of them are synced: unsynced ones would not outlive an end of the server's process either.
        """
        del outlives_power
        # Shielded: a caller that goes away does not take the write back, queued or not.
        return await asyncio.shield(self._on_thread(lambda: self._run(fn, read_only=False)))

    def submit(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Queue ``fn`` like ``write``, from any thread; the future is done after COMMIT."""
        self._check_open()
        return self._pool.submit(lambda: self._run(fn, read_only=False))

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` in a read-only snapshot."""
        return await self._on_thread(lambda: self._run(fn, read_only=True))

    async def create_all(self) -> None:
        """Create the tables of the imported metadata that do not exist."""
        from salon.foundation.storage.creation import create_statements  # noqa: PLC0415 - rarely needed

        statements = create_statements("postgresql")

        def create(connection: "psycopg.Connection[Row]") -> None:
            connection.execute("SELECT pg_advisory_lock(%s)", (turn_number("create_all"),))
            try:
                for sql in statements:
                    connection.execute(cast(LiteralString, sql))
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", (turn_number("create_all"),))

        await self.alone(create)

    async def vacuum(self) -> None:
        """Refresh the planner's statistics; autovacuum does the rest."""
        await self.alone(lambda connection: connection.execute("ANALYZE"))

    async def forget_deleted(self, table: str) -> None:
        """Vacuum ``table``: its room is used again; until then the bytes are in the file, unreachable."""
        await self.alone(lambda connection: connection.execute(f'VACUUM "{table}"'.encode()))

    async def alone(self, fn: "Callable[[psycopg.Connection[Row]], T]") -> T:
        """Run ``fn`` on a raw connection in autocommit, outside any transaction."""

        def call() -> T:
            connection = self._connection()
            with _Translated():
                return fn(connection)

        return await self._on_thread(call)

    async def close(self, *, patience_s: float | None = None) -> None:
        """Finish what is queued, then close every connection.

        With ``patience_s``, what is not done by then fails: for a server that does not answer.
        """
        if self._closed:
            return
        self._closed = True
        ending = asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)
        await asyncio.wait((ending,), timeout=patience_s)
        if not ending.done():
            self._cut()
            await asyncio.wait((ending,), timeout=patience_s)
        if ending.done():
            for connection in self._connections:
                connection.close()

    def _cut(self) -> None:
        """Have every thread that waits for the server find its connection closed."""
        self._is_cut = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for connection in tuple(self._connections):
            # The thread owns the connection; only its socket may be touched from here.
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
                wire.shutdown(socket.SHUT_RDWR)

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError(problem="The database is closed.", fix="Salon is stopping; start it again.")

    async def _on_thread(self, call: Callable[[], T]) -> T:
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    # Worker threads

    def _connection(self) -> "psycopg.Connection[Row]":
        connection = cast("psycopg.Connection[Row] | None", getattr(self._local, "connection", None))
        if connection is not None and not connection.closed and not connection.broken:
            return connection
        if connection is not None:
            self._local.connection = None  # first: the next attempt may find no server either
            self._connections.remove(connection)
        if self._is_cut:
            raise unreachable("it did not answer until the end")
        with _Translated():
            connection = connect(self.url)
        self._local.connection = connection
        self._connections.append(connection)
        return connection

    def _run(self, fn: Callable[[Transaction], T], *, read_only: bool) -> T:
        turns: frozenset[str] = frozenset()
        retry_until = time.monotonic() + RECONNECT_PATIENCE_S
        for attempt in range(MAX_ATTEMPTS):
            connection = self._connection()
            try:
                return self._attempt(connection, fn, turns, read_only=read_only)
            except _Again as again:
                turns |= again.turns
                _pause(attempt, waits=not again.turns)
            except _Lost as lost:
                # The connection was dead before anything was committed: once more on a new one.
                if time.monotonic() > retry_until:
                    raise unreachable(lost.detail) from lost
                _pause(attempt, waits=True)
        raise busy()

    def _attempt(
        self,
        connection: "psycopg.Connection[Row]",
        fn: Callable[[Transaction], T],
        turns: frozenset[str],
        *,
        read_only: bool,
    ) -> T:
        transaction = PostgresTransaction(connection, turns)
        committing = False
        try:
            _take_turns(connection, turns)
            connection.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                if read_only
                else "BEGIN ISOLATION LEVEL REPEATABLE READ"
            )
            result = fn(transaction)
            committing = True
            connection.execute("COMMIT")
        except BaseException as error:
            _abandon(connection, turns)
            raise _classify(error, transaction, turns, committing=committing) from error
        _give_turns_back(connection, turns)
        if transaction.hooks:
            self._announce(transaction.hooks)
        return result

    def _announce(self, hooks: list[Callable[[], None]]) -> None:
        try:
            self._loop.call_soon_threadsafe(_run_hooks, hooks)
        except RuntimeError:
            _log.debug("the event loop is closed; nobody is left to tell")


class _Again(Exception):
    """Start the transaction again, holding these turns."""

    def __init__(self, turns: frozenset[str]) -> None:
        self.turns = turns
        super().__init__()


class _Lost(Exception):
    """The connection died before COMMIT was sent."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


class _Translated:
    """Translates the driver's errors that leave its block."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None and not isinstance(error, SalonError):
            translated = translate(error)
            if translated is not error:
                raise translated from error


def _classify(
    error: BaseException, transaction: PostgresTransaction, held: frozenset[str], *, committing: bool
) -> BaseException:
    import psycopg  # noqa: PLC0415 - an optional extra

    if isinstance(error, TurnNeeded):
        return _Again(transaction.turns | {error.key})
    if isinstance(error, psycopg.Error):
        if error.sqlstate in _CONFLICTS:
            return _Again(transaction.turns)
        if error.sqlstate == _DUPLICATE and transaction.turns != held:
            # A turn that was free at once may have been given back after our snapshot was made; then
            # what it guards was read too old, and the number computed from it is taken.
            return _Again(transaction.turns)
        lost = isinstance(error, psycopg.OperationalError) and (error.sqlstate or "57")[:2] in {"08", "57"}
        if lost and error.sqlstate != "57014" and not committing:
            return _Lost(str(error).strip().splitlines()[0] if str(error).strip() else "connection lost")
    return translate(error)


def _take_turns(connection: "psycopg.Connection[Row]", turns: frozenset[str]) -> None:
    # In one order for everyone, so that two waiters cannot wait for each other.
    for number in sorted(turn_number(key) for key in turns):
        connection.execute("SELECT pg_advisory_lock(%s)", (number,))


def _give_turns_back(connection: "psycopg.Connection[Row]", turns: frozenset[str]) -> None:
    if turns:
        connection.execute("SELECT pg_advisory_unlock_all()")


def _abandon(connection: "psycopg.Connection[Row]", turns: frozenset[str]) -> None:
    import psycopg  # noqa: PLC0415 - an optional extra

    try:
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.execute("ROLLBACK")
        _give_turns_back(connection, turns)
    except psycopg.Error:
        connection.close()


def _ping(transaction: Transaction) -> None:
    return None


def _pause(attempt: int, *, waits: bool) -> None:
    if waits:
        time.sleep(random.uniform(0, min(0.25, 0.002 * 2**attempt)))  # noqa: S311 - jitter


def _run_hooks(hooks: list[Callable[[], None]]) -> None:
    for hook in hooks:
        try:
            hook()
        except Exception:  # noqa: BLE001 - one hook must not keep the others from running
            _log.exception("a hook after commit failed")

"""PostgreSQL: psycopg in a bounded number of threads, one connection each.

A write runs in REPEATABLE READ and starts again after a conflict. Rows that every writer touches (the
number of the next event, the end of an audit chain) would conflict each time, so they have a turn: the
first attempt tries for it without waiting; if it is taken, or the snapshot is older than the last turn,
the next attempt waits for the turn before its snapshot is made, and then cannot conflict on it.
"""

import asyncio
import hashlib
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeVar, cast

from salon.foundation.kit.errors import SalonError, StorageError
from salon.foundation.storage.errors import (
    TurnNeeded,
    busy,
    damaged,
    disk_full,
    from_constraint,
    refused,
    unreachable,
    unwritable,
)
from salon.foundation.storage.statement import Compiled, DialectName, Row, Statement
from salon.foundation.storage.transaction import Transaction

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
_log = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 20
CONNECT_TIMEOUT_S: Final = 5
RECONNECT_PATIENCE_S: Final = 5.0
STATEMENT_TIMEOUT_MS: Final = 30_000
LOCK_TIMEOUT_MS: Final = 15_000
_CONFLICTS: Final = frozenset({"40001", "40P01"})
_DUPLICATE: Final = "23505"


class PostgresTransaction:
    """Runs statements on one connection; see ``Transaction`` for the contract."""

    __slots__ = ("_connection", "_turns", "hooks")

    def __init__(self, connection: "psycopg.Connection[Row]", turns: frozenset[str] = frozenset()) -> None:
        self._connection = connection
        self._turns = turns
        """Keys whose turn this attempt holds already."""
        self.hooks: list[Callable[[], None]] = []

    @property
    def dialect(self) -> DialectName:
        """The database underneath."""
        return "postgresql"

    def _execute(self, stmt: Statement, params: dict[str, Any]) -> "psycopg.Cursor[Row]":
        sql, values = stmt.postgresql.bind(params)
        # Our SQL is compiled from Core constructs; the driver's literal-string type cannot know that.
        return self._connection.execute(cast(LiteralString, sql), values)

    def run(self, stmt: Statement, /, **params: Any) -> int:
        """Run a statement and return how many rows it changed."""
        return self._execute(stmt, params).rowcount

    def all(self, stmt: Statement, /, **params: Any) -> list[Row]:
        """Return all rows of a query."""
        return self._execute(stmt, params).fetchall()

    def one(self, stmt: Statement, /, **params: Any) -> Row | None:
        """Return the first row of a query, or None."""
        return self._execute(stmt, params).fetchone()

    def many(self, stmt: Statement, rows: Sequence[Mapping[str, Any]] | Sequence[Row], /) -> None:
        """Run a statement once per row, in one pipeline."""
        if not rows:
            return
        form = stmt.postgresql
        bound = [form.bind(_named(form, stmt, row)) for row in rows]
        with self._connection.cursor() as cursor:
            if len({sql for sql, _ in bound}) == 1:
                cursor.executemany(cast(LiteralString, bound[0][0]), [values for _, values in bound])
                return
            for sql, values in bound:
                cursor.execute(cast(LiteralString, sql), values)

    def take_turn(self, key: str, /) -> None:
        """Make this the only transaction with ``key`` until it ends."""
        if key in self._turns:
            return
        got = self._connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (turn_number(key),)).fetchone()
        if got is None or not got[0]:
            raise TurnNeeded(key)
        self._turns |= {key}

    @property
    def turns(self) -> frozenset[str]:
        """The keys this transaction took the turn of."""
        return self._turns

    def after_commit(self, fn: Callable[[], None], /) -> None:
        """Call ``fn`` on the event loop once this transaction is committed."""
        self.hooks.append(fn)


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

    async def open(self) -> None:
        """Check that the server answers. Raises: StorageError."""
        await self._on_thread(lambda: self._run(_ping, read_only=True))

    async def write(self, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` in a write transaction and return its result after COMMIT."""
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

    async def alone(self, fn: "Callable[[psycopg.Connection[Row]], T]") -> T:
        """Run ``fn`` on a raw connection in autocommit, outside any transaction."""

        def call() -> T:
            connection = self._connection()
            with _Translated():
                return fn(connection)

        return await self._on_thread(call)

    async def close(self) -> None:
        """Finish what is queued, then close every connection."""
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown, wait=True)
        for connection in self._connections:
            connection.close()

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


_MEANINGS: Final[tuple[tuple[tuple[str, ...], Callable[[str], Exception]], ...]] = (
    (("23",), from_constraint),
    (("53100",), disk_full),
    (("25006", "42501"), unwritable),
    (("XX001", "XX002"), damaged),
    (("55P03", "57014", "40001", "40P01"), busy),
)


def turn_number(key: str) -> int:
    """Return the 64-bit number of a turn's lock."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def connect(url: str) -> "psycopg.Connection[Row]":
    """Open one connection in autocommit; transactions are begun by hand."""
    import psycopg  # noqa: PLC0415 - an optional extra

    return psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name="salon",
        options=(
            f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS}"
            " -c client_min_messages=warning -c timezone=UTC"
        ),
    )


def translate(error: BaseException) -> BaseException:
    """Return ``error`` in the house's words; a mistake in our own SQL stays what it is."""
    import psycopg  # noqa: PLC0415 - an optional extra

    if not isinstance(error, psycopg.Error):
        return error
    state = error.sqlstate or ""
    detail = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    for states, meaning in _MEANINGS:
        if state.startswith(states):
            return meaning(detail)
    if isinstance(error, psycopg.OperationalError):
        gone = not state or state.startswith(("08", "57", "53"))
        return unreachable(_without_address(detail)) if gone else refused(detail)
    return error


def _without_address(detail: str) -> str:
    """Keep the driver's reason and drop what it repeats of the address, which may hold names."""
    return detail.rsplit("failed:", 1)[-1].strip() or detail


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


def _named(form: Compiled, stmt: Statement, row: Mapping[str, Any] | Row) -> dict[str, Any]:
    if isinstance(row, tuple):
        names = [column.key for column in cast(Any, stmt.construct).table.columns]
        return dict(zip(names, row, strict=True))
    return dict(row)


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

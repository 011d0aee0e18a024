"""SQLite: one writer thread with group commit, and a few reader threads.

The writer takes everything that is queued, runs it in one transaction (each function in its own
SAVEPOINT, so that a failing one spoils nothing), commits once, and wakes the event loop once. A commit
costs an fsync whoever pays it; under load many writes share it and an idle writer waits for nobody. A batch
in which nothing has to outlive a power cut is committed without one; the next sync takes it along.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import apsw

from salon.foundation.kit.errors import Overloaded, StorageError
from salon.foundation.storage.errors import damaged
from salon.foundation.storage.sqlite_connection import (
    BUSY_TIMEOUT_MS,
    LOCK_PATIENCE_S,
    Connection,
    SqliteTransaction,
    begin_patiently,
    close_quietly,
    connect,
    roll_back,
    sync_commits,
    translate,
)
from salon.foundation.storage.statement import DialectName
from salon.foundation.storage.transaction import Transaction

T = TypeVar("T")
_log = logging.getLogger(__name__)

MAX_QUEUED: Final = 100_000
MAX_BATCH: Final = 2_000
CLOSE_TIMEOUT_S: Final = 30.0

_LOG_PATIENCE_MS: Final = 100
"""How long the writer waits for readers to let go of the log."""


class _Job:
    """One queued function and where its result goes."""

    __slots__ = ("alone", "error", "fn", "future", "is_synced", "loop", "result")

    def __init__(self, fn: Callable[[Any], Any], future: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        self.fn = fn
        self.future = future
        self.loop = loop
        self.alone = False
        """Run outside any transaction, on the raw connection."""
        self.is_synced = True
        """Outlives a power cut once it is done."""
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Hand the outcome over; on the loop's thread if there is a loop."""
        future = self.future
        # A caller that went away has cancelled its future; the write stands all the same.
        gone = future.cancelled() if self.loop is not None else not future.set_running_or_notify_cancel()
        if gone:
            return
        if self.error is None:
            future.set_result(self.result)
        else:
            future.set_exception(self.error)


class SqliteStorage:
    """The database of one Salon in one SQLite file."""

    dialect: DialectName = "sqlite"
    url: str | None = None

    def __init__(self, path: Path, *, readers: int, loop: asyncio.AbstractEventLoop) -> None:
        self.path: Path = path
        self._loop = loop
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._opened: Future[None] = Future()
        self._writer = threading.Thread(target=self._write_forever, name="salon-sqlite-writer", daemon=True)
        self._readers = ThreadPoolExecutor(readers, "salon-sqlite-reader")
        self._local = threading.local()
        self._reader_connections: list[Connection] = []
        self._syncs = True
        """Whether the writer's connection syncs each commit, as it does once it is opened."""
        self.commits = 0
        """How many group commits were made; for metrics."""
        self.writes = 0
        """How many functions those commits held."""

    async def open(self) -> None:
        """Start the writer and wait until the file is open. Raises: StorageError."""
        self._writer.start()
        await asyncio.wait_for(asyncio.wrap_future(self._opened), LOCK_PATIENCE_S)

    # Callers' side

    async def write(self, fn: Callable[[Transaction], T], *, outlives_power: bool = True) -> T:
        """Run ``fn`` in a write transaction and return its result after COMMIT."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        job = _Job(fn, future, loop)
        job.is_synced = outlives_power
        self._put(job)
        return await future

    def submit(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Queue ``fn`` like ``write``, from any thread; the future is done after COMMIT."""
        future: Future[T] = Future()
        self._put(_Job(fn, future, None))
        return future

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` on a reader: one consistent snapshot, no writes."""
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, fn)

    async def create_all(self) -> None:
        """Create the tables of the imported metadata that do not exist."""
        from salon.foundation.storage.creation import create_statements  # noqa: PLC0415 - rarely needed

        statements = create_statements("sqlite")
        await self.alone(lambda connection: _create(connection, statements))

    async def vacuum(self) -> None:
        """Give unused pages back to the disk and refresh the planner's statistics."""
        await self.alone(_vacuum)

    async def forget_deleted(self, table: str) -> None:
        """Write the log back and empty it: deleted rows were overwritten with zeros in the file itself.

        While a reader holds the log, that is left to the next time.
        """
        del table
        await self.alone(_write_log_back)

    async def alone(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` on the writer's raw connection, outside any transaction."""
        loop = asyncio.get_running_loop()
        job = _Job(fn, loop.create_future(), loop)
        job.alone = True
        self._put(job)
        return cast(T, await job.future)

    async def close(self) -> None:
        """Finish what is queued, then close every connection."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._close_threads)

    def _close_threads(self) -> None:
        self._readers.shutdown(wait=True, cancel_futures=False)
        for connection in self._reader_connections:
            close_quietly(connection)
        self._writer.join(CLOSE_TIMEOUT_S)

    def _check_open(self) -> None:
        if self._closed:
            raise _closed()

    def _put(self, job: _Job) -> None:
        self._check_open()
        if self._queue.qsize() >= MAX_QUEUED:
            raise Overloaded(retry_after_s=1)
        self._queue.put(job)

    # Reader threads

    def _read(self, fn: Callable[[Transaction], T]) -> T:
        connection = cast("Connection | None", getattr(self._local, "connection", None))
        if connection is None:
            connection = connect(self.path, reader=True)
            self._local.connection = connection
            self._reader_connections.append(connection)
        try:
            roll_back(connection)
            connection.execute("BEGIN")
        except apsw.Error as error:
            raise translate(error) from error
        try:
            return fn(SqliteTransaction(connection))
        finally:
            roll_back(connection)

    # The writer thread

    def _write_forever(self) -> None:
        try:
            connection = connect(self.path)
        except BaseException as error:  # noqa: BLE001 - handed to the opener, whatever it is
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            while (job := self._queue.get()) is not None:
                if job.alone:
                    self._run_alone(connection, job)
                else:
                    self._run_batch(connection, job)
        finally:
            self._refuse_rest()
            with contextlib.suppress(apsw.Error):
                connection.execute("PRAGMA optimize")
            close_quietly(connection)

    def _refuse_rest(self) -> None:
        """Answer what was queued behind the end, so that nobody waits for ever."""
        rest: list[_Job] = []
        while not self._queue.empty():
            job = self._queue.get_nowait()
            if job is not None:
                job.error = _closed()
                rest.append(job)
        self._announce(rest, [])

    def _run_alone(self, connection: Connection, job: _Job) -> None:
        def run() -> object:
            self._sync_commits(connection, wanted=True)
            return job.fn(connection)

        _attempt(job, run)
        self._announce([job], [])

    def _run_batch(self, connection: Connection, first: _Job) -> None:
        jobs = [first]
        after: list[_Job | None] = []
        waiting = self._queue
        # Only this thread takes from the queue, so what it counts is there to take.
        for _ in range(min(waiting.qsize(), MAX_BATCH)):
            job = waiting.get_nowait()
            if job is None or job.alone:
                after.append(job)
                break
            jobs.append(job)
        hooks = self._commit(connection, jobs)
        self.commits += 1
        self.writes += len(jobs)
        self._announce(jobs, hooks)
        for job in after:
            if job is None:
                waiting.put(None)
            else:
                self._run_alone(connection, job)

    def _commit(self, connection: Connection, jobs: list[_Job]) -> list[Callable[[], None]]:
        hooks: list[Callable[[], None]] = []
        has_begun = False
        try:
            roll_back(connection)
            self._sync_commits(connection, wanted=any(job.is_synced for job in jobs))
            begin_patiently(connection)
            has_begun = True
            for job in jobs:
                _run_job(connection, job, hooks, savepoint=len(jobs) > 1)
                if not connection.in_transaction:
                    raise job.error or damaged("the transaction was lost")  # noqa: TRY301 - ends the batch
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - every waiting caller gets it
            roll_back(connection)
            if has_begun and len(jobs) > 1:
                return self._commit_singly(connection, jobs)
            failure = translate(error) if isinstance(error, apsw.Error) else error
            for job in jobs:
                job.error = job.error or failure
            return []
        return hooks

    def _sync_commits(self, connection: Connection, *, wanted: bool) -> None:
        """Have commits wait for the disk, or not. Either way the log is synced before it is written back."""
        if wanted != self._syncs:
            sync_commits(connection, wanted=wanted)
            self._syncs = wanted

    def _commit_singly(self, connection: Connection, jobs: list[_Job]) -> list[Callable[[], None]]:
        """Give each job a transaction of its own after one of them took all the others down.

        A full disk does that: SQLite ends the whole transaction, and the small writes still have room.
        """
        hooks: list[Callable[[], None]] = []
        for job in jobs:
            if job.error is None:
                hooks += self._commit(connection, [job])
        return hooks

    def _announce(self, jobs: list[_Job], hooks: list[Callable[[], None]]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in jobs:
            if job.loop is None:
                job.settle()
            else:
                loops.setdefault(job.loop, []).append(job)
        if hooks:
            loops.setdefault(self._loop, [])
        for loop, owned in loops.items():
            # A closed loop has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle_all, owned, hooks if loop is self._loop else ())


def _closed() -> StorageError:
    return StorageError(problem="The database is closed.", fix="Salon is stopping; start it again.")


def _attempt(job: _Job, fn: Callable[[], Any]) -> None:
    try:
        job.result = fn()
    except apsw.Error as error:
        job.error = translate(error)
    except BaseException as error:  # noqa: BLE001 - handed to the one who waits
        job.error = error


def _run_job(connection: Connection, job: _Job, hooks: list[Callable[[], None]], *, savepoint: bool) -> None:
    transaction = SqliteTransaction(connection)
    if savepoint:
        connection.execute("SAVEPOINT job")
    _attempt(job, lambda: job.fn(transaction))
    if job.error is None:
        hooks.extend(transaction.hooks)
        if savepoint:
            connection.execute("RELEASE job")
    elif connection.in_transaction:
        connection.execute("ROLLBACK TO job" if savepoint else "ROLLBACK")
        connection.execute("RELEASE job" if savepoint else "BEGIN")


def _settle_all(jobs: list[_Job], hooks: Sequence[Callable[[], None]]) -> None:
    for job in jobs:
        job.settle()
    for hook in hooks:
        try:
            hook()
        except Exception:  # noqa: BLE001 - one hook must not keep the others from running
            _log.exception("a hook after commit failed")


def _vacuum(connection: Connection) -> None:
    connection.execute("VACUUM")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _write_log_back(connection: Connection) -> None:
    # The writer must not wait for a long reader: everyone would wait for the writer.
    raw = cast(Any, connection)
    raw.set_busy_timeout(_LOG_PATIENCE_MS)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.set_busy_timeout(BUSY_TIMEOUT_MS)


def _create(connection: Connection, statements: Sequence[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql in statements:
            connection.execute(sql)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")

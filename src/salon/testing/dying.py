"""A storage that ends its own process with ``kill -9`` at a moment: before, within or after a write.

Steps are counted: one before each write, one after each statement of it, one after its commit. So a moment of
some hundred steps falls into every part of every kind of write; the instants within a statement or a commit
are for ``die_after``, which counts time.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from salon.foundation.storage import Storage, Transaction
from salon.foundation.storage.statement import DialectName, Row, Statement

T = TypeVar("T")


def die() -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(seconds: float, end: Callable[[], None] = die) -> None:
    """End this process when ``seconds`` are over, whatever it does then."""

    def wait() -> None:
        time.sleep(seconds)
        end()

    threading.Thread(target=wait, daemon=True).start()


class Countdown:
    """Calls ``end`` at a step, counted from 1; never for 0."""

    def __init__(self, steps: int, end: Callable[[], None] = die) -> None:
        self._left = steps
        self._end = end

    def step(self) -> None:
        """Count one step."""
        self._left -= 1
        if self._left == 0:
            self._end()


class DyingTransaction:
    """A transaction that counts its statements."""

    def __init__(self, tx: Transaction, countdown: Countdown) -> None:
        self._tx = tx
        self._countdown = countdown

    @property
    def dialect(self) -> DialectName:
        """The database underneath."""
        return self._tx.dialect

    def run(self, stmt: Statement, /, **params: Any) -> int:
        """Run a statement and count it."""
        changed = self._tx.run(stmt, **params)
        self._countdown.step()
        return changed

    def all(self, stmt: Statement, /, **params: Any) -> list[Row]:
        """Return all rows of a query; reading is no moment of its own."""
        return self._tx.all(stmt, **params)

    def one(self, stmt: Statement, /, **params: Any) -> Row | None:
        """Return the first row of a query."""
        return self._tx.one(stmt, **params)

    def many(self, stmt: Statement, rows: Sequence[Mapping[str, Any]] | Sequence[Row], /) -> None:
        """Run a statement once per row and count it once."""
        self._tx.many(stmt, rows)
        self._countdown.step()

    def take_turn(self, key: str, /) -> None:
        """Make this the only transaction with ``key``."""
        self._tx.take_turn(key)

    def after_commit(self, fn: Callable[[], None], /) -> None:
        """Call ``fn`` once this transaction is committed."""
        self._tx.after_commit(fn)


class DyingStorage:
    """A storage whose writes are counted; everything else is the storage's own."""

    def __init__(self, storage: Storage, countdown: Countdown) -> None:
        self._storage = storage
        self._countdown = countdown

    async def write(self, fn: Callable[[Transaction], T], *, outlives_power: bool = True) -> T:
        """Write, and count the steps of it."""
        self._countdown.step()
        result = await self._storage.write(self._counted(fn), outlives_power=outlives_power)
        self._countdown.step()
        return result

    def submit(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Queue a write, and count the steps of it."""
        self._countdown.step()
        future = self._storage.submit(self._counted(fn))
        future.add_done_callback(lambda _: self._countdown.step())
        return future

    def _counted(self, fn: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
        return lambda tx: fn(DyingTransaction(tx, self._countdown))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

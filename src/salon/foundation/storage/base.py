"""The storage port: one way to write, one to read, on either database."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol, TypeVar

from salon.foundation.storage.statement import DialectName
from salon.foundation.storage.transaction import Transaction

T = TypeVar("T")


class Storage(Protocol):
    """The database of one Salon. Opened by ``open_storage``, closed once."""

    @property
    def dialect(self) -> DialectName:
        """Which database this is."""
        ...

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        ...

    @property
    def url(self) -> str | None:
        """The PostgreSQL address, which may hold a password; None on SQLite."""
        ...

    async def write(self, fn: Callable[[Transaction], T], *, outlives_power: bool = True) -> T:
        """Run ``fn`` in a write transaction and return its result after COMMIT.

        ``fn`` runs in another thread and must not wait for anything. Cancelling the caller does not take
        the write back. What must outlive this process but need not outlive a power cut (text that is still
        coming) spares the disk a sync where the database lets it: the next other write syncs it, too.
        Raises: what ``fn`` raises (nothing is kept then), StorageError, Overloaded.
        """
        ...

    def submit(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Queue ``fn`` like ``write``, from any thread; the future is done after COMMIT."""
        ...

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` on a reader: one consistent snapshot, no writes. Raises: StorageError."""
        ...

    async def create_all(self) -> None:
        """Create the tables of the imported metadata that do not exist; for tests and migrations."""
        ...

    async def vacuum(self) -> None:
        """Give unused pages back to the disk and refresh the planner's statistics."""
        ...

    async def forget_deleted(self, table: str) -> None:
        """Take what was deleted from ``table`` off the disk too, as far as the database can."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then close every connection."""
        ...

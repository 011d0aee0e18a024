"""What a store function is given: a transaction that runs statements, and nothing that waits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from salon.foundation.storage.statement import DialectName, Row, Statement


class Transaction(Protocol):
    """One database transaction. Use it only inside the function it was given to.

    A function may be run more than once (PostgreSQL starts again after a conflict), so it changes
    nothing but the database; what must happen once goes to ``after_commit``.
    """

    @property
    def dialect(self) -> DialectName:
        """The database underneath."""
        ...

    def run(self, stmt: Statement, /, **params: Any) -> int:
        """Run a statement and return how many rows it changed."""
        ...

    def all(self, stmt: Statement, /, **params: Any) -> list[Row]:
        """Return all rows of a query."""
        ...

    def one(self, stmt: Statement, /, **params: Any) -> Row | None:
        """Return the first row of a query, or None."""
        ...

    def many(self, stmt: Statement, rows: Sequence[Mapping[str, Any]] | Sequence[Row], /) -> None:
        """Run a statement once per row; an insert goes in large chunks.

        For an insert of all columns, rows may be tuples in the order of the table's columns, which
        saves a dictionary per row.
        """
        ...

    def take_turn(self, key: str, /) -> None:
        """Make this the only transaction with ``key`` until it ends; call before reading what it guards.

        For counters and chains that every writer touches: rows that are read and then written. On SQLite
        there is one writer anyway; on PostgreSQL it spares the conflict and its retries.
        """
        ...

    def after_commit(self, fn: Callable[[], None], /) -> None:
        """Call ``fn`` on the event loop once this transaction is committed; never if it is not."""
        ...

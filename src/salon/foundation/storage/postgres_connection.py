"""One connection to PostgreSQL: how it is opened, what its errors mean, and a transaction on it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, LiteralString, cast

from salon.foundation.storage.errors import (
    TurnNeeded,
    busy,
    damaged,
    disk_full,
    from_constraint,
    refused,
    unkept_character,
    unreachable,
    unwritable,
)
from salon.foundation.storage.statement import DialectName, Row, Statement

if TYPE_CHECKING:
    import psycopg

CONNECT_TIMEOUT_S: Final = 5
STATEMENT_TIMEOUT_MS: Final = 30_000
LOCK_TIMEOUT_MS: Final = 15_000


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
        bound = [form.bind(_named(stmt, row)) for row in rows]
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
    if isinstance(error, psycopg.DataError) and (state.startswith("22021") or "NUL" in detail):
        return unkept_character()
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


def _named(stmt: Statement, row: Mapping[str, Any] | Row) -> dict[str, Any]:
    if isinstance(row, tuple):
        names = [column.key for column in cast(Any, stmt.construct).table.columns]
        return dict(zip(names, row, strict=True))
    return dict(row)

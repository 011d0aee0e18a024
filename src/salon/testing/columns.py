"""Where the state of a house lives: one file, or PostgreSQL with Redis. Suites run on both columns."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, cast

import msgspec

ColumnName = Literal["sqlite", "postgres+redis"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """Where a house keeps its state, and how a suite looks at it past the process."""

    name: ColumnName
    database_url: str = ""
    """Of PostgreSQL; empty for the file in the data directory."""
    redis_url: str = ""
    tools_dir: Path | None = None
    """Where PostgreSQL's own programs are, put on the house's PATH."""

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the state is a file in the data directory."""
        return not self.database_url

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables by which a house is told."""
        found: dict[str, str] = {}
        if self.redis_url:
            found["SALON_REDIS"] = self.redis_url
        if self.tools_dir is not None:
            found["PATH"] = f"{self.tools_dir}{os.pathsep}{os.environ['PATH']}"
        if self.database_url:
            found["SALON_DATABASE_URL"] = self.database_url
            # Slow, and the same tests trace the same lines on SQLite; those of the foundation trace the rest.
            found["COVERAGE_PROCESS_START"] = ""
        return found

    def address(self, data_dir: Path) -> str:
        """Return what ``open_storage`` takes."""
        return self.database_url or str(data_dir / "salon.db")

    def rows(self, data_dir: Path, query: str) -> list[tuple[Any, ...]]:
        """Read from the database, past the process; ``query`` is in the words both databases know."""
        if self.database_url:
            return _postgres_rows(self.database_url, query)
        return _sqlite_rows(data_dir / "salon.db", query)

    def damages(self, data_dir: Path) -> list[str]:
        """Return what is wrong with the database after its house was killed: empty when it is whole.

        On PostgreSQL, whose files are not in the house's hands: the sessions that are still open, with the
        locks and transactions that they hold.
        """
        if self.database_url:
            return [str(row) for row in _postgres_rows(self.database_url, _OTHERS)]
        integrity = _sqlite_rows(data_dir / "salon.db", "PRAGMA integrity_check")
        found = [str(row[0]) for row in integrity if row[0] != "ok"]
        return found + [str(row) for row in _sqlite_rows(data_dir / "salon.db", "PRAGMA foreign_key_check")]

    def contents(self, data_dir: Path) -> Iterator[tuple[str, bytes]]:
        """Yield every place of the stored state by name, with its bytes; the house may run meanwhile."""
        if self.is_sqlite:
            for path in sorted(data_dir.rglob("*.db*")):
                yield path.name, path.read_bytes()
        if self.database_url:
            yield from _postgres_contents(self.database_url)
        if self.redis_url:
            yield from _redis_contents(self.redis_url)


SQLITE: Final = Column(name="sqlite")

_OTHERS: Final = (
    "SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def _sqlite_rows(place: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(query).fetchall()


def _postgres_rows(url: str, query: Any) -> list[tuple[Any, ...]]:
    import psycopg  # noqa: PLC0415 - an optional extra

    with psycopg.connect(url, autocommit=True, connect_timeout=30) as connection:
        return connection.execute(query).fetchall()


def _postgres_contents(url: str) -> Iterator[tuple[str, bytes]]:
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - an optional extra

    for (table,) in _postgres_rows(url, _TABLES):
        values = [
            value if isinstance(value, bytes) else str(value).encode()
            for row in _postgres_rows(url, SQL("SELECT * FROM {}").format(Identifier(table)))
            for value in row
        ]
        yield f"table {table}", b"\n".join(values)


def _redis_contents(url: str) -> Iterator[tuple[str, bytes]]:
    import redis  # noqa: PLC0415 - an optional extra

    with cast(Any, redis.Redis).from_url(url) as client:
        for key in client.scan_iter():
            # Plain bytes, as long as the server writes its dumps without compression.
            yield f"key {key!r}", key + b"\n" + (client.dump(key) or b"")

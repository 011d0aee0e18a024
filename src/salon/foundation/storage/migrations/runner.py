"""Running Alembic on the raw drivers: under a lock, after a backup, in one transaction."""

import logging
import time
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage import backup as backups
from salon.foundation.storage import sqlite_dbapi
from salon.foundation.storage.base import Storage
from salon.foundation.storage.migrations import MigrationReport
from salon.foundation.storage.postgres import PostgresStorage
from salon.foundation.storage.postgres_connection import PostgresTransaction, turn_number
from salon.foundation.storage.revision import DIRECTORY, current_revision, head, revisions
from salon.foundation.storage.sqlite import SqliteStorage
from salon.foundation.storage.sqlite_connection import Connection as SqliteConnection
from salon.foundation.storage.sqlite_connection import SqliteTransaction, begin_patiently

_log = logging.getLogger(__name__)


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(DIRECTORY))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def sqlite_engine(connection: SqliteConnection) -> Engine:
    """Return a SQLAlchemy engine over an open apsw connection whose transaction is ours to end."""
    return create_engine(
        "sqlite://",
        module=sqlite_dbapi,
        creator=lambda: sqlite_dbapi.Connection(connection),
        poolclass=StaticPool,
    )


def postgres_engine(connection: Any) -> Engine:
    """Return a SQLAlchemy engine over an open psycopg connection."""
    return create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)


async def run(storage: Storage, *, backup: bool) -> MigrationReport:
    """Migrate to ``head``; see ``migrate`` for the contract."""
    if isinstance(storage, SqliteStorage):
        path = storage.path
        return await storage.alone(lambda connection: _migrate_sqlite(connection, path, backup=backup))
    assert isinstance(storage, PostgresStorage)
    url = storage.url
    return await storage.alone(lambda connection: _migrate_postgres(connection, url, backup=backup))


def _migrate_sqlite(connection: SqliteConnection, path: Path, *, backup: bool) -> MigrationReport:
    # A table that is rebuilt is dropped for a moment; with foreign keys on that would delete what
    # refers to it. The setting cannot change inside a transaction.
    connection.execute("PRAGMA foreign_keys=OFF")
    try:
        begin_patiently(connection)
        before = current_revision(SqliteTransaction(connection))
        if before == head():
            connection.execute("COMMIT")
            return MigrationReport(before=before, after=before, migrated=False)
        made = (
            backups.backup_file(path, reason="migration").path if backup and _has_tables(connection) else None
        )
        _upgrade(sqlite_engine(connection))
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise StorageError(
                problem=f"The migration would break {len(broken)} references.",
                fix="The old schema is kept. Run “salon db check” and report what it says.",
            )
        connection.execute("COMMIT")
        return MigrationReport(before=before, after=head(), migrated=True, backup=made)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys=ON")


def _has_tables(connection: SqliteConnection) -> bool:
    found = connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").fetchall()
    return bool(found[0][0])


def _migrate_postgres(connection: Any, url: str, *, backup: bool) -> MigrationReport:
    lock = turn_number("migrate")
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET lock_timeout = '10min'")
    connection.execute("SELECT pg_advisory_lock(%s)", (lock,))
    try:
        before = current_revision(PostgresTransaction(connection))
        if before == head():
            return MigrationReport(before=before, after=before, migrated=False)
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        filled = bool(tables.fetchone()[0])
        made = backups.dump_postgres(url, reason="migration").path if backup and filled else None
        connection.autocommit = False
        _upgrade(postgres_engine(connection))
        connection.commit()
        return MigrationReport(before=before, after=head(), migrated=True, backup=made)
    except BaseException:
        if not connection.closed and not connection.autocommit:
            connection.rollback()
        raise
    finally:
        _leave_postgres(connection, lock)


def _leave_postgres(connection: Any, lock: int) -> None:
    if connection.closed:
        return
    connection.autocommit = True
    connection.execute("SELECT pg_advisory_unlock(%s)", (lock,))
    connection.execute("RESET statement_timeout")
    connection.execute("RESET lock_timeout")


def _upgrade(engine: Engine) -> None:
    wanted = head()
    if wanted is None:
        return
    started = time.monotonic()
    with engine.connect() as connection:
        config = alembic_config(connection)
        applied = _between(config, connection)
        command.upgrade(config, wanted)
        for revision, oldest_reader in applied:
            connection.execute(
                revisions.insert().values(
                    revision=revision,
                    oldest_reader=oldest_reader,
                    applied_at_ms=time.time_ns() // 1_000_000,
                )
            )
        connection.commit()
    _log.info("the schema was migrated to %s in %.2f s", wanted, time.monotonic() - started)


def _between(config: Config, connection: Connection) -> list[tuple[str, str]]:
    """Return the revisions to apply, each with the oldest release's head that can run on it."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - part of the lazy Alembic

    now = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(config)
    found = list(scripts.iterate_revisions(head() or "head", now or "base"))
    return [(script.revision, _oldest_reader(script)) for script in reversed(found)]


def _oldest_reader(script: Any) -> str:
    """Return the module's ``oldest_reader``, else the revision before: expand, then contract."""
    declared = getattr(script.module, "oldest_reader", None)
    return cast(str, declared or script.down_revision or script.revision)

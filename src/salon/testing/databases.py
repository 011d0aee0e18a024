"""Databases for the length of a ``with``: one with tables, and new ones on a PostgreSQL."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.migrations import migrate
from salon.testing.tables import import_all_tables


@asynccontextmanager
async def database(address: str | Path, *, pool_size: int = 6) -> AsyncGenerator[Storage]:
    """Open ``address``, create the tables of what is imported, and close it in the end."""
    storage = await open_storage(address, pool_size=pool_size)
    try:
        await storage.create_all()
        yield storage
    finally:
        await storage.close()


_DROP_S = 90.0
_TICK_S = 0.1
_BOUNDED = "-c statement_timeout=20000"


@contextmanager
def new_database(server: str, *, template: str = "template1") -> Generator[str]:
    """Create a database on the PostgreSQL at the URI ``server``; gives its URI and drops it in the end.

    It is a copy of the database named ``template``, to which nobody may be connected; by default it is empty.
    """
    import psycopg  # noqa: PLC0415 - an optional extra
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - same

    name = f"salon_{os.getpid()}_{time.time_ns()}"
    create = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create)
    try:
        yield _named(server, name)
    finally:
        drop_database(server, name)


@contextmanager
def migrated_template(server: str) -> Generator[str]:
    """Create a database that has every table, as a template of others; gives its name."""
    import_all_tables()
    with new_database(server) as url:
        asyncio.run(_migrate(url))
        yield url.partition("?")[0].rsplit("/", 1)[1]


async def _migrate(url: str) -> None:
    storage = await open_storage(url)
    try:
        await migrate(storage, backup=False)
    finally:
        await storage.close()


def _named(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return head.rsplit("/", 1)[0] + "/" + name + ("?" + query if query else "")


def drop_database(server: str, name: str, *, timeout_s: float = _DROP_S) -> None:
    """Drop ``name`` whoever uses it; tried again, because those who are sent away may take their time.

    Raises: psycopg.OperationalError as of the last try when ``timeout_s`` are over.
    """
    import psycopg  # noqa: PLC0415 - an optional extra
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - same

    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with psycopg.connect(server, autocommit=True, connect_timeout=10, options=_BOUNDED) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
                )
                connection.execute(drop)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_TICK_S)
        else:
            return

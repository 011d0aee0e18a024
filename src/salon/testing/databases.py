"""Databases for the length of a ``with``: one with tables, and an empty one on a PostgreSQL."""

import os
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from salon.foundation.storage import Storage, open_storage


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
def empty_database(server: str) -> Generator[str]:
    """Create a database on the PostgreSQL at the URI ``server``; gives its URI and drops it in the end."""
    import psycopg  # noqa: PLC0415 - an optional extra
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - same

    name = f"salon_{os.getpid()}_{time.time_ns()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))  # rule: quoted by psycopg
    head, _, query = server.partition("?")
    try:
        yield head.rsplit("/", 1)[0] + "/" + name + ("?" + query if query else "")
    finally:
        drop_database(server, name)


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

"""Opening the database an address names."""

import asyncio
import os
from pathlib import Path

from salon.foundation.kit.errors import ConfigError
from salon.foundation.storage.base import Storage
from salon.foundation.storage.errors import unwritable


async def open_storage(address: str | Path, *, readers: int = 4, pool_size: int = 12) -> Storage:
    """Open a SQLite file (a path, ``sqlite:///…``) or PostgreSQL (``postgresql://…``).

    ``readers`` bounds the reader threads on SQLite, ``pool_size`` the connections on PostgreSQL. The
    tables are not touched: see ``migrate``. Raises: StorageError, ConfigError.
    """
    loop = asyncio.get_running_loop()
    text = str(address)
    if text.startswith(("postgresql://", "postgres://")):
        return await _open_postgres(text, pool_size=pool_size, loop=loop)
    from salon.foundation.storage.sqlite import SqliteStorage  # noqa: PLC0415 - only the one in use

    path = _make_private(Path(text.removeprefix("sqlite:///")))
    storage = SqliteStorage(path, readers=readers, loop=loop)
    await storage.open()
    return storage


async def _open_postgres(url: str, *, pool_size: int, loop: asyncio.AbstractEventLoop) -> Storage:
    try:
        import psycopg  # noqa: F401, PLC0415 # pyright: ignore[reportUnusedImport] - only whether it is there
    except ImportError as error:
        raise ConfigError(
            key="storage.url",
            problem="PostgreSQL needs the driver psycopg, which is not installed.",
            fix="“make run” installs it; elsewhere, in Salon's source: pip install '.[postgres]'.",
        ) from error
    from salon.foundation.storage.postgres import PostgresStorage  # noqa: PLC0415 - only the one in use

    storage = PostgresStorage(url, pool_size=pool_size, loop=loop)
    await storage.open()
    return storage


def _make_private(path: Path) -> Path:
    """Create the file and its directory for this user only; SQLite would ask the umask."""
    path = path.absolute()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise unwritable(f"{path}: {error.strerror}") from error
    return path

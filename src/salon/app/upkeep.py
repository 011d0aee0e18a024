"""What is done to a database while no Salon runs on it: restore and migrate."""

import asyncio
import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec

from salon.app.configuration import Configuration, load
from salon.app.source import Source
from salon.foundation.kit.datadir import DataDirectory
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage import backup as backups
from salon.foundation.storage.migrations import migrate as migrate_storage
from salon.gateway.vault import load_master_keys
from salon.gateway.vault.keys import ENV, FILE_NAME


@contextlib.contextmanager
def _owned(source: Source) -> Generator[Configuration]:
    """Own the data directory meanwhile. Raises: DirectoryInUseError while a Salon runs on it."""
    configuration = load(source)
    data: DataDirectory = source.data
    data.prepare()
    data.lock()
    try:
        yield configuration
    finally:
        data.release()


def restore(source: Source, *, archive: str, secret_key: str | None) -> dict[str, Any]:
    """Put a backup in place of the database; ``secret_key`` opens the credentials in it.

    Raises: ConfigError, Conflict, NotFound, StorageError; the present database stays then.
    """
    with _owned(source) as configuration:
        try:
            info = backups.read_backup(Path(archive))
        except (OSError, msgspec.MsgspecError) as error:
            raise NotFound(what="backup manifest", id=f"{archive}.manifest.json") from error
        url = configuration.settings.storage.url
        if url:
            report = backups.restore_postgres(info, url, directory=source.data.path / "backups")
        else:
            report = backups.restore_file(info, source.data.database_path)
        if secret_key is not None:
            _add_key(source.data.path / FILE_NAME, secret_key)
        missing = asyncio.run(_unreadable(configuration))
    kept = f" What was there before is kept as {report.kept}." if report.kept else ""
    return {
        "restored": str(info.path),
        "kept": str(report.kept) if report.kept else None,
        "unreadable_credentials": missing,
        "message": f"Restored {info.path.name}.{kept}{_credential_note(missing)}",
    }


def _add_key(path: Path, text: str) -> None:
    """Append the backup's master keys to the file, so that both open. Raises: ConfigError."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    load_master_keys(None, {ENV: ",".join(lines)})
    present = path.read_text("ascii").splitlines() if path.exists() else []
    path.touch(mode=0o600)
    path.write_text("\n".join(dict.fromkeys([*present, *lines])) + "\n", "ascii")


def _credential_note(missing: int) -> str:
    if not missing:
        return ""
    return (
        f" {missing} provider credentials are sealed with a key that is not here: restore again with"
        f" --key-file (the {FILE_NAME} of the Salon that made the backup), or set them anew."
    )


async def _unreadable(configuration: Configuration) -> int:
    """Count the credentials of a restored database that no key here opens."""
    source = configuration.source
    keys = load_master_keys(source.data.path, source.environ)
    storage = await _open(configuration)
    try:
        await migrate_storage(storage, backup=False)
        counts = await backups.unknown_key_ids(storage, keys.ids)
    finally:
        await storage.close()
    return sum(counts.values())


async def _open(configuration: Configuration) -> Storage:
    settings = configuration.settings.storage
    return await open_storage(settings.url or configuration.source.data.database_path)


def migrate(source: Source, *, backup: bool) -> dict[str, Any]:
    """Bring the database to this release's schema. Raises: ConfigError, StorageError."""
    with _owned(source) as configuration:
        report = asyncio.run(_migrate(configuration, backup=backup))
    done = f"Migrated from {report.before or 'nothing'} to {report.after}."
    message = done if report.migrated else f"Nothing to do: the schema is {report.after} already."
    return {"before": report.before, "after": report.after, "migrated": report.migrated, "message": message}


async def _migrate(configuration: Configuration, *, backup: bool) -> Any:
    storage = await _open(configuration)
    try:
        return await migrate_storage(storage, backup=backup)
    finally:
        await storage.close()

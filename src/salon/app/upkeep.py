"""What is done to a database while no Salon runs on it: restore and migrate."""

import asyncio
import contextlib
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from salon.app.configuration import Configuration, load
from salon.app.conversations import FILE_USERS, WHOLE_ERASERS
from salon.app.source import Source
from salon.features.conversations.erasing_files import FileEraser
from salon.features.conversations.exchange.exporting import ExportEraser
from salon.features.conversations.responses import forget_messages
from salon.features.conversations.shares import forget_shown
from salon.features.conversations.tree import Erasure, Tree
from salon.foundation.files import contents_in_use
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.datadir import DataDirectory
from salon.foundation.kit.errors import NotFound, SalonError
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage import backup as backups
from salon.foundation.storage.migrations import current_revision
from salon.foundation.storage.migrations import migrate as migrate_storage
from salon.gateway.vault import load_master_keys
from salon.gateway.vault.keys import ENV, FILE_NAME

_ERASURES_SINCE = "0007"
"""The first revision of the schema in which erasures are kept."""


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
        erased = asyncio.run(_erased(configuration))
        url = configuration.settings.storage.url
        if url:
            report = backups.restore_postgres(info, url, directory=source.data.path / "backups")
        else:
            report = backups.restore_file(info, source.data.database_path)
        if secret_key is not None:
            _add_key(source.data.path / FILE_NAME, secret_key)
        missing, again, wanted = asyncio.run(_opened(configuration, erased or []))
        files = 0
        if configuration.settings.files.kind == "local":
            files = backups.bring_files_back(info, source.data.path / "files", wanted=wanted)
    kept = f" What was there before is kept as {report.kept}." if report.kept else ""
    brought = f" Contents of files brought back: {files}." if files else ""
    notes = f"{kept}{brought}{_erasure_note(erased, again)}{_credential_note(missing)}"
    return {
        "restored": str(info.path),
        "kept": str(report.kept) if report.kept else None,
        "unreadable_credentials": missing,
        "erased_again": again,
        "files": files,
        "message": f"Restored {info.path.name}.{notes}",
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


def _erasure_note(erased: list[Erasure] | None, again: int) -> str:
    if erased is None:
        return (
            " What was erased since could not be read from the database that was there:"
            " erase again what this backup brought back."
        )
    return f" Messages that were erased since the backup were erased again: {again}." if again else ""


async def _erased(configuration: Configuration) -> list[Erasure] | None:
    """Return what was erased in the database that is to be replaced; None if it cannot be read."""
    path = configuration.source.data.database_path
    if not configuration.settings.storage.url and not path.exists():
        return []
    try:
        storage = await _open(configuration)
        try:
            if (await storage.read(current_revision) or "") < _ERASURES_SINCE:
                return []
            return await Tree(storage, clock=SystemClock()).janitor.erasures()
        finally:
            await storage.close()
    except SalonError:
        return None


async def _opened(configuration: Configuration, erased: list[Erasure]) -> tuple[int, int, set[str]]:
    """Migrate a restored database, and erase again what was erased since it was made.

    Returns how many of its credentials no key here opens, how many messages were erased, and the content of
    files that it refers to.
    """
    source = configuration.source
    keys = load_master_keys(source.data.path, source.environ)
    storage = await _open(configuration)
    try:
        await migrate_storage(storage, backup=False)
        counts = await backups.unknown_key_ids(storage, keys.ids)
        again = await _tree_of(storage).janitor.erase_again(erased)
        wanted = await storage.read(contents_in_use)
    finally:
        await storage.close()
    return sum(counts.values()), again, wanted


def _tree_of(storage: Storage) -> Tree:
    """Return the tree with what forgets rows of others; the content of files goes at the next start."""
    clock = SystemClock()
    tree = Tree(storage, clock=clock)
    for eraser in WHOLE_ERASERS:
        tree.erasers.add_whole(eraser)
    tree.erasers.add_space(ExportEraser(clock))
    tree.erasers.add(forget_messages)
    tree.erasers.add(partial(forget_shown, now_ms=clock.now_ms()))
    tree.erasers.add(FileEraser(clock, users=FILE_USERS))
    return tree


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

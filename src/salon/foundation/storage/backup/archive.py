"""What a backup is on disk: a file, and a manifest beside it that says what the file must be."""

import contextlib
import errno
import hashlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.durable import sync_directory
from salon.foundation.kit.errors import Conflict, NotFound, StorageError
from salon.foundation.kit.version import __version__
from salon.foundation.storage.errors import damaged, disk_full, unwritable
from salon.foundation.storage.revision import head

_STAMP: Final = "%Y%m%dT%H%M%S"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a backup without opening it."""

    format: int = 1
    dialect: str
    version: str
    """The Salon that made it."""
    schema_head: str | None
    sha256: str
    size_bytes: int
    created_at_ms: int
    reason: str


class BackupInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One backup: its file and its manifest."""

    path: Path
    manifest: Manifest


def list_backups(directory: Path) -> list[BackupInfo]:
    """Return the backups in ``directory``, newest first; a file without a readable manifest is left out."""
    found: list[BackupInfo] = []
    for file in directory.glob("*.manifest.json") if directory.is_dir() else ():
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found.append(read_backup(file.with_name(file.name.removesuffix(".manifest.json"))))
    return sorted(found, key=lambda info: (info.manifest.created_at_ms, info.path.name), reverse=True)


def read_backup(path: Path) -> BackupInfo:
    """Return a backup by its file. Raises: OSError, msgspec.MsgspecError for a missing or bad manifest."""
    manifest = path.with_name(path.name + ".manifest.json")
    return BackupInfo(path=path, manifest=msgspec.json.decode(manifest.read_bytes(), type=Manifest))


def files_beside(path: Path) -> Path:
    """Return where the content of stored files is kept beside a backup, if it is."""
    return path.with_name(path.name + ".files")


def verify_backup(info: BackupInfo) -> None:
    """Check a backup against its manifest. Raises: NotFound, StorageError."""
    if not info.path.is_file():
        raise NotFound(what="backup", id=str(info.path))
    if _sha256(info.path) != info.manifest.sha256:
        raise damaged(f"the backup {info.path.name} does not match its manifest")
    known = head()
    if known is not None and info.manifest.schema_head is not None and info.manifest.schema_head > known:
        raise StorageError(
            problem=f"The backup was made by a newer Salon (schema {info.manifest.schema_head}).",
            fix=f"Restore it with Salon {info.manifest.version} or later.",
        )


def free_name(file: Path | None, directory: Path, suffix: str) -> Path:
    """Return ``file``, or a fresh name in ``directory``. Raises: Conflict if it exists, StorageError."""
    if file is not None and file.exists():
        raise Conflict(problem=f"The file {file.name} exists already. Choose another name.")
    directory = directory if file is None else file.parent
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error) from error
    if file is not None:
        return file
    return directory / f"salon-{now_stamp()}-{secrets.token_hex(3)}{suffix}"


def describe(path: Path, *, dialect: str, revision: str | None, reason: str) -> Manifest:
    """Return the manifest of a finished file."""
    return Manifest(
        dialect=dialect,
        version=__version__,
        schema_head=revision,
        sha256=_sha256(path),
        size_bytes=path.stat().st_size,
        created_at_ms=SystemClock().now_ms(),
        reason=reason,
    )


def publish(partial: Path, target: Path, manifest: Manifest) -> BackupInfo:
    """Give a finished backup its name; a file with the final name is always whole."""
    try:
        sync_file(partial)
        beside = target.with_name(target.name + ".manifest.json")
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        beside.chmod(0o600)
        # Without its manifest a backup is not found, so a power cut must not leave an empty one.
        sync_file(beside)
        partial.replace(target)
        sync_directory(target.parent)
    except OSError as error:
        raise disk_error(error) from error
    return BackupInfo(path=target, manifest=manifest)


def now_stamp() -> str:
    """Return the time now as names of files carry it, in UTC."""
    return datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC).strftime(_STAMP)


def sync_file(path: Path) -> None:
    """Return once what the file holds is on the disk. Raises: OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def disk_error(error: OSError) -> StorageError:
    """Return ``error`` in the house's words."""
    return disk_full() if error.errno in {errno.ENOSPC, errno.EDQUOT} else unwritable(str(error.strerror))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

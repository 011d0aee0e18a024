"""How long backups stay: deleted when their time is over, or when enough newer ones are there."""

import shutil
from pathlib import Path

from salon.foundation.storage.backup.archive import BackupInfo, disk_error, files_beside, list_backups

DAY_MS = 24 * 3_600_000


def ends_at_ms(info: BackupInfo, *, keep_days: float) -> int | None:
    """Return when a backup is deleted for its age; None is never."""
    return info.manifest.created_at_ms + int(keep_days * DAY_MS) if keep_days else None


def prune(directory: Path, *, most: int, keep_days: float, now_ms: int) -> list[str]:
    """Delete backups beyond the ``most`` newest, and those older than ``keep_days``; 0 keeps all.

    Returns their names. The content goes before the manifest, so that what is cut short is found again.
    Raises: StorageError.
    """
    gone: list[str] = []
    for place, info in enumerate(list_backups(directory)):
        end_ms = ends_at_ms(info, keep_days=keep_days)
        if (most and place >= most) or (end_ms is not None and end_ms <= now_ms):
            _delete(info)
            gone.append(info.path.name)
    return gone


def _delete(info: BackupInfo) -> None:
    try:
        if files_beside(info.path).is_dir():
            shutil.rmtree(files_beside(info.path))
        info.path.unlink(missing_ok=True)
        info.path.with_name(info.path.name + ".manifest.json").unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error) from error

"""The content of stored files beside a backup: links to what is on the disk already, or copies of it.

Content never changes under its hash, so a link is as good as a copy for as long as both are on one disk, and
takes no room; what the house deletes later stays in the backup. On another disk it is copied.
"""

import contextlib
import os
import shutil
from collections.abc import Container
from pathlib import Path

from salon.foundation.storage.backup.archive import BackupInfo, disk_error, files_beside


def keep_files(info: BackupInfo, stored: Path) -> int:
    """Put all that is in the file store beside a backup; return how many contents. Raises: StorageError."""
    target = files_beside(info.path)
    partial = target.with_name(target.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        count = _link_all(stored, partial)
        partial.replace(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise disk_error(error) from error
    return count


def bring_files_back(info: BackupInfo, stored: Path, *, wanted: Container[str]) -> int:
    """Put the content beside a backup into the file store where it is missing; return how many.

    ``wanted`` are the hashes that the restored database knows. Raises: StorageError.
    """
    source = files_beside(info.path)
    if not source.is_dir():
        return 0
    try:
        return _link_all(source, stored, wanted=wanted)
    except OSError as error:
        raise disk_error(error) from error


def _link_all(source: Path, target: Path, *, wanted: Container[str] | None = None) -> int:
    """Link every file below one folder into another that has none of that name; return how many."""
    count = 0
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder, _, names in os.walk(source):
        into = target / Path(folder).relative_to(source)
        for name in names:
            if wanted is not None and name not in wanted:
                continue
            into.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Deleted by the house in this moment: nothing in the database refers to it any more.
            with contextlib.suppress(FileNotFoundError):
                count += _link(Path(folder) / name, into / name)
    return count


def _link(source: Path, target: Path) -> bool:
    if target.exists():
        return False
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        partial = target.with_name(target.name + ".partial")
        shutil.copyfile(source, partial)
        partial.chmod(0o600)
        partial.replace(target)
    return True

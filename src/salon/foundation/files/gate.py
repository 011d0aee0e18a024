"""The gate that content passes on its way in: a scanner's verdict, and what follows from it."""

import contextlib
import logging
from pathlib import Path
from typing import Final, Literal

from salon.foundation.audit import record
from salon.foundation.files.blobs import disk_error
from salon.foundation.files.errors import FileInfected, ScannerUnavailable
from salon.foundation.files.models import ScanVerdict
from salon.foundation.files.scanning import Scanner, ScannerDown
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.storage import Storage

KEEP_S: Final = 30 * 24 * 3600
"""How long what is in quarantine is kept."""
_logger = logging.getLogger(__name__)


class Gate:
    """Asks a scanner about each file."""

    def __init__(
        self,
        storage: Storage,
        scanner: Scanner,
        *,
        quarantine: Path,
        without: Literal["refuse", "mark"],
        clock: Clock | None = None,
    ) -> None:
        """Put what is infected into ``quarantine``; ``without`` a verdict, refuse files or mark them."""
        self._storage = storage
        self._scanner = scanner
        self._quarantine = quarantine
        self._without = without
        self._clock = clock or SystemClock()

    async def pass_in(self, caller: Caller, path: Path, *, hash_: str) -> ScanVerdict:
        """Let content in. Raises: FileInfected, ScannerUnavailable, StorageError."""
        try:
            found = await self._scanner.scan(path)
        except ScannerDown as error:
            _logger.warning("the virus scanner gave no verdict: %s", error)
            if self._without == "refuse":
                raise ScannerUnavailable(detail=str(error)) from error
            return "unscanned"
        if found is None:
            return "clean"
        self._lock_up(path, hash_)
        detail = {"hash": hash_, "found": found}
        await self._storage.write(lambda tx: record(tx, caller, "file.quarantined", hash_, detail))
        raise FileInfected(field="file", found=found)

    def sweep(self) -> None:
        """Delete what was in quarantine long enough."""
        before_s = self._clock.now_ms() / 1000 - KEEP_S
        for kept in self._quarantine.glob("*") if self._quarantine.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                if kept.stat().st_mtime < before_s:
                    kept.unlink()

    def _lock_up(self, path: Path, hash_: str) -> None:
        """Move a file to where nothing reads it; nobody but the owner of the process may."""
        try:
            self._quarantine.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = path.replace(self._quarantine / hash_)
            kept.chmod(0o400)
        except OSError as error:
            raise disk_error(error) from error

"""A file that is arriving: where it waits until it is whole."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO, Final

from salon.foundation.files.blobs import disk_error
from salon.foundation.files.sniffing import SNIFF_BYTES

_BROUGHT_BYTES: Final = 2 * 1024**2
"""Brought to the disk at once: a commit of the database waits behind all that a file left to write."""


class Arrival:
    """A file that is arriving: written and hashed in worker threads, one call at a time."""

    def __init__(self, directory: Path) -> None:
        """Begin a file in ``directory``. Raises: StorageError."""
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path = directory / f"upload-{secrets.token_hex(12)}"
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise disk_error(error) from error
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self.size_bytes = 0
        self._waiting_bytes = 0
        self.head = b""

    @property
    def hash(self) -> str:
        """The SHA-256 of what arrived."""
        return self._digest.hexdigest()

    def add(self, chunk: bytes) -> None:
        """Write one chunk."""
        if len(self.head) < SNIFF_BYTES:
            self.head = (self.head + chunk)[:SNIFF_BYTES]
        self._digest.update(chunk)
        self.size_bytes += len(chunk)
        self._waiting_bytes += len(chunk)
        try:
            self._file.write(chunk)
            if self._waiting_bytes >= _BROUGHT_BYTES:
                self._bring()
        except OSError as error:
            raise disk_error(error) from error

    def finish(self) -> None:
        """Bring it to the disk."""
        try:
            self._bring()
            self._file.close()
        except OSError as error:
            raise disk_error(error) from error

    def _bring(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._waiting_bytes = 0

    def discard(self) -> None:
        """Remove what is left of it."""
        self._file.close()
        self.path.unlink(missing_ok=True)

"""A file that is arriving: where it waits until it is whole."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO, Final

from salon.foundation.files.blobs import disk_error
from salon.foundation.files.sniffing import SNIFF_BYTES

SYNCED_BYTES: Final = 512 * 1024
"""Brought to the disk at once: a commit of the database waits behind all that a file left to write."""

_sync: Final = getattr(os, "fdatasync", os.fsync)
"""With the size of the file and without its times: for those it would wait for the file system's journal."""


class Arrival:
    """A file that is arriving: written, hashed and synced in worker threads, one call at a time."""

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
        self.head = b""

    @property
    def hash(self) -> str:
        """The SHA-256 of what arrived."""
        return self._digest.hexdigest()

    def add(self, piece: bytes | bytearray) -> None:
        """Write one piece, and bring it to the disk."""
        if len(self.head) < SNIFF_BYTES:
            self.head = (self.head + piece)[:SNIFF_BYTES]
        self._digest.update(piece)
        self.size_bytes += len(piece)
        try:
            self._file.write(piece)
            self._file.flush()
            _sync(self._file.fileno())
        except OSError as error:
            raise disk_error(error) from error

    def finish(self) -> None:
        """Close it: all of it is on the disk."""
        try:
            self._file.close()
        except OSError as error:
            raise disk_error(error) from error

    def discard(self) -> None:
        """Remove what is left of it."""
        self._file.close()
        self.path.unlink(missing_ok=True)

"""The port of a content-addressed store, and the local one in the data directory."""

import asyncio
import errno
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, Protocol

from salon.foundation.kit.durable import sync_directory
from salon.foundation.kit.errors import NotFound, StorageError
from salon.foundation.kit.paths import safe_join
from salon.foundation.storage.errors import disk_full, unwritable

CHUNK_BYTES: Final = 1024 * 1024
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class BlobStore(Protocol):
    """Keeps bytes under their SHA-256. Putting the same content twice is harmless."""

    async def put(self, hash_: str, source: Path, *, size_bytes: int) -> None:
        """Store a finished local file; it may be moved away. Raises: StorageError."""
        ...

    def read(self, hash_: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` to before ``end`` in chunks. Raises: NotFound, StorageError."""
        ...

    def path_of(self, hash_: str) -> Path | None:
        """Return where the content lies as a file of this machine; None if it does not."""
        ...

    async def delete(self, hash_: str) -> None:
        """Forget the content, if it is there. Raises: StorageError."""
        ...

    async def exists(self, hash_: str) -> bool:
        """Tell whether the content is there. Raises: StorageError."""
        ...


class LocalBlobs:
    """Files named by their hash, two levels deep: ``ab/cd/abcd…``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, hash_: str, source: Path, *, size_bytes: int) -> None:
        """Move a finished file to its place: after this it survives a loss of power."""
        await asyncio.to_thread(self._put, hash_, source, size_bytes)

    async def read(self, hash_: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the content in chunks."""
        path = self._path(hash_)
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError as error:
            raise NotFound(what="stored content", id=hash_) from error
        except OSError as error:
            raise disk_error(error) from error
        try:
            file.seek(start)
            left = sys.maxsize if end is None else end - start
            while left > 0 and (chunk := await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))):
                left -= len(chunk)
                yield chunk
        finally:
            file.close()

    def path_of(self, hash_: str) -> Path | None:
        """Return the file."""
        return self._path(hash_)

    async def delete(self, hash_: str) -> None:
        """Remove the file."""
        try:
            await asyncio.to_thread(self._path(hash_).unlink, missing_ok=True)
        except OSError as error:
            raise disk_error(error) from error

    async def exists(self, hash_: str) -> bool:
        """Tell whether the file is there."""
        return await asyncio.to_thread(self._path(hash_).is_file)

    def _path(self, hash_: str) -> Path:
        check_hash(hash_)
        return safe_join(self._root, hash_[:2], hash_[2:4], hash_)

    def _put(self, hash_: str, source: Path, size_bytes: int) -> None:
        target = self._path(hash_)
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if source.stat().st_size != size_bytes:
                raise StorageError(problem="The upload was cut on its way to the disk.", fix="Send it again.")
            source.replace(target)
            # The name is durable once its directory is; so is a directory made just now.
            for directory in (target.parent, target.parent.parent, self._root):
                sync_directory(directory)
        except OSError as error:
            raise disk_error(error) from error


def check_hash(hash_: str) -> None:
    """Check that a hash is one. Raises: NotFound."""
    if not _HASH.fullmatch(hash_):
        raise NotFound(what="stored content", id=hash_[:64])


def disk_error(error: OSError) -> StorageError:
    """Return a failure of the disk in the house's words."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full()
    return unwritable(error.strerror or type(error).__name__)

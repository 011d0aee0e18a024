"""Members of a zip file, read no further than they may be."""

import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final

from salon.foundation.workers.models import Refusal

MOST_MEMBERS: Final = 20_000
MOST_BYTES: Final = 256 * 1024**2
"""All members of one document together, unpacked."""
MOST_RATIO: Final = 250
"""Unpacked to packed, of one member over ``FREE_BYTES``; XML reaches some 100, a bomb 1,000."""
FREE_BYTES: Final = 8 * 1024**2
CHUNK_BYTES: Final = 64 * 1024


class Archive(AbstractContextManager["Archive"]):
    """A zip file whose members are read as streams; archives inside it are never opened."""

    def __init__(self, path: str) -> None:
        """Open the file. Raises: Refusal."""
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError) as error:
            raise Refusal("It is damaged: its list of contents cannot be read.") from error
        if len(self._zip.infolist()) > MOST_MEMBERS:
            raise Refusal(f"It holds more than {MOST_MEMBERS} files, which no document does.")
        self.names = frozenset(self._zip.namelist())
        self._left_bytes = MOST_BYTES

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a member as it is unpacked; nothing if it is not there. Raises: Refusal for a bomb."""
        if name not in self.names:
            return
        member = self._zip.getinfo(name)
        if member.flag_bits & 1:
            raise Refusal("It is protected by a password.")
        unpacked = 0
        try:
            with self._zip.open(member) as file:
                while chunk := file.read(CHUNK_BYTES):
                    unpacked += len(chunk)
                    self._left_bytes -= len(chunk)
                    self._check(unpacked, member.compress_size)
                    yield chunk
        except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
            raise Refusal("It is damaged: a part of it cannot be unpacked.") from error

    def _check(self, unpacked: int, packed: int) -> None:
        if self._left_bytes < 0:
            raise Refusal(f"It unpacks to more than {MOST_BYTES // 1024**2} MB: a zip bomb.")
        if unpacked > FREE_BYTES and unpacked > max(packed, 1) * MOST_RATIO:
            raise Refusal(f"A part of it unpacks to more than {MOST_RATIO} times its size: a zip bomb.")

"""A ZIP that is written while it is sent: nothing of it is held but what was not fetched yet."""

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""A ZIP's first day: the same conversations make the same bytes, whenever they are packed."""
_PLAIN: Final = ("image/", "audio/", "video/", "application/zip", "application/gzip")
"""What is packed already."""


class _Pipe(io.RawIOBase):
    """Keeps what was written until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class Zip:
    """One ZIP. What each call returns is to be sent on."""

    def __init__(self) -> None:
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(self._pipe, "w", zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]

    async def member(
        self, name: str, chunks: AsyncIterator[bytes], *, media_type: str = ""
    ) -> AsyncIterator[bytes]:
        """Yield a member's bytes as they become ready; ``name`` is a safe path with slashes."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_STORED if media_type.startswith(_PLAIN) else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as member:
            async for chunk in chunks:
                member.write(chunk)
                yield self._pipe.take()
        yield self._pipe.take()

    def end(self) -> bytes:
        """Return the list of members, which ends the ZIP."""
        self._zip.close()
        return self._pipe.take()

"""The export as a file of this machine, for the process that reads it; and what that process tells."""

import asyncio
import contextlib
import secrets
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any, Final

import msgspec

from salon.features.conversations.exchange.importing.models import Import
from salon.features.conversations.exchange.readers.frames import Frame
from salon.features.conversations.exchange.readers.working import FUNCTION
from salon.foundation.files import Files
from salon.foundation.files.blobs import disk_error
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.workers import Limits, Workers

_FRAME: Final = msgspec.msgpack.Decoder(Frame)
_DAY_S: Final = 24 * 3600.0
_MIB: Final = 1024**2
LIMITS: Final = Limits(
    wall_s=_DAY_S,
    cpu_s=4 * 3600,
    memory_bytes=900 * _MIB,
    output_bytes=2**50,
    message_bytes=64 * _MIB,
    written_bytes=16 * 1024 * _MIB,
)
"""Of the reading process. Address space is about three times what is held; of that it takes some 150 MB."""


@contextlib.asynccontextmanager
async def spooled(files: Files, one: Import, folder: Path) -> AsyncGenerator[Path]:
    """Bring an export to ``folder``, alone in a folder of its own, until the block is left.

    Raises: FileMissing, FileExpired, StorageError.
    """
    file = await files.get(SpaceScope(SpaceId(one.space_id)), one.file_id)
    own = folder / f"import-{secrets.token_hex(8)}"
    try:
        await asyncio.to_thread(own.mkdir, mode=0o700, parents=True)
        try:
            path = own / "export"
            with await asyncio.to_thread(path.open, "xb") as target:
                async for chunk in files.content(file):
                    await asyncio.to_thread(target.write, chunk)
        except OSError as error:
            raise disk_error(error) from error
        yield path
    finally:
        await asyncio.to_thread(shutil.rmtree, own, ignore_errors=True)


@contextlib.asynccontextmanager
async def frames_of(
    workers: Workers, path: Path, one: Import, *, skip: int
) -> AsyncGenerator[AsyncIterator[Frame]]:
    """Read an export in a process of its own. Raises: WorkLimit, WorkCrashed, Overloaded, StorageError."""
    arguments: dict[str, Any] = {
        "path": str(path),
        "filename": one.filename,
        "format": one.asked_format,
        "skip": skip,
        "with_files": not one.is_dry_run,
    }
    async with workers.start(FUNCTION, arguments, limits=LIMITS, field="export", owner=one.space_id) as job:

        async def frames() -> AsyncIterator[Frame]:
            async for value in job:
                yield (
                    _FRAME.decode(value)
                    if len(value) < _MIB
                    else await asyncio.to_thread(_FRAME.decode, value)
                )

        yield frames()


def sweep(folder: Path) -> None:
    """Remove what imports of dead processes left behind. Call before any begins here."""
    for left in folder.glob("import-*"):
        shutil.rmtree(left, ignore_errors=True)

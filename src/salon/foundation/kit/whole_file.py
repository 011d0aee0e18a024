"""Files that a person asked for: there whole, or not at all."""

import contextlib
import os
import secrets
import stat
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from salon.foundation.kit.errors import StorageError


@contextlib.contextmanager
def whole_file(path: Path) -> Generator[BinaryIO]:
    """Open a file to write that gets its name once it is whole, and takes the place of one that has it.

    Until then it has another name in the same folder; it is removed when the body raises. What is no file
    (a device, a pipe) is written to as it is. In the body nothing but writing may raise OSError.
    Raises: StorageError naming ``path``.
    """
    try:
        target = path.resolve()  # a link goes on leading to its file
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                yield file
        else:
            with _arriving(target) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(f"“{path}”", error) from error


def unwritten(what: str, error: OSError) -> StorageError:
    """Return: ``what`` could not be written to."""
    reason = error.strerror or type(error).__name__
    return StorageError(
        problem=f"{what} could not be written: {reason[:1].lower()}{reason[1:]}.",
        fix="Make room there, or write to another place.",
    )


@contextlib.contextmanager
def _arriving(target: Path) -> Generator[BinaryIO]:
    arriving = target.with_name(f".salon-{secrets.token_hex(8)}")
    try:
        with arriving.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # some disks tell only then that they are full
        if target.exists():
            arriving.chmod(stat.S_IMODE(target.stat().st_mode))
        arriving.replace(target)
    finally:
        arriving.unlink(missing_ok=True)

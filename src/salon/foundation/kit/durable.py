"""What it takes that a file's name, not only its content, survives a power cut."""

import contextlib
import os
from pathlib import Path


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable; systems that cannot do it need not. Raises: OSError."""
    with contextlib.suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

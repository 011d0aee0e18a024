"""Holds values by key on the disk, for exports whose messages are not sorted by conversation."""

import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType


class Shelf:
    """Values that were put in by key, in any order, and are taken out key by key. Use as a context."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keep the values in a file without a name in ``folder``."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed at the end of the context
        self._places: dict[str, array[int]] = {}

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, key: str, value: bytes) -> None:
        """Add a value."""
        at = self._file.seek(0, 2)
        self._file.write(value)
        self._places.setdefault(key, array("q")).extend((at, len(value)))

    def __iter__(self) -> Iterator[str]:
        """Yield the keys, in the order in which they came."""
        yield from list(self._places)

    def take(self, key: str) -> Iterator[bytes]:
        """Yield the values of a key, in the order in which they came."""
        places = self._places[key]
        for number in range(0, len(places), 2):
            self._file.seek(places[number])
            yield self._file.read(places[number + 1])

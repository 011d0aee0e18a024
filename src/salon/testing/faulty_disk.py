"""A disk beneath SQLite that fails, fills up and loses power, for suites that judge the storage.

``with FaultyDisk(chance) as disk`` puts itself under every SQLite connection that is opened meanwhile in
this process. It remembers what was synced and what was only written, and so knows what a power cut would
leave: everything synced, and of the rest what the dice say, torn at the boundary of a sector. SQLite's
memory-mapped reads are off on it, so every read can fail.
"""

import gc
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

import apsw
import msgspec

Operation = Literal["open", "read", "write", "sync", "truncate", "delete"]
Fault = Literal["broken", "full"]
"""``broken`` is EIO, ``full`` is ENOSPC."""
Leftovers = Literal["nothing", "torn", "any"]
"""What a power cut leaves of writes that were not synced: nothing; all up to one that is torn; any
sectors of any of them."""

LEFTOVERS: Final[tuple[Leftovers, ...]] = ("nothing", "torn", "any")
_SECTORS: Final = (512, 4096)
_REAL: Final = "unix"
"""The disk underneath, as SQLite names it."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of SQLite to its disk."""

    number: int
    """Counts from 1 over all files."""
    operation: Operation
    path: str


class _Write(msgspec.Struct, frozen=True):
    """Bytes written at a place; without bytes, the file is cut to that length."""

    offset: int
    data: bytes | None

    def apply(self, image: bytearray) -> None:
        if self.data is None:
            del image[self.offset :]
            return
        image.extend(bytes(max(0, self.offset - len(image))))
        image[self.offset : self.offset + len(self.data)] = self.data


class _Image:
    """What of one file is on the platter, and what is still on its way."""

    def __init__(self, durable: bytes, *, exists: bool) -> None:
        self.durable = bytearray(durable)
        self.exists = exists
        """Whether its name is on the platter."""
        self.is_deleted = False
        """Deleted, though perhaps not on the platter."""
        self.pending: list[_Write] = []

    def sync(self) -> None:
        for write in self.pending:
            write.apply(self.durable)
        self.pending.clear()
        self.exists = True

    def survive(self, chance: random.Random, leftovers: Leftovers) -> bytes:
        image = bytearray(self.durable)
        kept = self.pending
        if leftovers == "nothing":
            kept = []
        elif leftovers == "torn":
            kept = _torn(self.pending, chance)
        else:
            kept = [part for write in self.pending for part in _sectors(write) if chance.random() < 0.5]
        for write in kept:
            write.apply(image)
        return bytes(image)


def _torn(pending: list[_Write], chance: random.Random) -> list[_Write]:
    kept = pending[: chance.randint(0, len(pending))]
    if not kept or kept[-1].data is None:
        return kept
    last = kept[-1]
    assert last.data is not None
    sector = chance.choice(_SECTORS)
    boundaries = [end for end in range(0, len(last.data), 512) if (last.offset + end) % sector == 0]
    return [*kept[:-1], _Write(last.offset, last.data[: chance.choice(boundaries or [0])])]


def _sectors(write: _Write) -> list[_Write]:
    if write.data is None:
        return [write]
    parts: list[_Write] = []
    start, end = write.offset, write.offset + len(write.data)
    while start < end:
        stop = min(end, (start // 512 + 1) * 512)
        parts.append(_Write(start, write.data[start - write.offset : stop - write.offset]))
        start = stop
    return parts


class FaultyDisk(apsw.VFS):
    """The disk. Give ``fail`` to make calls fail; ``cut`` takes the power away for good."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._lock = threading.RLock()
        self._images: dict[str, _Image] = {}
        self._calls = 0
        self._is_off = False
        self.fail: Callable[[Call], Fault | None] = _never
        """Asked before each call, in whatever thread makes it."""
        self.failed = 0
        """How many calls were made to fail."""
        name = f"faulty-{id(self):x}"
        super().__init__(name, _REAL, makedefault=True)

    def __enter__(self) -> Self:
        # A connection that fails to open or close tells its garbage collector so; that is no news here.
        self._hook = sys.unraisablehook
        sys.unraisablehook = self._hear
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The one that was the default before becomes it again.
        self.unregister()
        gc.collect()
        sys.unraisablehook = self._hook

    def _hear(self, unraisable: "sys.UnraisableHookArgs") -> None:
        if not isinstance(unraisable.exc_value, apsw.Error):
            self._hook(unraisable)

    def excepthook(
        self,
        etype: type[BaseException] | None,
        evalue: BaseException | None,
        etraceback: TracebackType | None,
    ) -> bool:
        """Say nothing of failures: they are what is tested."""
        return True

    @property
    def calls(self) -> int:
        """How many calls there were."""
        return self._calls

    @property
    def is_off(self) -> bool:
        """Whether the power is gone."""
        return self._is_off

    def cut(self) -> None:
        """Take the power away: from now on every call fails and nothing more reaches the platter."""
        with self._lock:
            self._is_off = True

    def survivors(self, leftovers: Leftovers) -> dict[str, bytes]:
        """Return name and contents of the files that a power cut at this moment would leave."""
        with self._lock:
            return {
                Path(path).name: image.survive(self._chance, leftovers)
                for path, image in self._images.items()
                if (image.exists or self._comes_up(leftovers))
                and not (image.is_deleted and self._comes_up(leftovers))
            }

    def _comes_up(self, leftovers: Leftovers) -> bool:
        """Tell whether a change of the directory that was not synced reached the platter all the same."""
        return leftovers != "nothing" and self._chance.random() < 0.5

    def before(self, operation: Operation, path: str) -> None:
        """Count a call and fail it if it is to fail. Raises: apsw.Error."""
        with self._lock:
            if self._is_off:
                raise apsw.IOError("the power is off")
            self._calls += 1
            fault = self.fail(Call(number=self._calls, operation=operation, path=path))
            if self._is_off:
                raise apsw.IOError("the power is off")
            if fault is None:
                return
            self.failed += 1
            if operation == "sync":
                # What a failed sync was for may never be written: the system believes it is.
                self.image(path).pending.clear()
            raise apsw.FullError("no space left") if fault == "full" else apsw.IOError("input/output error")

    def image(self, path: str) -> _Image:
        """Return what is known of a file; what it held when first seen counts as synced."""
        with self._lock:
            if path not in self._images:
                place = Path(path)
                exists = place.exists()
                self._images[path] = _Image(place.read_bytes() if exists else b"", exists=exists)
            return self._images[path]

    def wrote(self, path: str, offset: int, data: bytes | None) -> None:
        """Take down a write, or with no data a truncation, as on its way."""
        with self._lock:
            self.image(path).pending.append(_Write(offset, data))

    def synced(self, path: str) -> None:
        """Take down that a file is on the platter, and with it the changes of its directory."""
        with self._lock:
            self.image(path).sync()
            self._images = {name: image for name, image in self._images.items() if not image.is_deleted}

    # What SQLite calls

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite names it
        """Open a file; those without a name are SQLite's own scratch and never fail."""
        if name is None:
            return apsw.VFSFile(_REAL, name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.before("open", path)
        with self._lock:
            image = self.image(path)
            if image.is_deleted:
                self._images[path] = _Image(b"", exists=False)
        return _File(self, path, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite names it
        """Delete a file; on the platter it goes with the next sync of the directory."""
        self.before("delete", filename)
        super().xDelete(filename, syncdir)
        with self._lock:
            self.image(filename).is_deleted = True
            if syncdir:
                del self._images[filename]


class _File(apsw.VFSFile):
    """One open file on a faulty disk."""

    def __init__(self, disk: FaultyDisk, path: str, name: str | apsw.URIFilename, flags: list[int]) -> None:
        self._disk = disk
        self._path = path
        super().__init__(_REAL, name, flags)

    def excepthook(
        self,
        etype: type[BaseException] | None,
        evalue: BaseException | None,
        etraceback: TracebackType | None,
    ) -> bool:
        return True

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite names it
        self._disk.before("read", self._path)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite names it
        self._disk.before("write", self._path)
        super().xWrite(data, offset)  # pyright: ignore[reportUnknownMemberType] - apsw's stub leaves it open
        self._disk.wrote(self._path, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite names it
        self._disk.before("truncate", self._path)
        super().xTruncate(newsize)
        self._disk.wrote(self._path, newsize, None)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite names it
        self._disk.before("sync", self._path)
        super().xSync(flags)
        self._disk.synced(self._path)


def _never(_call: Call) -> Fault | None:
    return None

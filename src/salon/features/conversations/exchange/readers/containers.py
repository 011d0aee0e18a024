"""Opens what an export comes in: a file of JSON or a ZIP. Nothing of it is ever written to a disk."""

import codecs
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Protocol

import msgspec

from salon.features.conversations.exchange.readers.problems import Notes, ReadError

_CHUNK: Final = 1024 * 1024
_MOST_MEMBERS: Final = 500_000
_MOST_RATIO: Final = 250
"""How many times its packed size a member may have; JSON of conversations has 3 to 30."""
_ALWAYS_FINE: Final = 64 * 1024 * 1024
"""Below so many bytes the ratio does not matter."""
_MOST_UNPACKED: Final = 64 * 1024**3
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_ENCODINGS: Final[tuple[tuple[bytes, str], ...]] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an export."""

    name: str
    """Its path inside a ZIP; for a lone file, the file's name."""
    size_bytes: int
    number: int
    """Its place in the ZIP."""


class Source(Protocol):
    """What an export comes in."""

    def members(self) -> list[Member]:
        """Return the files, in the order of their names."""
        ...

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a file's bytes. Raises: ReadError."""
        ...


def open_source(path: Path, name: str, notes: Notes) -> Source:
    """Return what is at ``path``, by its content. Raises: ReadError."""
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise ReadError("empty")
    if head[:2] == b"PK":
        return ZipSource(path, notes)
    return LoneFile(path, name)


class LoneFile:
    """An export that is one file."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._member = Member(name=name, size_bytes=path.stat().st_size, number=0)

    def members(self) -> list[Member]:
        """Return the file."""
        return [self._member]

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield its bytes."""
        del member
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


class ZipSource:
    """An export that is a ZIP. Members are read where they lie."""

    def __init__(self, path: Path, notes: Notes) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError) as error:
            raise ReadError(
                "cut" if "End-of-central" in str(error) else "damaged", detail=str(error)
            ) from error
        self._left = _MOST_UNPACKED
        self._infos = self._zip.infolist()
        if len(self._infos) > _MOST_MEMBERS:
            raise ReadError("members", detail=f"{len(self._infos)}")
        self._members = [
            Member(name=info.filename, size_bytes=info.file_size, number=number)
            for number, info in enumerate(self._infos)
            if not info.is_dir() and _is_sound(info, notes)
        ]
        self._members.sort(key=lambda member: member.name)

    def members(self) -> list[Member]:
        """Return the files whose names stay inside."""
        return self._members

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a member's bytes, unpacked."""
        info = self._infos[member.number]
        if info.flag_bits & 1:
            raise ReadError("encrypted", place=member.name)
        try:
            with self._zip.open(info) as file:
                yield from self._bounded(file, info)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ReadError("damaged", place=member.name, detail=str(error)[:200]) from error
        except (NotImplementedError, RuntimeError, OSError, ValueError) as error:
            raise ReadError("damaged", place=member.name, detail=type(error).__name__) from error

    def _bounded(self, file: IO[bytes], info: zipfile.ZipInfo) -> Iterator[bytes]:
        unpacked = 0
        while chunk := file.read(_CHUNK):
            unpacked += len(chunk)
            self._left -= len(chunk)
            too_dense = unpacked > _ALWAYS_FINE and unpacked > _MOST_RATIO * max(1, info.compress_size)
            if too_dense or self._left < 0:
                raise ReadError("bomb", place=info.filename)
            yield chunk


def _is_sound(info: zipfile.ZipInfo, notes: Notes) -> bool:
    """Tell whether a member is a file that stays inside its archive; else it is noted."""
    name = info.orig_filename.replace("\\", "/")
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    steps = name.split("/")
    if is_link or name.startswith("/") or _DRIVE.match(name) or ".." in steps or "\x00" in name:
        notes.add("member-refused", name)
        return False
    return not (steps[0] == "__MACOSX" or steps[-1] == ".DS_Store")


def text_chunks(chunks: Iterator[bytes], notes: Notes) -> Iterator[bytes]:
    """Yield text as UTF-8 without a mark, whatever Unicode encoding it came in."""
    head = b""
    while len(head) < 4 and (chunk := next(chunks, None)) is not None:
        head += chunk
    encoding = next((name for mark, name in _ENCODINGS if head.startswith(mark)), _bare_encoding(head))
    if encoding is None:
        yield head.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    notes.add("encoding", encoding)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(head).encode("utf-8", "replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")


def _bare_encoding(head: bytes) -> str | None:
    """Return the encoding of JSON without a mark: its first two characters are ASCII."""
    patterns = {
        b"\0\0\0x": "utf-32-be",
        b"x\0\0\0": "utf-32-le",
        b"\0x\0x": "utf-16-be",
        b"x\0x\0": "utf-16-le",
    }
    return patterns.get(re.sub(rb"[^\0]", b"x", head[:4]))

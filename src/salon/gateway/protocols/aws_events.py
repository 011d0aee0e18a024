"""Amazon's binary event stream: frames with typed headers and two checksums, for bytes cut anywhere.

A frame is: total length and headers length (4 bytes each), their CRC-32, the headers, the payload, and the
CRC-32 of all before it. Numbers are big-endian.
https://smithy.io/2.0/aws/amazon-eventstream.html (2026-11).
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

MOST_BYTES: Final = 24 * 1024 * 1024
"""A payload larger than this is refused, as by Amazon's own clients."""
_MOST_HEADER_BYTES: Final = 128 * 1024
_PRELUDE: Final = struct.Struct(">III")
_CRC: Final = struct.Struct(">I")
_LEAST: Final = _PRELUDE.size + _CRC.size
_STRING: Final = 7
_SIZED: Final = (6, _STRING)
"""Types of values (bytes, string) that tell their length."""
_WIDTHS: Final = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of the values of all other types: true, false, integers, a time, a UUID."""


class BrokenFrameError(ValueError):
    """The bytes are no frame; the text says why. Nothing after them can be read."""


class Frame(msgspec.Struct, frozen=True):
    """One message of a stream."""

    headers: Mapping[str, str]
    """Those whose values are strings; Amazon's services send no others that matter."""
    payload: bytes

    @property
    def kind(self) -> str:
        """What it is: the type of the event, or of the exception."""
        return self.headers.get(":event-type") or self.headers.get(":exception-type") or ""

    @property
    def is_event(self) -> bool:
        """Tell whether it is no exception and no error."""
        return self.headers.get(":message-type", "event") == "event"


class FrameSplitter:
    """Cuts bytes into frames. Forward order; every checksum is checked."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> bool:
        """Whether part of a frame is held back."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that ``data`` completes; to be taken to the end. Raises: BrokenFrameError."""
        buffer = self._buffer
        buffer += data
        start = 0
        try:
            while len(buffer) - start >= _PRELUDE.size:
                total = _total(buffer, start)
                if len(buffer) - start < total:
                    break
                frame = _frame(bytes(buffer[start : start + total]))
                start += total
                yield frame
        finally:
            if start:
                del buffer[:start]


def _total(buffer: bytearray, start: int) -> int:
    """Return a frame's length, once its prelude is proven."""
    total, headers, checksum = _PRELUDE.unpack_from(buffer, start)
    if zlib.crc32(buffer[start : start + 8]) != checksum:
        raise BrokenFrameError("the checksum of a frame's head is wrong")
    if headers > _MOST_HEADER_BYTES or not _LEAST + headers <= total <= _LEAST + headers + MOST_BYTES:
        raise BrokenFrameError("the lengths of a frame are wrong")
    return total


def _frame(data: bytes) -> Frame:
    body, (checksum,) = data[: -_CRC.size], _CRC.unpack(data[-_CRC.size :])
    if zlib.crc32(body) != checksum:
        raise BrokenFrameError("the checksum of a frame is wrong")
    end = _PRELUDE.size + _PRELUDE.unpack_from(data)[1]
    return Frame(_headers(body[_PRELUDE.size : end]), body[end:])


def _headers(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            name = data[at + 1 : at + 1 + data[at]].decode()
            at += 1 + data[at]
            kind = data[at]
            at += 1
            if kind in _SIZED:
                size = int.from_bytes(data[at : at + 2], "big")
                at += 2
                if kind == _STRING:
                    found[name] = data[at : at + size].decode()
            else:
                size = _WIDTHS[kind]
            at += size
    except (IndexError, KeyError, UnicodeDecodeError) as error:
        raise BrokenFrameError("the headers of a frame cannot be read") from error
    if at != len(data):
        raise BrokenFrameError("the headers of a frame are cut")
    return found

"""Amazon's binary event stream: frames cut anywhere, and every byte of them proven."""

import struct
import zlib

import pytest

from salon.gateway.protocols.aws_events import BrokenFrameError, FrameSplitter
from salon.testing.fake_provider.aws import pack

EVENT = {":event-type": "chunk", ":message-type": "event"}
STREAM = (
    pack(b'{"a":1}', EVENT)
    + pack(b"", EVENT)
    + pack("ä€".encode(), {":exception-type": "x", "long": "y" * 300})
)


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 1009])
def test_frames_come_whole_however_they_are_cut(cut: int) -> None:
    splitter = FrameSplitter()
    frames = [frame for i in range(0, len(STREAM), cut) for frame in splitter.feed(STREAM[i : i + cut])]
    assert [(frame.kind, frame.payload) for frame in frames] == [
        ("chunk", b'{"a":1}'),
        ("chunk", b""),
        ("x", "ä€".encode()),
    ]
    assert [frame.is_event for frame in frames[:2]] == [True, True]
    assert not splitter.pending


def test_a_published_frame_is_read() -> None:
    # The smallest frame of the format's own test vectors: no headers, no payload.
    empty = bytes.fromhex("000000100000000005c248eb7d98c8ff")
    (frame,) = list(FrameSplitter().feed(empty))
    assert (dict(frame.headers), frame.payload) == ({}, b"")


def test_any_flipped_byte_is_found() -> None:
    whole = pack(b'{"text":"hello"}', EVENT)
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0x10
        with pytest.raises(BrokenFrameError):
            list(FrameSplitter().feed(bytes(broken) + b"\0" * 8))


def test_headers_of_every_type_are_passed_over() -> None:
    values = [(0, b""), (1, b""), (2, b"\1"), (3, b"\0\1"), (4, b"\0" * 4), (5, b"\0" * 8), (6, b"\0\2ab"),
              (8, b"\0" * 8), (9, b"\0" * 16), (7, b"\0\2ok")]  # fmt: skip
    headers = b"".join(b"\2h" + bytes([48 + kind]) + bytes([kind]) + value for kind, value in values)
    (frame,) = FrameSplitter().feed(framed(headers))
    assert frame.headers == {"h7": "ok"}


@pytest.mark.parametrize("headers", [b"\1a\x0a", b"\5a", b"\1a\7\0\x09xy", b"\1\xff\0"])
def test_headers_that_cannot_be_read_are_refused(headers: bytes) -> None:
    with pytest.raises(BrokenFrameError):
        list(FrameSplitter().feed(framed(headers)))


def test_lengths_that_no_service_sends_are_refused_at_once() -> None:
    for total, headers in ((0xFFFFFFFF, 0), (20, 100), (15, 0)):
        prelude = struct.pack(">II", total, headers)
        with pytest.raises(BrokenFrameError, match="lengths"):
            list(FrameSplitter().feed(prelude + struct.pack(">I", zlib.crc32(prelude))))


def framed(headers: bytes) -> bytes:
    """Return a frame with these header bytes."""
    prelude = struct.pack(">II", 16 + len(headers), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers
    return body + struct.pack(">I", zlib.crc32(body))

"""Amazon's binary event stream, written: what the fake Bedrock answers in."""

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from salon.testing.fake_provider.frames import Frame


def pack(payload: bytes, headers: Mapping[str, str]) -> bytes:
    """Return one frame."""
    packed = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value.encode())) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + packed + payload
    return body + struct.pack(">I", zlib.crc32(body))


def event(kind: str, value: Any, *, tokens: int = 0, role: str = "content") -> Frame:
    """Frame one JSON value as an event."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return Frame(data=pack(orjson.dumps(value), headers), tokens=tokens, role=role)


def exception(kind: str, message: str) -> Frame:
    """Frame an exception, which ends a stream."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return Frame(data=pack(orjson.dumps({"message": message}), headers))

"""What part of a file a request asks for, and whether the client has it (RFC 9110, 13 and 14)."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

_SPAN: Final = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent."""

    status: int
    """200, 206, 304 or 416."""
    start: int = 0
    end: int = 0
    """Before which byte it ends."""


def wanted_of(headers: Mapping[bytes, bytes], *, size_bytes: int, etag: str) -> Wanted:
    """Return what part of a file of ``size_bytes`` is asked for.

    Several ranges at once get the whole file, as a server may answer that has no use for them; so does a
    range of a file that has changed since (``If-Range``), and what is no range.
    """
    tag = etag.encode("ascii")
    if _names(headers.get(b"if-none-match"), tag):
        return Wanted(status=304)
    whole = Wanted(status=200, end=size_bytes)
    asked, condition = headers.get(b"range"), headers.get(b"if-range")
    if asked is None or (condition is not None and condition.strip() != tag):
        return whole
    found = _SPAN.fullmatch(asked.strip())
    if found is None or found[1] == found[2] == b"":
        return whole
    if found[1] == b"":
        count = min(int(found[2]), size_bytes)
        start, end = size_bytes - count, size_bytes
    else:
        start = int(found[1])
        end = min(int(found[2]) + 1, size_bytes) if found[2] else size_bytes
        if found[2] and int(found[2]) < start:
            return whole
    if start >= size_bytes:
        return Wanted(status=416)
    return Wanted(status=206, start=start, end=end)


def _names(condition: bytes | None, tag: bytes) -> bool:
    if condition is None:
        return False
    named = [one.strip().removeprefix(b"W/") for one in condition.split(b",")]
    return tag in named or condition.strip() == b"*"

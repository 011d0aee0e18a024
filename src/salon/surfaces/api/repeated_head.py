"""Heads that come again: a client sends the same one with each request, but for the length of its body.

A head that came through the parser and every check is kept with its connection. When the next request
begins with the same bytes, and its body came with it, parsing them again could only find the same. Who
calls, and whether that is still allowed, is asked each time.
"""

from typing import Final

import msgspec

from salon.surfaces.api.endpoints import Endpoint

_LENGTH: Final = b"\r\ncontent-length: "
_END: Final = b"\r\n\r\n"
_MOST_BYTES: Final = 4096
_MOST_DIGITS: Final = 12
_COOKIE_OR_PAGE: Final = frozenset({b"cookie", b"origin"})


class RepeatedHead(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """One head of a hot request that was served, in two parts around the length of its body."""

    before: bytes
    after: bytes
    url: bytes
    row: Endpoint
    headers: dict[bytes, bytes]
    """All headers but the length."""
    digest: bytes
    """What is known here of the key it carries."""

    def body_of(self, data: bytes) -> bytes | None:
        """Return the body of the request in ``data``, which begins with ``before``; None if it is another.

        Another head, a body that is not whole, or more than one request: all that is for the parser.
        """
        start = len(self.before)
        # Slices: ``find`` and ``startswith`` cost more than all of this by their arguments.
        digits = data[start : start + _MOST_DIGITS].partition(b"\r\n")[0]
        end = start + len(digits)
        begin = end + len(self.after)
        if data[end:begin] != self.after:
            return None
        body = data[begin:]
        return body if digits == b"%d" % len(body) else None


def repeatable(
    data: bytes, *, url: bytes, row: Endpoint, headers: dict[bytes, bytes], digest: bytes | None
) -> RepeatedHead | None:
    """Return what to keep of the head that ``data`` begins with, if it may be met again like this.

    ``headers`` is what the parser made of it. Not kept: long ones, those of pages, and bodies in chunks.
    """
    end = data.find(_END, 0, _MOST_BYTES)
    if digest is None or end < 0 or b"content-length" not in headers or headers.keys() & _COOKIE_OR_PAGE:
        return None
    end += len(_END)
    at = data[:end].lower().find(_LENGTH)
    if at < 0:
        return None
    at += len(_LENGTH)
    return RepeatedHead(
        before=data[:at],
        after=data[data.index(b"\r\n", at) : end],
        url=url,
        row=row,
        headers={name: value for name, value in headers.items() if name != b"content-length"},
        digest=digest,
    )

r"""The one reader of a JSON array that streams: bytes cut anywhere in, whole items out, in linear time.

Without ``alt=sse`` the provider streams ``[{...}\n,\n{...}\n]``. A lone object counts as one item.
"""

import re
from typing import Final

from salon.gateway.protocols.sse import MAX_EVENT_BYTES, EventTooLargeError

_STRUCTURE: Final = re.compile(rb'["{}\[\]]')
_STRING: Final = re.compile(rb'["\\]')
_SPACE: Final = b" \t\r\n\xef\xbb\xbf"


def begins_json(data: bytes) -> bool | None:
    """Tell whether a body is JSON and not events; None while only space has come."""
    head = data.lstrip(_SPACE)
    return head.startswith((b"[", b"{")) if head else None


class JsonArraySplitter:
    """Cuts an array into its items."""

    __slots__ = ("_buffer", "_depth", "_in_string", "_limit", "_outer", "_scan", "_start", "ended")

    def __init__(self, *, max_item_bytes: int = MAX_EVENT_BYTES) -> None:
        self.ended = False
        """The array, or the lone object, is complete."""
        self._buffer = bytearray()
        self._limit = max_item_bytes
        self._scan: int = 0
        self._depth = 0
        self._outer = -1
        """The depth at which items stand; -1 before the first bracket."""
        self._start = -1
        """Where the item that is not complete begins; -1 between items."""
        self._in_string = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the items that ``data`` completes. Raises: EventTooLargeError."""
        buffer = self._buffer
        buffer += data
        items: list[bytes] = []
        while match := (_STRING if self._in_string else _STRUCTURE).search(buffer, self._scan):
            self._scan = match.end()
            mark = match[0]
            if self._in_string:
                if mark == b'"':
                    self._in_string = False
                else:
                    self._scan += 1  # what is escaped may not have come yet
            elif mark == b'"':
                self._in_string = True
            else:
                self._bracket(mark, match.start(), items)
        self._scan = max(self._scan, len(buffer))
        self._forget()
        if len(buffer) > self._limit:
            buffer.clear()
            raise EventTooLargeError
        return items

    def _bracket(self, mark: bytes, place: int, items: list[bytes]) -> None:
        if mark in b"{[":
            if self._outer < 0:
                self._outer = 1 if mark == b"[" else 0
            if self._depth == self._outer:
                self._start = place
            self._depth += 1
            return
        self._depth -= 1
        if self._depth == self._outer and self._start >= 0:
            items.append(bytes(self._buffer[self._start : place + 1]))
            self._start = -1
        if self._depth <= 0:
            self.ended = True

    def _forget(self) -> None:
        """Let go of what has been read."""
        kept = self._start if self._start >= 0 else min(self._scan, len(self._buffer))
        del self._buffer[:kept]
        self._scan -= kept
        self._start = min(self._start, 0)

    @property
    def pending(self) -> bool:
        """Whether part of an item is held back."""
        return self._start >= 0

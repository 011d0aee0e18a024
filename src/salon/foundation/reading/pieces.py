"""What a reader of documents sends: text in pieces, bounded, with a mark between pages."""

import time
from typing import Any, Final

from salon.foundation.workers.models import Send

PAGE: Final = "\f"
"""Between two pages, slides or sheets."""
_PIECE: Final = 64 * 1024


class Full(Exception):
    """No more text is wanted."""


class Pieces:
    """Collects text and sends it in pieces."""

    def __init__(self, send: Send, *, most_bytes: int, most_s: float) -> None:
        self._send = send
        self._left_bytes = most_bytes
        self._until_s = time.monotonic() + most_s
        self._waiting: list[str] = []
        self._length = 0
        self.pages = 0
        self.has_words = False
        self.cut: str | None = None
        """Why the text ends early; None if it is whole."""

    def add(self, text: str) -> None:
        """Add text of the present page. Raises: Full."""
        if not text:
            return
        clean = text.replace(PAGE, "\n").replace("\x00", "") if PAGE in text or "\x00" in text else text
        self.has_words = self.has_words or not clean.isspace()
        self._put(clean)

    def page(self) -> None:
        """Begin a page. Raises: Full."""
        if self.pages:
            self._put(PAGE)
        self.pages += 1
        if time.monotonic() > self._until_s:
            self._stop("time")

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self._send("".join(self._waiting).encode("utf-8", "replace"))
        self._waiting, self._length = [], 0

    def told(self, unit: str) -> dict[str, Any]:
        """Return what is known of the text."""
        return {
            "unit": unit,
            "count": self.pages,
            "has_words": self.has_words,
            "cut": self.cut,
        }

    def _put(self, text: str) -> None:
        size = len(text.encode("utf-8", "replace"))
        if size > self._left_bytes:
            kept = text.encode("utf-8", "replace")[: self._left_bytes].decode("utf-8", "ignore")
            self._waiting.append(kept)
            self._left_bytes = 0
            self._stop("size")
        self._left_bytes -= size
        self._waiting.append(text)
        self._length += len(text)
        if self._length >= _PIECE:
            self.flush()

    def _stop(self, why: str) -> None:
        self.cut = why
        raise Full

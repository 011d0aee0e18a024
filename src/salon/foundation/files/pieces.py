"""A stream that is cut into pieces, and whose end in the middle is not the end of what came."""

from collections.abc import AsyncIterator
from typing import Final

PIECE_BYTES: Final = 16 * 1024**2
"""How much of an upload is kept at once: what a process that is killed may lose."""


class Pieces:
    """Cuts a stream; each piece must be read to its end before the next one is asked for."""

    def __init__(self, content: AsyncIterator[bytes], size_bytes: int) -> None:
        """Cut ``content`` into pieces of ``size_bytes``; the last one may be shorter."""
        self.is_over = False
        """Nothing more comes."""
        self.failure: Exception | None = None
        """Why nothing more comes, where that is no end."""
        self._content = content
        self._size_bytes = size_bytes
        self._left = b""

    async def has_more(self) -> bool:
        """Tell whether another piece comes."""
        self._left = self._left or await self._next()
        return bool(self._left)

    async def piece(self) -> AsyncIterator[bytes]:
        """Yield the chunks of the next piece. What the stream raises is kept in ``failure``."""
        wanted = self._size_bytes
        while wanted > 0:
            chunk = self._left or await self._next()
            if not chunk:
                return
            self._left = chunk[wanted:]
            yield chunk[:wanted]
            wanted -= min(len(chunk), wanted)

    async def _next(self) -> bytes:
        """Return what comes next, nothing at the end."""
        while not self.is_over:
            try:
                if chunk := await anext(self._content):
                    return chunk
            except StopAsyncIteration:
                self.is_over = True
            except Exception as error:  # noqa: BLE001 - raised again once what came is kept
                self.is_over, self.failure = True, error
        return b""

"""A reply whose events are framed as one JSON array: Gemini's streams without ``alt=sse``.

The gateway writes events; how they are framed is a matter of the door. An error before the first event
is the array's only item, as the provider's own is.
"""

from typing import Final

from salon.gateway.exchange import Headers
from salon.gateway.protocols.sse import BlockSplitter, block_data
from salon.surfaces.api.asgi_reply import AsgiReply

_EVENTS: Final = b"text/event-stream"
_TYPE: Final = (b"content-type", b"application/json")


class ArrayReply(AsgiReply):
    """One response over ASGI ``send``, as an array."""

    def __init__(self, *, extra: Headers) -> None:
        super().__init__(extra=extra)
        self._splitter: BlockSplitter | None = None
        """Set while events are written; without it a body is one item."""
        self._mark = b"["

    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Queue the head."""
        if (b"content-type", _EVENTS) in headers:
            self._splitter = BlockSplitter()
            headers = [_TYPE if name == b"content-type" else (name, value) for name, value in headers]
        if content_length is not None:
            content_length += 2
        super().start(status, headers, content_length=content_length)

    def write(self, data: bytes) -> None:
        """Queue items; an event without data (a comment) is none."""
        splitter = self._splitter
        items = [data] if splitter is None else [block_data(block) for block in splitter.feed(data)]
        self._items(items)

    def finish(self) -> None:
        """Queue the end of the array."""
        if self.started and not self.closed:
            if self._splitter is not None:
                self._items([block_data(self._splitter.finish())])
            super().write(b"[]" if self._mark == b"[" else b"]")
        super().finish()

    def _items(self, items: list[bytes]) -> None:
        for item in items:
            if item:
                super().write(self._mark + item)
                self._mark = b"" if self._splitter is None else b",\r\n"

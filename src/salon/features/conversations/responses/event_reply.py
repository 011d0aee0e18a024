"""A reply of the gateway that is heard event by event instead of being sent as it is."""

import asyncio
from collections.abc import Callable
from typing import Final

from salon.gateway.exchange import Headers, headers_of
from salon.gateway.protocols.sse import BlockSplitter

_STREAM: Final = b"text/event-stream"


class EventReply:
    """Hands on each event of a stream, and keeps an answer that is none. One event loop."""

    def __init__(self, on_event: Callable[[bytes], None]) -> None:
        self.started = False
        self.closed = False
        self.writable = True
        self.status = 0
        self.headers: Headers = []
        self.body = bytearray()
        """The answer, where it is no stream."""
        self.is_stream = False
        self.is_whole = False
        """The gateway said that nothing follows; false after an answer that was cut."""
        self.has_left = False
        """The listener left before the end."""
        self.done = asyncio.Event()
        """Set once nothing follows, for whatever reason."""
        self._on_event = on_event
        self._splitter = BlockSplitter()
        self._close_callbacks: list[Callable[[], None]] = []
        self._writable_callbacks: list[Callable[[bool], None]] = []

    # -- for the gateway --------------------------------------------------------------------------
    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Keep the head."""
        del content_length
        self.started, self.status, self.headers = True, status, headers
        self.is_stream = any(name == b"content-type" and value.startswith(_STREAM) for name, value in headers)

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Keep all of it."""
        self.start(status, headers)
        self.write(body)
        self.finish()

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Keep all of it."""
        self.send(status, headers_of(lines), body)

    def write(self, data: bytes) -> None:
        """Hand on the events that ``data`` completes."""
        if self.closed:
            return
        if not self.is_stream:
            self.body += data
            return
        for block in self._splitter.feed(data):
            self._on_event(block)

    def finish(self) -> None:
        """End."""
        if not self.closed:
            self.closed = self.is_whole = True
            self.done.set()

    def abort(self) -> None:
        """End in the midst."""
        if not self.closed:
            self.closed = True
            self.done.set()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once if the listener leaves before ``finish``."""
        if not self.closed:
            self._close_callbacks.append(callback)

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Call ``callback`` whenever ``writable`` changes."""
        self._writable_callbacks.append(callback)

    # -- for the listener -------------------------------------------------------------------------
    def leave(self) -> None:
        """Say that nobody listens any more, which stops the provider."""
        if self.closed:
            return
        self.closed = self.has_left = True
        self.done.set()
        callbacks, self._close_callbacks = self._close_callbacks, []
        for callback in callbacks:
            callback()

    def set_writable(self, writable: bool) -> None:
        """Say whether there is room for more."""
        if writable != self.writable:
            self.writable = writable
            for callback in () if self.closed else self._writable_callbacks:
                callback(writable)

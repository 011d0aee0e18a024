"""An answer that goes to another part of the house instead of a connection."""

from collections.abc import Callable

from salon.gateway.exchange import Headers, headers_of


class KeptReply:
    """A reply that nobody waits for but us."""

    def __init__(self) -> None:
        self.started = False
        self.closed = False
        self.writable = True
        self.status = 0
        self.headers: Headers = []
        self.body = bytearray()

    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Keep the head."""
        del content_length
        self.started, self.status, self.headers = True, status, headers

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Keep all of it."""
        self.start(status, headers)
        self.write(body)
        self.finish()

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Keep all of it."""
        self.send(status, headers_of(lines), body)

    def write(self, data: bytes) -> None:
        """Keep part of the body."""
        self.body += data

    def finish(self) -> None:
        """End."""
        self.closed = True

    def abort(self) -> None:
        """End."""
        self.closed = True

    def on_close(self, callback: Callable[[], None]) -> None:
        """Nobody leaves."""

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Nothing is ever full."""

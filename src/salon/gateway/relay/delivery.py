"""What the caller gets: a stream or a body in its dialect, or events inside the house.

A delivery knows nothing of providers. Its first content is held back until there is some, so that a
failure before that can still be answered by another provider.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import StreamEvent
from salon.gateway.exchange import Headers, Reply
from salon.gateway.protocols.base import Dialect, EncodeContext, StreamEncoder
from salon.gateway.protocols.losses import Loss

_MOST_HELD: Final = 64 * 1024
_MOST_QUEUED: Final = 256


class StreamDelivery:
    """A stream in the caller's dialect."""

    __slots__ = (
        "_begin",
        "_dialect",
        "_encoder",
        "_held",
        "_held_bytes",
        "head",
        "lost",
        "recorder",
        "reply",
        "started",
    )

    def __init__(self, reply: Reply, dialect: Dialect, begin: Callable[[], Headers], lost: set[Loss]) -> None:
        """``begin`` is called once, when the first content is there; it returns the headers.

        ``lost`` is filled at the end with what the caller's dialect could not carry.
        """
        self.reply = reply
        self.lost = lost
        self.started = False
        self.recorder: list[bytes] | None = None
        """Collects everything that is sent, when somebody wants to keep it."""
        self.head: Headers = []
        self._begin = begin
        self._dialect = dialect
        self._encoder: StreamEncoder | None = None
        self._held: list[bytes] = []
        self._held_bytes = 0

    def forward(self, data: bytes, *, has_content: bool) -> None:
        """Hand over bytes that already are in the caller's dialect."""
        if self.started:
            if self.recorder is not None:
                self.recorder.append(data)
            self.reply.write(data)
            return
        self._held.append(data)
        self._held_bytes += len(data)
        if has_content or self._held_bytes > _MOST_HELD:
            self.flush()

    def encode(self, events: Sequence[StreamEvent], context: EncodeContext, *, has_content: bool) -> None:
        """Hand over events in the caller's dialect."""
        encoder = self._encoder
        if encoder is None:
            encoder = self._encoder = self._dialect.stream_encoder(context)
        data = encoder.encode(events)
        if data:
            self.forward(data, has_content=has_content)

    def flush(self) -> None:
        """Send the head and what was held."""
        if self.started:
            return
        self.started = True
        self.head = self._begin()
        self.reply.start(200, self.head)
        data = b"".join(self._held)
        self._held.clear()
        if data:
            if self.recorder is not None:
                self.recorder.append(data)
            self.reply.write(data)

    @property
    def is_holding(self) -> bool:
        """Tell whether something waits for content to follow."""
        return bool(self._held)

    def reset(self) -> None:
        """Forget what a failed attempt left; only before ``started``."""
        self._held.clear()
        self._held_bytes = 0
        self._encoder = None

    def end(self, mark: bytes = b"") -> None:
        """Send what is held and what ends the stream well; ``mark`` is what a tapped stream lacked."""
        self.flush()
        data, encoder = mark, self._encoder
        if encoder is not None:
            data = encoder.finish()
            if encoder.lost:
                self.lost |= encoder.lost
        if data:
            self.forward(data, has_content=True)

    def break_off(self, error: SalonError, context: EncodeContext) -> None:
        """End a begun stream with an error in the caller's dialect."""
        encoder = self._encoder or self._dialect.stream_encoder(context)
        self.forward(encoder.error(error), has_content=True)
        self.lost |= encoder.lost
        self.reply.finish()


class EventDelivery:
    """Events for a caller inside the house, through a bounded queue."""

    __slots__ = ("_begin", "_flow", "_held", "_queue", "_waiting", "error", "is_done", "started")

    def __init__(self, begin: Callable[[], object]) -> None:
        self.started = False
        self.is_done = False
        self.error: SalonError | None = None
        self._begin = begin
        self._held: list[StreamEvent] = []
        self._queue: list[StreamEvent] = []
        self._waiting: asyncio.Future[None] | None = None
        self._flow: Callable[[bool], None] | None = None

    def on_flow(self, callback: Callable[[bool], None]) -> None:
        """Call ``callback`` with False when the reader falls behind, True when it caught up."""
        self._flow = callback

    def put(self, events: Sequence[StreamEvent], *, has_content: bool) -> None:
        """Hand over events; until there is content they are held, for another provider may answer yet."""
        if not self.started:
            self._held.extend(events)
            if not has_content and len(self._held) <= _MOST_QUEUED:
                return
            self.started = True
            self._begin()
            events, self._held = self._held, []
        self._queue.extend(events)
        if len(self._queue) > _MOST_QUEUED and self._flow is not None:
            self._flow(False)
        self._wake()

    def reset(self) -> None:
        """Forget what a failed attempt left; only before ``started``."""
        self._held.clear()

    def close(self, error: SalonError | None = None) -> None:
        """End, well or with ``error``."""
        self.is_done = True
        self.error = error
        self._wake()

    async def take(self) -> list[StreamEvent]:
        """Return the events that have come, after waiting for one; none when the answer is over."""
        while not self._queue and not self.is_done:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        events, self._queue = self._queue, []
        if self._flow is not None and not self.is_done:
            self._flow(True)
        return events

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

"""What dialects that stream server-sent events share: cutting into events, and what ends a stream.

Nothing here knows an event's meaning: a subclass reads one at a time.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from salon.foundation.messages import StreamError, StreamEvent
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.classify import error_of, status_in
from salon.gateway.protocols.sse import BlockSplitter, EventTooLargeError, block_data, ended, says_nothing
from salon.gateway.protocols.wire_json import is_json

_TOO_LARGE = "The provider sent an event over the size limit."
_WITHOUT_WORDS = "The provider reported an error without a message."


class EventTap(ABC):
    """Forwards whole events of a passed-through stream; a ``StreamTap`` but for usage and finish."""

    __slots__ = ("_broken", "_splitter", "error", "events", "output_bytes", "saw_end")
    _statuses: ClassVar[Mapping[str, int]] = {}
    """HTTP statuses of the dialect's error types, for errors that tell none."""

    def __init__(self) -> None:
        self.error: InStreamError | None = None
        self.saw_end = False
        self.output_bytes = 0
        self.events = 0
        self._broken: bytes | None = None
        self._splitter = BlockSplitter()

    def feed(self, data: bytes) -> bytes:
        """Return what to forward for ``data``; holds back an incomplete event."""
        try:
            blocks = self._splitter.feed(data)
        except EventTooLargeError:
            self.error = InStreamError(message=_TOO_LARGE, type="event_too_large", noticed=True)
            return b""
        if len(blocks) == 1:
            return self._block(blocks[0])
        parts = [self._block(block) for block in blocks]
        if self._broken is not None:
            del parts[next((place for place, block in enumerate(blocks) if block is self._broken), 0) :]
        return b"".join(parts)

    def finish(self) -> bytes:
        """Return what is still held back at the end of the body; an event cut in the middle is dropped."""
        rest = self._splitter.finish()
        data = block_data(rest)
        if not data:
            return rest if says_nothing(rest) and rest.endswith((b"\n", b"\r")) else b""
        if not self._is_whole(data):
            return b""
        out = self._block(rest)
        return ended(out) if out else b""

    @abstractmethod
    def _block(self, block: bytes) -> bytes:
        """Read one event and return what to forward of it."""

    def _is_whole(self, data: bytes) -> bool:
        """Tell whether the data of a last event, which lacks its blank line, was not cut."""
        return is_json(data)

    def _tell_error(self, error: object) -> None:
        """Keep the error that the provider put into the stream; the first one counts."""
        if self.error is not None:
            return
        body = error_of({"error": error})
        self.error = InStreamError(
            message=body.message or _WITHOUT_WORDS,
            type=body.type,
            code=body.code,
            status=status_in(error) or self._statuses.get(body.type or ""),
        )

    def _break(self, block: bytes) -> bytes:
        """End the stream at an event that cannot be read: what is not understood is not passed on."""
        if self.error is None:
            self._broken = block
            self.error = InStreamError(
                message="The provider sent an event that is not JSON.", type="invalid_event", noticed=True
            )
        return b""


class EventDecoder(ABC):
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    _statuses: ClassVar[Mapping[str, int]] = {}
    """HTTP statuses of the dialect's error types, for errors that tell none."""

    def __init__(self) -> None:
        self._splitter = BlockSplitter()
        self._started = False
        self._over = False

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Return the events that ``data`` completes."""
        out: list[StreamEvent] = []
        if self._over:
            return out
        try:
            for block in self._splitter.feed(data):
                self._block(block, out)
        except EventTooLargeError:
            self._fail(out, _TOO_LARGE, "event_too_large")
        return out

    def finish(self) -> list[StreamEvent]:
        """Return what the end of the body completes; a truncated stream ends in a StreamError."""
        out: list[StreamEvent] = []
        rest = self._splitter.finish()
        if rest and not self._over:
            self._block(rest, out, last=True)
        if not self._over and not self._end_unmarked(out):
            self._fail(out, "The stream ended before the answer did.", "stream_truncated")
        return out

    @abstractmethod
    def _block(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        """Read one event; the ``last`` of a body may have been cut, which is then no broken event."""

    def _end_unmarked(self, out: list[StreamEvent]) -> bool:
        """End an answer well that told its finish and lacks the dialect's end mark; else return False."""
        return False

    def _fail(self, out: list[StreamEvent], message: str, kind: str) -> None:
        self._over = True
        out.append(StreamError(message=message, type=kind))

    def _tell_error(self, error: Any, out: list[StreamEvent]) -> None:
        """End the stream with the error that the provider put into it."""
        body = error_of({"error": error})
        self._over = True
        out.append(
            StreamError(
                message=body.message or _WITHOUT_WORDS,
                type=body.type,
                code=body.code,
                status=status_in(error) or self._statuses.get(body.type or ""),
                raw=error,
            )
        )

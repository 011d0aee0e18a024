"""Tokens where nobody counted them: estimates from bytes, and what an answer is held to cost."""

from collections.abc import Sequence
from typing import Final, cast

from salon.foundation.messages import (
    Finish,
    ReasoningDelta,
    RefusalDelta,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReported,
)
from salon.gateway.protocols.counts import BYTES_PER_TOKEN

HELD_BYTES_PER_TOKEN: Final = 3
"""Fewer than for counts, because a hold must not be too small."""


def estimated_usage(request_bytes: int, output_bytes: int) -> Usage:
    """Return our count of an answer whose provider sent none."""
    return Usage(
        input_tokens=-(-request_bytes // BYTES_PER_TOKEN),
        output_tokens=-(-output_bytes // BYTES_PER_TOKEN),
        estimated=True,
    )


class EventMeter:
    """Watches translated events as a tap watches bytes: usage, finish, errors, size."""

    __slots__ = ("error", "events", "finish", "output_bytes", "usage")

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.finish: Finish | None = None
        self.error: StreamError | None = None
        self.output_bytes = 0
        self.events = 0
        """Content-bearing events so far."""

    def take(self, events: Sequence[StreamEvent]) -> None:
        """Count ``events``."""
        for event in events:
            kind = type(event)
            if kind is TextDelta or kind is ReasoningDelta or kind is RefusalDelta:
                text = cast(TextDelta, event).text
                self.output_bytes += len(text) if text.isascii() else len(text.encode())
                self.events += 1
            elif kind is ToolCallDelta:
                self.output_bytes += len(cast(ToolCallDelta, event).arguments)
                self.events += 1
            else:
                self._rare(event)

    def _rare(self, event: StreamEvent) -> None:
        if isinstance(event, UsageReported):
            self.usage = event.usage
        elif isinstance(event, StreamFinish):
            self.finish = self.finish or event.finish
        elif isinstance(event, StreamError):
            self.error = self.error or event
        elif isinstance(event, ResponseStart) and event.usage is not None:
            self.usage = event.usage

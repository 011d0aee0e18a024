"""Readers of a provider's answer: pass a stream through, translate it, or take a whole body.

A reader is fed from the socket's callback. It raises what it finds wrong; its attempt decides what
follows.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from salon.foundation.kit.errors import UpstreamBroken, UpstreamError
from salon.foundation.messages import Finish, OperationResponse, Response, StreamEvent, Usage
from salon.gateway.protocols.base import (
    AnyRequest,
    AnyResponse,
    Dialect,
    InStreamError,
    SpokenDialect,
    StreamTap,
)
from salon.gateway.relay.counting import EventMeter
from salon.gateway.relay.delivery import StreamDelivery
from salon.gateway.relay.job import NO_LIMIT

_PROGRESS_BYTES: Final = 12
"""A shift: 4 KiB without a whole event still are progress, a ping is not."""


class Reader(Protocol):
    """Reads one answer."""

    limit_bytes: int
    """More output than this calls ``over_limit`` of the attempt."""

    @property
    def output_bytes(self) -> int:
        """UTF-8 bytes the model wrote so far."""
        ...

    def feed(self, data: bytes) -> None:
        """Take part of the body. Raises: UpstreamError."""
        ...

    def finish(self) -> None:
        """Take the end of the body. Raises: UpstreamError when the answer is not complete."""
        ...

    @property
    def is_complete(self) -> bool:
        """Tell whether everything was said, whether or not the body has ended."""
        ...

    @property
    def usage(self) -> Usage | None:
        """What the provider counted."""
        ...

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended."""
        ...

    def progress(self) -> int:
        """Return a number that changes when something worth waiting for has come."""
        ...


def truncated(provider: str) -> UpstreamBroken:
    """Return the error for a stream that ended before its answer did."""
    return UpstreamBroken(provider=provider, detail="the stream ended in the middle of the answer")


class TapReader:
    """Passes a stream through: same dialect on both sides."""

    __slots__ = (
        "_delivery",
        "_dialect",
        "_over_limit",
        "_provider",
        "_received",
        "_secret",
        "_tap",
        "limit_bytes",
    )

    def __init__(
        self,
        tap: StreamTap,
        delivery: StreamDelivery,
        dialect: Dialect,
        *,
        provider: str,
        secret: str | None,
        limit_bytes: int,
        over_limit: Callable[[], None],
    ) -> None:
        self._tap = tap
        self._secret = secret
        self._delivery = delivery
        self._dialect = dialect
        self._provider = provider
        self._received = 0
        self._over_limit = over_limit
        self.limit_bytes = limit_bytes

    def feed(self, data: bytes) -> None:
        """Forward whole events."""
        self._received += len(data)
        tap = self._tap
        out = tap.feed(data)
        if tap.error is not None:
            self._fail(out, tap.error)
        if out:
            delivery = self._delivery
            if delivery.started and delivery.recorder is None:
                delivery.reply.write(out)
            else:
                delivery.forward(out, has_content=tap.events > 0 or tap.saw_end)
        if tap.output_bytes > self.limit_bytes:
            self.limit_bytes = NO_LIMIT
            self._over_limit()

    def finish(self) -> None:
        """Forward what was held back, and the end mark if it is missing."""
        tap = self._tap
        out = tap.finish()
        if tap.error is not None:
            self._fail(out, tap.error)
        if out:
            self._delivery.forward(out, has_content=tap.events > 0 or tap.saw_end)
        mark = b""
        if not tap.saw_end:
            mark = self._dialect.stream_end
            if tap.finish_reason is None or not mark:
                raise truncated(self._provider)
        self._delivery.end(mark)

    def _fail(self, out: bytes, error: InStreamError) -> None:
        """Raise the error found in the stream; a begun one is told in the provider's own words."""
        found = self._dialect.classify_stream_error(error, provider=self._provider)
        if out and self._delivery.started:
            if self._secret:
                out = out.replace(self._secret.encode(), b"***")
            self._delivery.forward(out, has_content=True)
            if not error.noticed:
                found.fields["told"] = True
        raise found

    @property
    def is_complete(self) -> bool:
        """Tell whether the end mark was seen."""
        return self._tap.saw_end

    @property
    def usage(self) -> Usage | None:
        """What the provider counted."""
        return self._tap.usage

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended."""
        return self._tap.finish_reason

    @property
    def output_bytes(self) -> int:
        """UTF-8 bytes the model wrote so far."""
        return self._tap.output_bytes

    def progress(self) -> int:
        """Return a number that changes with content."""
        return self._tap.events + (self._received >> _PROGRESS_BYTES) + self._tap.saw_end


class EventReader:
    """Reads a stream as events: another dialect, a caller inside the house, or a plain answer."""

    __slots__ = (
        "_decoder", "_dialect", "_emit", "_is_over", "_meter", "_over_limit", "_provider", "_received",
        "limit_bytes",
    )  # fmt: skip

    def __init__(
        self,
        dialect: SpokenDialect,
        emit: Callable[[Sequence[StreamEvent], bool], None],
        *,
        provider: str,
        limit_bytes: int,
        over_limit: Callable[[], None],
    ) -> None:
        """``emit`` gets events, and whether content has come so far."""
        self._dialect = dialect
        self._decoder = dialect.stream_decoder()
        self._meter = EventMeter()
        self._emit = emit
        self._provider = provider
        self._received = 0
        self._is_over = False
        self._over_limit = over_limit
        self.limit_bytes = limit_bytes

    def feed(self, data: bytes) -> None:
        """Decode and hand on."""
        self._received += len(data)
        events = self._decoder.feed(data)
        if events:
            self._take(events)

    def finish(self) -> None:
        """Decode the rest."""
        if not self._is_over:
            events = self._decoder.finish()
            self._is_over = True
            if events:
                self._take(events)
        if self._meter.finish is None:
            raise truncated(self._provider)

    def _take(self, events: Sequence[StreamEvent]) -> None:
        meter = self._meter
        meter.take(events)
        if meter.error is not None:
            before = [event for event in events if event is not meter.error]
            if before and meter.events:
                self._emit(before, True)
            found = meter.error
            raise self._dialect.classify_stream_error(
                InStreamError(message=found.message, type=found.type, code=found.code, status=found.status),
                provider=self._provider,
            )
        self._emit(events, meter.events > 0)
        if meter.output_bytes > self.limit_bytes:
            self.limit_bytes = NO_LIMIT
            self._over_limit()

    @property
    def is_complete(self) -> bool:
        """Tell whether a finish was seen: usage may follow, nothing else does."""
        return self._meter.finish is not None

    @property
    def usage(self) -> Usage | None:
        """What the provider counted."""
        return self._meter.usage

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended."""
        return self._meter.finish

    @property
    def output_bytes(self) -> int:
        """UTF-8 bytes the model wrote so far."""
        return self._meter.output_bytes

    def progress(self) -> int:
        """Return a number that changes with content."""
        meter = self._meter
        return meter.events + (self._received >> _PROGRESS_BYTES) + (meter.finish is not None)


class BodyReader(msgspec.Struct, eq=False):
    """Takes a whole body, to pass on as it is or to decode."""

    _dialect: SpokenDialect
    _provider: str
    _as_is: Dialect | None
    """Set when the body is only looked at, not decoded."""
    _request: AnyRequest | None = None
    """What was asked, where it was decoded."""
    usage: Usage | None = None
    """What the provider counted."""
    finish_reason: Finish | None = None
    """Why the answer ended."""
    body: bytes = b""
    response: AnyResponse | None = None
    output_bytes: int = 0
    limit_bytes: int = NO_LIMIT
    _chunks: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Keep part of the body."""
        self._chunks.append(data)

    def finish(self) -> None:
        """Read the whole."""
        chunks = self._chunks
        if len(chunks) == 1:
            self.body = chunks[0]
        else:
            self.body = b"".join(chunks)
            chunks.clear()
        if self._as_is is not None:
            self.usage, self.finish_reason, self.output_bytes = self._as_is.read_answer(self.body)
            if self.finish_reason is not None:
                return
        try:
            # An answer without a finish may be an error in a 200, or no answer at all.
            response = self._dialect.decode_response(self.body)
        except UpstreamError as error:
            error.fields["provider"] = self._provider
            raise
        self.usage, self.finish_reason = response.usage, response.finish
        if isinstance(response, OperationResponse) and not response.answers(self._request):
            raise UpstreamBroken(provider=self._provider, detail="its answer is not as long as the question")
        if self._as_is is None:
            self.response = response
            self.output_bytes = _size(response)

    @property
    def is_complete(self) -> bool:
        """A body is complete when it has ended."""
        return False

    def progress(self) -> int:
        """Return a number that changes with every byte."""
        return len(self._chunks)


def _size(response: AnyResponse) -> int:
    if not isinstance(response, Response):
        return 0
    calls = sum(len(call.arguments.encode()) for call in response.tool_calls)
    return len(response.text.encode()) + len(response.reasoning.encode()) + calls


class FailureReader:
    """Takes the body of an answer that is not 2xx."""

    __slots__ = ("_chunks", "_size", "limit_bytes", "output_bytes")

    _MOST: Final = 64 * 1024

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0
        self.output_bytes = 0
        self.limit_bytes = NO_LIMIT

    def feed(self, data: bytes) -> None:
        """Keep the beginning of the body."""
        if self._size < self._MOST:
            self._chunks.append(data)
            self._size += len(data)

    def finish(self) -> None:
        """Do nothing: the attempt classifies the whole."""

    @property
    def body(self) -> bytes:
        """What was kept."""
        return b"".join(self._chunks)

    @property
    def is_complete(self) -> bool:
        """Never before its end."""
        return False

    @property
    def usage(self) -> Usage | None:
        """A failure counts nothing."""
        return None

    @property
    def finish_reason(self) -> Finish | None:
        """A failure has none."""
        return None

    def progress(self) -> int:
        """Return a number that changes with every byte."""
        return self._size

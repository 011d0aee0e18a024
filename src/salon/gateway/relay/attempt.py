"""One attempt: a request to one target, and its answer, from the socket's callbacks.

The attempt is the HTTP client's receiver. It picks the reader for what comes back, enforces deadlines
when the sweep asks, passes backpressure on, and ends exactly once: with ``error`` None, or set.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec

from salon.foundation.egress import (
    EgressBroken,
    EgressError,
    EgressPrivate,
    EgressRefused,
    EgressTimeout,
    EgressUnreachable,
    HttpRequest,
)
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import (
    ClientGone,
    Internal,
    SalonError,
    UpstreamBroken,
    UpstreamError,
    UpstreamForbidden,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from salon.foundation.kit.in_place import Gate
from salon.foundation.messages import StreamEvent
from salon.gateway.options import GatewayOptions
from salon.gateway.protocols.base import AnyResponse, Dialect, StreamTap
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.providers.base import StreamHandle
from salon.gateway.registry.target import Endpoint, Headers, Target
from salon.gateway.relay.delivery import EventDelivery, StreamDelivery
from salon.gateway.relay.job import Job
from salon.gateway.relay.readers import BodyReader, EventReader, FailureReader, Reader, TapReader

_logger = logging.getLogger(__name__)
_BLOT: Final = "***"
_DRAIN_S: Final = 0.5
"""How long the end of a body may take after the end of its answer."""
_STREAM_TYPES: Final = (
    b"text/event-stream",
    b"application/x-ndjson",
    b"application/stream+json",
    b"application/vnd.amazon.eventstream",
)
_ANSWER_TYPES: Final = (
    b"application/json",
    b"text/event-stream",
    b"text/plain",
    b"text/vtt",
    b"text/srt",
    b"application/x-subrip",
    b"audio/",
)
"""What is handed on as it is named; a page or a script is not, whatever a provider calls it."""
_REQUEST_IDS: Final = frozenset({b"x-request-id", b"request-id", b"x-amzn-requestid", b"x-salon-request-id"})


_Kind = Literal["page", "stream", "json", "other"]


@lru_cache(maxsize=256)
def _kind_of(media_type: bytes) -> _Kind:
    """Return what kind of answer a media type names; asked for every answer, and there are few of them."""
    if media_type.startswith(b"text/html"):
        return "page"
    if media_type.startswith(_STREAM_TYPES):
        return "stream"
    return "json" if media_type.startswith(b"application/json") else "other"


def translate(error: EgressError, provider: str) -> UpstreamError:
    """Return an egress failure as the gateway's callers know it."""
    detail = str(error.fields.get("detail") or "")
    if isinstance(error, EgressTimeout):
        phase, limit_s = error.fields.get("phase"), error.fields.get("limit_s")
        return UpstreamTimeout(provider=provider, phase=phase, limit_s=limit_s)
    if isinstance(error, EgressUnreachable):
        return UpstreamUnreachable(provider=provider, detail=detail)
    if isinstance(error, EgressPrivate):
        return UpstreamForbidden(provider=provider, detail=detail)
    if isinstance(error, EgressRefused):
        refused = UpstreamUnreachable(provider=provider, detail=detail)
        refused.retryable = False
        return refused
    return UpstreamBroken(provider=provider, detail=detail)


def blot_out(error: UpstreamError, secret: str) -> None:
    """Remove our credential from what a provider said about it."""
    detail = error.fields.get("detail")
    if isinstance(detail, str):
        error.fields["detail"] = detail.replace(secret, _BLOT)
    if error.upstream_message:
        error.upstream_message = error.upstream_message.replace(secret, _BLOT)


class Attempt(msgspec.Struct, eq=False):
    """One request to one target."""

    job: Job
    target: Target
    endpoint: Endpoint
    asked_stream: bool
    options: GatewayOptions
    clock: Clock
    started_at_ms: int
    started_s: float
    done: Gate
    """Opens when the attempt has ended; ``error`` tells how."""
    status: int | None = None
    """The provider's HTTP status."""
    headers: Headers = []
    upstream_id: bytes | None = None
    """The provider's own id of a request that it answers."""
    error: SalonError | None = None
    reader: Reader | None = None
    first_byte_s: float | None = None
    ended_s: float = 0.0
    _stream: StreamHandle | None = None
    _collector: ResponseCollector | None = None
    _progress: int = 0
    _quiet_since_s: float = 0.0
    _has_content: bool = False
    _is_paused: bool = False

    # -- used by the attempt loop -----------------------------------------------------------------
    def open_now(self, request: HttpRequest) -> bool:
        """Send the request, unless something must be waited for. Raises: UpstreamError."""
        link = self.target.link
        self._quiet_since_s = self.started_s
        try:
            self._stream = link.transport.open_now(request, self, policy=link.policy)
        except EgressError as error:
            raise translate(error, link.name) from error
        return self._stream is not None

    async def open(self, request: HttpRequest, *, connect_timeout_s: float) -> None:
        """Send the request. Raises: UpstreamError when nothing was sent."""
        link = self.target.link
        try:
            self._stream = await link.transport.open(
                request, self, connect_timeout_s=connect_timeout_s, policy=link.policy
            )
        except EgressError as error:
            raise translate(error, link.name) from error
        self._quiet_since_s = self.clock.monotonic_s()

    def abort(self) -> None:
        """Let the provider go; nothing is heard of it any more."""
        if self._stream is not None:
            self._stream.abort()
            self._stream = None  # it points back here, and holds the request's bytes
        self.done.open()

    def leave(self) -> None:
        """Stop because the caller has left; an answer that is complete stays complete."""
        if self.reader is not None and self.reader.is_complete:
            self._end(None)
        else:
            self._end(ClientGone())

    def stop(self, error: SalonError) -> None:
        """Stop for a reason of ours."""
        self._end(error)

    def set_flow(self, is_open: bool) -> None:
        """Read on, or stop reading while the caller cannot take more."""
        stream = self._stream
        if stream is None or self.done.is_open:
            return
        if is_open and self._is_paused:
            self._is_paused = False
            self._quiet_since_s = self.clock.monotonic_s()
            stream.resume()
        elif not is_open and not self._is_paused:
            self._is_paused = True
            stream.pause()

    def body(self) -> bytes | None:
        """Return the answer as bytes in the caller's dialect, if it came so."""
        reader = self.reader
        return reader.body if isinstance(reader, BodyReader) and reader.response is None else None

    def response(self) -> AnyResponse | None:
        """Return the answer decoded, if it came so."""
        if self._collector is not None:
            return self._collector.response()
        return self.reader.response if isinstance(self.reader, BodyReader) else None

    @property
    def media_type(self) -> bytes:
        """What the answer says that it is, where that is a type that answers have."""
        told = next((value for name, value in self.headers if name == b"content-type"), b"")
        return told if told.startswith(_ANSWER_TYPES) else b"application/octet-stream"

    # -- called by the client ---------------------------------------------------------------------
    def on_head(self, status: int, headers: Headers) -> None:
        """Pick the reader."""
        self.status = status
        self.headers = headers
        self.first_byte_s = self.clock.monotonic_s()
        if not 200 <= status < 300:
            self.reader = FailureReader()
            return
        media_type = b""
        for name, value in headers:
            if name == b"content-type":
                media_type = media_type or value
            elif name in _REQUEST_IDS:
                self.upstream_id = self.upstream_id or value
        kind = _kind_of(media_type)
        if kind == "page":
            self._end(UpstreamBroken(provider=self.target.link.name, detail="it sent a web page"))
            return
        self.reader = self._make_reader(media_type, kind)

    def on_data(self, data: bytes) -> None:
        """Read part of the answer."""
        reader = self.reader
        if reader is None:
            return
        try:
            reader.feed(data)
        except SalonError as error:
            self._end(error)

    def on_end(self) -> None:
        """Read the end of the answer."""
        reader = self.reader
        if self.done.is_open:
            return
        if reader is None:
            self._end(UpstreamBroken(provider=self.target.link.name, detail="it sent no answer"))
        elif isinstance(reader, FailureReader):
            self._end(self._failure(reader))
        else:
            self._complete(reader)

    def on_error(self, error: EgressError) -> None:
        """Take the reason why the answer will not be complete."""
        reader = self.reader
        if self.done.is_open:
            return
        if reader is not None and reader.is_complete:
            self._complete(reader)
        elif isinstance(reader, FailureReader):
            self._end(self._failure(reader))
        else:
            found = translate(error, self.target.link.name)
            if isinstance(error, EgressBroken) and error.reused and not error.sent_any_response:
                found.fields["stale"] = True
            self._end(found)

    def check(self, now_s: float) -> None:
        """Act on deadlines."""
        job, reader = self.job, self.reader
        if now_s >= job.deadline_s:
            self._time_out("total", self.options.total_timeout_s)
            return
        if reader is not None:
            progress = reader.progress()
            if progress != self._progress:
                self._progress = progress
                self._quiet_since_s = now_s
                self._has_content = True
                return
        if self._is_paused:
            self._quiet_since_s = now_s
            return
        quiet_s = now_s - self._quiet_since_s
        options = self.options
        limit_s = options.idle_timeout_s if self._has_content else options.first_byte_timeout_s
        if reader is not None and reader.is_complete and quiet_s > _DRAIN_S:
            self._complete(reader)
        elif quiet_s >= limit_s:
            self._time_out("idle" if self._has_content else "first_byte", limit_s)
        elif quiet_s > self.options.hold_s:
            delivery = job.delivery
            if isinstance(delivery, StreamDelivery) and delivery.is_holding:
                delivery.flush()

    # -- own --------------------------------------------------------------------------------------
    def _make_reader(self, media_type: bytes, kind: _Kind) -> Reader:
        job, dialect, provider = self.job, self.endpoint.dialect, self.target.link.name
        served = job.dialect if job.dialect is dialect else None
        is_stream = kind == "stream" or (
            self.asked_stream and not (kind == "json" and not dialect.streams_as_json)
        )
        delivery = job.delivery
        if not is_stream or not dialect.streams:
            if served is not None and served.relay is not None and isinstance(delivery, StreamDelivery):
                assert job.envelope is not None
                relayed = served.relay(media_type, job.envelope)
                if relayed is not None:
                    job.media_type = self.media_type
                    return self._tap_reader(relayed, delivery, served)
            return BodyReader(dialect, provider, None if job.stream else served, job.request)
        if served is not None and isinstance(delivery, StreamDelivery):
            assert job.envelope is not None
            tap = served.stream_tap(withhold_usage=not job.envelope.wants_usage, model=None)
            return self._tap_reader(tap, delivery, served)
        emit = self._collect
        if isinstance(delivery, StreamDelivery):
            emit = self._encode
            self._keep_pace()
        elif isinstance(delivery, EventDelivery):
            emit = self._hand_over
        else:
            self._collector = ResponseCollector()
        return EventReader(
            dialect, emit, provider=provider, limit_bytes=job.held_bytes, over_limit=self._over_limit
        )

    def _keep_pace(self) -> None:
        """Hold a stream back whose caller was behind before it began; of that nobody tells a second time."""
        reply = self.job.reply
        if reply is not None and not (reply.writable or reply.closed):
            self.set_flow(False)

    def _tap_reader(self, tap: StreamTap, delivery: StreamDelivery, served: Dialect) -> TapReader:
        self._keep_pace()
        return TapReader(
            tap,
            delivery,
            served,
            provider=self.target.link.name,
            secret=self.target.link.secret,
            limit_bytes=self.job.held_bytes,
            over_limit=self._over_limit,
        )

    def _encode(self, events: Sequence[StreamEvent], has_content: bool) -> None:
        delivery, context = self.job.delivery, self.job.context
        assert isinstance(delivery, StreamDelivery)
        assert context is not None
        delivery.encode(events, context, has_content=has_content)

    def _hand_over(self, events: Sequence[StreamEvent], has_content: bool) -> None:
        delivery = self.job.delivery
        assert isinstance(delivery, EventDelivery)
        delivery.put(events, has_content=has_content)

    def _collect(self, events: Sequence[StreamEvent], has_content: bool) -> None:
        assert self._collector is not None
        self._collector.add(events)

    def _over_limit(self) -> None:
        self.job.on_over_limit(self)

    def _complete(self, reader: Reader) -> None:
        """End well, unless the reader finds that the answer is not whole."""
        try:
            reader.finish()
            delivery = self.job.delivery
            if isinstance(delivery, StreamDelivery) and isinstance(reader, EventReader):
                delivery.end()
        except SalonError as error:
            self._end(error)
        except Exception:
            # Supervises the codec: the client has let go of the stream already and would tell nobody.
            _logger.exception("an answer of %s could not be read", self.target.link.name)
            self._end(Internal(request_id=self.job.request_id))
        else:
            self._end(None)

    def _failure(self, reader: FailureReader) -> UpstreamError:
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in self.headers
            if name in {b"retry-after", b"retry-after-ms", b"content-type", b"x-should-retry"}
        }
        assert self.status is not None
        return self.endpoint.dialect.decode_error(
            self.status, headers, reader.body, provider=self.target.link.name
        )

    def _time_out(self, phase: str, limit_s: float) -> None:
        self._end(UpstreamTimeout(provider=self.target.link.name, phase=phase, limit_s=limit_s))

    def _end(self, error: SalonError | None) -> None:
        if self.done.is_open:
            return
        if error is not None:
            self.error = error
            if isinstance(error, UpstreamError):
                for secret in self.target.link.secrets():
                    blot_out(error, secret)
        stream = self._stream
        if stream is not None:
            # Closes the connection unless the answer has ended by itself; then it is back in its pool.
            self._stream = None
            stream.abort()
        self.done.open()

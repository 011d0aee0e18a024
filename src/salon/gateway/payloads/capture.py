"""Watches one reply on its way to the caller, and makes of it what can be kept."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import SalonError
from salon.gateway.exchange import Headers, Reply, headers_of
from salon.gateway.payloads.models import PayloadRule
from salon.gateway.protocols.base import Dialect, EncodeContext
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.forms import described
from salon.gateway.protocols.openai.relays import ENDS
from salon.gateway.protocols.sse import SseReader
from salon.gateway.protocols.wire_json import is_object

MOST_BYTES: Final = 16 << 20
"""Bytes of a body that are held until it is written; of a larger one nothing can be read."""


class WatchedReply:
    """Hands everything on to the caller's reply at once, and keeps a copy of the body."""

    def __init__(self, reply: Reply, rules: list[PayloadRule]) -> None:
        self._reply = reply
        self.rules = rules
        self.status = 0
        self.media_type = b""
        self.body = bytearray()
        self.is_too_large = False

    @property
    def started(self) -> bool:
        """The head has been sent."""
        return self._reply.started

    @property
    def closed(self) -> bool:
        """The caller left, or the response is complete."""
        return self._reply.closed

    @property
    def writable(self) -> bool:
        """False while the transport's buffer is full."""
        return self._reply.writable

    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Send the head."""
        self._reply.start(status, headers, content_length=content_length)
        self._note(status, headers)

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole response."""
        self._reply.send(status, headers, body)
        self._note(status, headers)
        self._keep(body)

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Send a whole response."""
        self._reply.send_lines(status, lines, body)
        self._note(status, headers_of(lines))
        self._keep(body)

    def write(self, data: bytes) -> None:
        """Send part of the body."""
        self._reply.write(data)
        self._keep(data)

    def finish(self) -> None:
        """End the body."""
        self._reply.finish()

    def abort(self) -> None:
        """Cut the connection."""
        self._reply.abort()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once if the caller leaves."""
        self._reply.on_close(callback)

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Call ``callback`` whenever ``writable`` changes."""
        self._reply.on_writable(callback)

    def _note(self, status: int, headers: Headers) -> None:
        self.status = status
        self.media_type = next((value for name, value in headers if name == b"content-type"), b"")

    def _keep(self, data: bytes) -> None:
        if len(self.body) + len(data) > MOST_BYTES:
            self.is_too_large = True
        elif not self.is_too_large:
            self.body += data


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """One ended request as it waits to be written, secrets and all; it never leaves the memory."""

    request_id: str
    identity: KeyIdentity
    rules: list[PayloadRule]
    dialect: Dialect
    alias: str
    route: str | None
    error_code: str | None
    started_at_ms: int
    status: int
    media_type: bytes
    request: bytes
    response: bytes
    is_too_large: bool
    stream: bool

    @property
    def size_bytes(self) -> int:
        """How much memory it takes."""
        return len(self.request) + len(self.response)

    def request_value(self) -> Any:
        """Return what was asked, as JSON."""
        return described(self.request) or _read(self.request)

    def response_value(self) -> Any:
        """Return what was answered, as JSON; a stream as the whole answer it told, as far as it came."""
        if self.is_too_large:
            return _not_kept(self.response, "too large to be kept")
        if self.media_type.startswith(self.dialect.stream_media_type) and self.stream:
            return self._whole()
        if self.dialect.relay is not None and not self.media_type.startswith(b"application/json"):
            return self._of_other_type()
        return _read(self.response)

    def _of_other_type(self) -> Any:
        """Return a text as it is; of events those that end something, which have all of it in one piece."""
        if self.media_type.startswith(b"text/event-stream"):
            told = [_read(event.data) for event in SseReader().feed(self.response)]
            return [one for one in told if is_object(one) and str(one.get("type")).endswith(ENDS)]
        if self.media_type.startswith(b"text/"):
            return self.response.decode("utf-8", "replace")
        return _not_kept(self.response, self.media_type.decode("latin-1")) if self.response else None

    def _whole(self) -> Any:
        collector = ResponseCollector()
        context = EncodeContext(
            request_id=self.request_id, model=self.alias, created_at_s=self.started_at_ms // 1000, fields={}
        )
        try:
            decoder = self.dialect.stream_decoder()
            collector.add(decoder.feed(self.response))
            collector.add(decoder.finish())
            answer = self.dialect.encode_response(collector.response(), context)
            return _read(answer.body)
        except (SalonError, ValueError, KeyError):
            return _not_kept(self.response, "a stream that could not be put together")


def _not_kept(body: bytes, why: str) -> dict[str, Any]:
    """Stand for what is not kept, because it could not be looked through for secrets."""
    return {"not_kept": why, "size_bytes": len(body)}


def _read(body: bytes) -> Any:
    if not body:
        return None
    if len(body) > MOST_BYTES:
        return _not_kept(body, "too large to be kept")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return _not_kept(body, "no JSON")

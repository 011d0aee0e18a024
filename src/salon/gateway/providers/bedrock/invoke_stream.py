"""Streams of InvokeModel, unpacked: each frame holds one event of the model's own dialect.

What comes out are the server-sent events that Anthropic itself would have sent.
"""

import base64
import binascii
from typing import Final

import msgspec

from salon.foundation.egress import EgressBroken, EgressError, Headers, HttpReceiver
from salon.gateway.protocols.aws_events import BrokenFrameError, Frame, FrameSplitter

STREAM_END: Final = b"/invoke-with-response-stream"
_PACKED: Final = b"application/vnd.amazon.eventstream"
_TYPES: Final = {
    "validationException": "invalid_request_error",
    "throttlingException": "rate_limit_error",
    "modelTimeoutException": "timeout_error",
    "serviceUnavailableException": "overloaded_error",
}


class _Chunk(msgspec.Struct):
    bytes: str = ""


class _Typed(msgspec.Struct):
    type: str = "message"


class _Told(msgspec.Struct):
    message: str = ""


class InvokeStream:
    """Stands before a receiver and unpacks what it hears; answers that are no stream pass."""

    def __init__(self, receiver: HttpReceiver, host: str) -> None:
        self._receiver = receiver
        self._host = host
        self._frames: FrameSplitter | None = None
        self._broken = False

    def on_head(self, status: int, headers: Headers) -> None:
        """Say what comes out, instead of what comes in."""
        if any(name == b"content-type" and value.startswith(_PACKED) for name, value in headers):
            self._frames = FrameSplitter()
            headers = [
                (name, b"text/event-stream" if name == b"content-type" else value) for name, value in headers
            ]
        self._receiver.on_head(status, headers)

    def on_data(self, data: bytes) -> None:
        """Unpack part of the body."""
        if self._frames is None:
            self._receiver.on_data(data)
            return
        if self._broken:
            return
        events: list[bytes] = []
        broken: EgressBroken | None = None
        try:
            for frame in self._frames.feed(data):
                events.append(_event(frame))  # noqa: PERF401 - those before a broken one count
        except (BrokenFrameError, msgspec.DecodeError, binascii.Error, UnicodeError) as error:
            self._broken = True
            detail = str(error) if isinstance(error, BrokenFrameError) else "an event in it cannot be read"
            broken = EgressBroken(host=self._host, detail=detail, sent_any_response=True)
        if unpacked := b"".join(events):
            self._receiver.on_data(unpacked)
        if broken is not None:
            self._receiver.on_error(broken)

    def on_end(self) -> None:
        """Pass on the end."""
        if not self._broken:
            self._receiver.on_end()

    def on_error(self, error: EgressError) -> None:
        """Pass on why the answer will not be complete."""
        if not self._broken:
            self._receiver.on_error(error)


def _event(frame: Frame) -> bytes:
    """Return the server-sent event that a frame holds; none for a frame that says nothing."""
    if not frame.is_event:
        return _failure(frame)
    if frame.kind != "chunk":
        return b""
    data = base64.b64decode(msgspec.json.decode(frame.payload, type=_Chunk).bytes, validate=True)
    if not data:
        return b""
    kind = msgspec.json.decode(data, type=_Typed).type
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data.replace(b"\n", b" "))


def _failure(frame: Frame) -> bytes:
    message = frame.headers.get(":error-message", "")
    if frame.payload and not message:
        message = msgspec.json.decode(frame.payload, type=_Told).message
    kind = _TYPES.get(frame.kind[:1].lower() + frame.kind[1:], "api_error")
    told = {"type": "error", "error": {"type": kind, "message": message or frame.kind}}
    return b"event: error\ndata: %b\n\n" % msgspec.json.encode(told)

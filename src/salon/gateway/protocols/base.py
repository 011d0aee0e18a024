"""What every dialect offers: reading and writing requests, answers, streams and errors.

A dialect is used on two sides. *Served*: a caller speaks it to us. *Spoken*: we speak it to a provider.
Where both sides speak the same one, bytes pass through a ``StreamTap`` and are not re-encoded.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from salon.foundation.kit.errors import SalonError, UpstreamError
from salon.foundation.messages import Finish, ModelRequest, Response, StreamEvent, Usage

DialectName = Literal["openai", "anthropic", "ollama"]

Quirks = Mapping[str, Any]
"""A provider kind's declared deviations from its dialect; each dialect documents the keys it knows."""


class Envelope(msgspec.Struct, kw_only=True):
    """The few top-level fields of a served request that the gateway needs before it picks a target."""

    fields: dict[str, msgspec.Raw]
    """Every top-level field, its value verbatim."""
    model: str
    stream: bool
    max_output_tokens: int | None
    wants_usage: bool
    """The caller asked for usage in the stream; else a usage chunk we asked for is withheld."""
    size_bytes: int
    body: bytes
    """The request as it came; forwarded as it is when no edit is needed."""


class EncodedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request ready for the wire."""

    body: bytes
    lost: tuple[str, ...] = ()
    """What this dialect could not carry, as field names; told to the caller in a header."""


class EncodeContext(msgspec.Struct, frozen=True, kw_only=True):
    """What an encoder of answers must know about the request it answers."""

    request_id: str
    model: str
    """The model as the caller named it; shown in the answer."""
    created_at_s: int
    include_usage: bool = True
    """OpenAI: whether the caller asked for usage in the stream."""
    duration_ns: int | None = None
    """Ollama: how long a finished answer took, where the provider does not say."""


class StreamDecoder(Protocol):
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Return the events that ``data`` completes."""
        ...

    def finish(self) -> list[StreamEvent]:
        """Return what the end of the body completes.

        A stream that ended before its dialect's end mark, and before any finish reason, yields a
        ``StreamError`` of type ``stream_truncated``: never a silent end.
        """
        ...


class StreamEncoder(Protocol):
    """Writes a stream in the caller's dialect."""

    lost: set[str]
    """What could not be carried so far, as names."""

    def encode(self, events: Sequence[StreamEvent]) -> bytes:
        """Return the wire bytes for ``events``; empty when they show nothing in this dialect."""
        ...

    def finish(self) -> bytes:
        """Return the bytes that end the stream well (terminal events, ``[DONE]``)."""
        ...

    def error(self, error: SalonError) -> bytes:
        """Return the bytes that end the stream with an error in this dialect."""
        ...


class InStreamError(msgspec.Struct, frozen=True, kw_only=True):
    """An error found inside a passed-through stream."""

    message: str
    type: str | None = None
    code: str | None = None
    status: int | None = None
    noticed: bool = False
    """Found by us: the stream itself does not tell it."""


class StreamTap(Protocol):
    """Watches a passed-through stream: forwards whole events, reads usage, finish and errors.

    Cheap by design: at most a typed parse per event, no re-encoding except to withhold or rename.
    """

    error: InStreamError | None
    saw_end: bool
    """The dialect's end mark was seen (``[DONE]``, ``message_stop``, ``done: true``)."""
    output_bytes: int
    """UTF-8 bytes of text, reasoning and tool arguments so far; the base of an estimate."""
    events: int
    """Content-bearing events so far."""

    @property
    def usage(self) -> Usage | None:
        """The last value of each key so far."""
        ...

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended, once it did."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Return what to forward for ``data``; holds back an incomplete event."""
        ...

    def finish(self) -> bytes:
        """Return what is still held back at the end of the body, ended as an event of its own.

        An event cut in the middle is dropped: what follows may be our error.
        """
        ...


class Dialect(Protocol):
    """One wire protocol, both sides."""

    name: DialectName
    stream_media_type: bytes
    """``text/event-stream`` or ``application/x-ndjson``."""

    # -- served -----------------------------------------------------------------------------------
    def read_envelope(self, body: bytes) -> Envelope:
        """Read what routing needs, without reading the rest. Raises: InvalidRequest naming the field."""
        ...

    def decode_request(self, envelope: Envelope) -> ModelRequest:
        """Read the whole request. Raises: InvalidRequest naming the field."""
        ...

    def encode_response(self, response: Response, context: EncodeContext) -> EncodedRequest:
        """Write a finished answer; ``lost`` names what could not be carried."""
        ...

    def stream_encoder(self, context: EncodeContext) -> StreamEncoder:
        """Return an encoder for one stream."""
        ...

    def encode_error(self, error: SalonError, *, request_id: str) -> bytes:
        """Write an error body in this dialect; the status is ``error.status``."""
        ...

    # -- spoken -----------------------------------------------------------------------------------
    def encode_request(self, request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
        """Write a request for a provider."""
        ...

    def decode_response(self, body: bytes) -> Response:
        """Read a provider's finished answer. Raises: UpstreamBroken, or the error it contains."""
        ...

    def stream_decoder(self) -> StreamDecoder:
        """Return a decoder for one stream."""
        ...

    def decode_error(
        self, status: int, headers: Mapping[str, str], body: bytes, *, provider: str
    ) -> UpstreamError:
        """Classify a provider's error answer; ``headers`` has lower-case names."""
        ...

    def classify_stream_error(self, error: InStreamError, *, provider: str) -> UpstreamError:
        """Classify an error found inside a stream the same way."""
        ...

    # -- same dialect on both sides ---------------------------------------------------------------
    def rewrite_request(self, envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
        """Return the caller's body with the listed edits only: model, stream, our usage request."""
        ...

    def stream_tap(self, *, withhold_usage: bool, model: str | None) -> StreamTap:
        """Return a tap for one passed-through stream; ``model`` renames the model in it if set."""
        ...

    def read_answer(self, body: bytes) -> tuple[Usage | None, Finish | None, int]:
        """Return usage, finish and output size in bytes of a passed-through finished answer."""
        ...

"""What every dialect offers: reading and writing requests, answers, streams and errors.

A dialect is used on two sides. *Served*: a caller speaks it to us. *Spoken*: we speak it to a provider.
Where both sides speak the same one, bytes pass through a ``StreamTap`` and are not re-encoded.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import msgspec

from salon.foundation.kit.errors import SalonError, UpstreamError
from salon.foundation.messages import (
    Finish,
    ModelRequest,
    OperationName,
    OperationRequest,
    OperationResponse,
    Response,
    StreamEvent,
    Usage,
)
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.stored_files import FileForm

DialectName = Literal[
    "openai",
    "completions",
    "writer-completions",
    "responses",
    "responses-count",
    "responses-compact",
    "anthropic",
    "anthropic-count",
    "ollama",
    "ollama-generate",
    "gemini",
    "interactions",
    "cohere",
    "converse",
    "bedrock-nova",
    "bedrock-titan",
    "bedrock-llama",
    "gemini-count",
    "openai-embeddings",
    "ollama-embed",
    "ollama-embeddings",
    "gemini-embed",
    "gemini-embed-batch",
    "cohere-embed",
    "vertex-embed",
    "titan-embed",
    "nova-embed",
    "bedrock-cohere-embed",
    "rerank",
    "openai-moderations",
    "mistral-moderations",
    "voyage-rerank",
    "perplexity-embeddings",
    "openai-speech",
    "openai-transcriptions",
    "openai-translations",
    "openai-images",
    "openai-image-edits",
    "openai-image-edits-json",
    "openai-image-variations",
    "xai-image-edits",
    "openrouter-transcriptions",
    "deepgram-listen",
    "deepgram-speak",
    "elevenlabs-speech",
    "elevenlabs-transcriptions",
    "mistral-speech",
    "mistral-transcriptions",
    "xai-speech",
    "xai-transcriptions",
    "gemini-images",
    "gemini-image-edits",
    "gemini-imagen",
    "gemini-speech",
    "openai-realtime",
]
COUNTS: Final[tuple[DialectName, ...]] = ("responses-count", "anthropic-count", "gemini-count")
"""Dialects in which a request's tokens are counted; a provider that has one counts for callers of each."""

AnyRequest = ModelRequest | OperationRequest
AnyResponse = Response | OperationResponse

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
    lost: tuple[Loss, ...] = ()
    """What is not done as asked whatever the target, as field names; told to the caller in a header."""

    def content(self) -> bytes:
        """Return bytes that are the same for every request with this content."""
        return self.body


class EncodedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request ready for the wire."""

    body: bytes
    lost: tuple[Loss, ...] = ()
    """What this dialect could not carry, as field names; told to the caller in a header."""
    media_type: bytes | None = None
    """Of an answer that is no JSON."""
    address: bytes = b""
    """What follows the endpoint's address, where a dialect says there what others say in the body."""


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
    fields: Mapping[str, msgspec.Raw] | None = None
    """Responses: the fields of the request, which its answer tells back."""


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

    lost: set[Loss]
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


class ErrorEncoder(Protocol):
    """Writes an error body; the status is ``error.status``."""

    def __call__(self, error: SalonError, /, *, request_id: str) -> bytes:
        """Return the body."""
        ...


class RequestEncoder(Protocol):
    """Writes a request for a provider."""

    def __call__(self, request: Any, /, *, quirks: Quirks) -> EncodedRequest:
        """Return the body and what it lost. Raises: Unsupported."""
        ...


class RequestRewriter(Protocol):
    """Edits a request that goes to a provider of the same dialect."""

    def __call__(self, envelope: Envelope, /, *, model: str, stream: bool, quirks: Quirks) -> bytes:
        """Return the caller's body with the listed edits only: model, stream, our usage request."""
        ...


class StrictRewriter(Protocol):
    """Edits a request that goes to a provider of the same dialect, which refuses some of its fields."""

    def __call__(self, envelope: Envelope, /, *, model: str, stream: bool, quirks: Quirks) -> EncodedRequest:
        """Return what ``RequestRewriter`` does without what is refused, and name that as lost."""
        ...


class TapMaker(Protocol):
    """Makes the tap of one passed-through stream."""

    def __call__(self, *, withhold_usage: bool, model: str | None) -> StreamTap:
        """Return a tap; ``model`` renames the model in the stream if set.

        ``withhold_usage``: keep back the usage chunk that only we asked for, where the dialect has one.
        """
        ...


class RelayMaker(Protocol):
    """Makes the tap of one passed-through answer that was asked for in pieces: audio, or events."""

    def __call__(self, media_type: bytes, envelope: Envelope, /) -> StreamTap | None:
        """Return the tap for an answer of this type; None for one that is to be read whole."""
        ...


class ErrorReader(Protocol):
    """Classifies a provider's error answer."""

    def __call__(
        self, status: int, headers: Mapping[str, str], body: bytes, *, provider: str
    ) -> UpstreamError:
        """Return the error; ``headers`` has lower-case names."""
        ...


class StreamErrorReader(Protocol):
    """Classifies an error found inside a provider's stream."""

    def __call__(self, error: InStreamError, /, *, provider: str) -> UpstreamError:
        """Return the error, the same class as for the same words in an error answer."""
        ...


class SpokenDialect(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One wire protocol as it is spoken to providers; one that is no more than this is served to nobody.

    A dialect is of one operation. That of chat reads and writes ``ModelRequest`` and ``Response``; those of
    another read and write its ``OperationRequest`` and ``OperationResponse``, and are made by
    ``whole.dialect``. What one dialect reads, every other of the same operation can write.
    """

    name: DialectName
    title: str
    """What people call it."""
    request_type: bytes = b"application/json"
    """The media type of its requests."""
    operation: OperationName = "chat"
    streams: bool = True
    """Its answers can come as a stream; else one that does is taken whole."""
    encode_request: RequestEncoder
    decode_response: Callable[[bytes], Any]
    """Reads a provider's finished answer. Raises: UpstreamBroken, or the error it contains."""
    stream_decoder: Callable[[], StreamDecoder]
    """Makes a decoder for one stream."""
    decode_error: ErrorReader
    """``classify.http_error`` knows the usual shapes of error bodies."""
    classify_stream_error: StreamErrorReader
    """``classify.stream_error``, as above."""
    streams_as_json: bool = False
    """Its streams may also come as plain JSON: lines, or one array."""
    instead_of: DialectName | None = None
    """A caller of that dialect is the one it is for: a provider made it of that, and bytes cannot pass."""


class Dialect(SpokenDialect, frozen=True, kw_only=True, eq=False):
    """One wire protocol, both sides: a table of the functions and classes that read and write it.

    A field holds the function itself, so ``dialect.read_envelope(body)`` is one call and not two. The
    modules of a dialect's package implement the fields under the same names; its ``dialect.py`` does
    nothing but fill the table in::

        DIALECT = Dialect(
            name="openai",
            read_envelope=request.read_envelope,
            stream_encoder=OpenAIStreamEncoder,
            ...
        )

    To add one: write the package, its name in ``DialectName``, its instance in ``salon.gateway.dialects``
    (for one that is only spoken that is all), and an endpoint row for each address it is served at. There
    is one instance of each dialect, without state, compared by identity.
    """

    stream_media_type: bytes
    """``text/event-stream`` or ``application/x-ndjson``."""
    stream_end: bytes = b""
    """What ends a stream well where its provider gave a finish reason and forgot its mark.

    Empty: the last event carries the finish reason, so that a stream without it was cut.
    """
    id_header: bytes | None = None
    """The answer's header in which clients of this dialect look for a request's id, lower case."""
    said_field: str = ""
    """The field of a request that holds what was said, or its pictures alone; none where nothing can."""
    image_mark: bytes = b"\0"
    """Bytes that ``said_field`` has in it when there is a picture; found by a glance, without reading it."""
    files: FileForm | None = None
    """How ``said_field`` refers to files of the house; None where it cannot."""

    # -- served -----------------------------------------------------------------------------------
    read_envelope: Callable[[bytes], Envelope]
    """Reads what routing needs, without reading the rest. Raises: InvalidRequest naming the field."""
    decode_request: Callable[[Envelope], Any]
    """Reads the whole request. Raises: InvalidRequest naming the field."""
    encode_response: Callable[[Any, EncodeContext], EncodedRequest]
    """Writes a finished answer; ``lost`` names what could not be carried."""
    stream_encoder: Callable[[EncodeContext], StreamEncoder]
    """Makes an encoder for one stream."""
    encode_error: ErrorEncoder
    own_answer: Callable[[Envelope], AnyResponse | None] | None = None
    """Answers a request here where no target speaks this dialect; None if a model has to be asked.

    Raises: InvalidRequest naming the field.
    """
    counts: bool = False
    """A request asks how many tokens it has: an answer is a ``counts.counted``, and costs nothing."""

    # -- same dialect on both sides ---------------------------------------------------------------
    rewrite_request: RequestRewriter
    rewrite_strictly: StrictRewriter | None = None
    """Takes its place for a provider with one of ``strict_quirks``."""
    strict_quirks: frozenset[str] = frozenset()
    """Quirks of providers that refuse fields of this dialect."""
    stream_tap: TapMaker
    read_answer: Callable[[bytes], tuple[Usage | None, Finish | None, int]]
    """Returns usage, finish and output size in bytes of a passed-through finished answer."""
    relay: "RelayMaker | None" = None
    """Operations other than chat, where answers may be more than JSON: makes the tap of one that is streamed.

    Only where a provider speaks the dialect does an answer come in pieces; else it comes whole, and
    ``encode_response`` writes it as it was asked for, a stream too.
    """

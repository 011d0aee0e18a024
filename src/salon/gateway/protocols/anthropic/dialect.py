"""The Anthropic Messages dialect, both sides."""

from collections.abc import Mapping

from salon.foundation.kit.errors import SalonError, UpstreamError
from salon.foundation.messages import Finish, ModelRequest, Response, Usage
from salon.gateway.protocols import classify
from salon.gateway.protocols.anthropic import errors, request, request_writer, tap
from salon.gateway.protocols.anthropic import response as response_codec
from salon.gateway.protocols.anthropic.stream_decoder import AnthropicStreamDecoder
from salon.gateway.protocols.anthropic.stream_encoder import AnthropicStreamEncoder
from salon.gateway.protocols.base import (
    DialectName,
    EncodeContext,
    EncodedRequest,
    Envelope,
    InStreamError,
    Quirks,
    StreamDecoder,
    StreamEncoder,
    StreamTap,
)


class AnthropicDialect:
    """``POST /v1/messages``: Anthropic and those who copy it."""

    name: DialectName = "anthropic"
    stream_media_type = b"text/event-stream"

    def read_envelope(self, body: bytes) -> Envelope:
        """Read what routing needs. Raises: InvalidRequest naming the field."""
        return request.read_envelope(body)

    def decode_request(self, envelope: Envelope) -> ModelRequest:
        """Read the whole request. Raises: InvalidRequest naming the field."""
        return request.decode_request(envelope)

    def encode_response(self, response: Response, context: EncodeContext) -> EncodedRequest:
        """Write a finished answer."""
        return response_codec.encode_response(response, context)

    def stream_encoder(self, context: EncodeContext) -> StreamEncoder:
        """Return an encoder for one stream."""
        return AnthropicStreamEncoder(context)

    def encode_error(self, error: SalonError, *, request_id: str) -> bytes:
        """Write an error body."""
        return errors.encode_error(error, request_id=request_id)

    def encode_request(self, request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
        """Write a request for a provider. Raises: Unsupported."""
        return request_writer.encode_request(request, quirks=quirks)

    def decode_response(self, body: bytes) -> Response:
        """Read a provider's finished answer. Raises: UpstreamBroken, or the error it contains."""
        return response_codec.decode_response(body)

    def stream_decoder(self) -> StreamDecoder:
        """Return a decoder for one stream."""
        return AnthropicStreamDecoder()

    def decode_error(
        self, status: int, headers: Mapping[str, str], body: bytes, *, provider: str
    ) -> UpstreamError:
        """Classify a provider's error answer."""
        return classify.http_error(status, headers, body, provider=provider)

    def classify_stream_error(self, error: InStreamError, *, provider: str) -> UpstreamError:
        """Classify an error found inside a stream."""
        return classify.stream_error(error, provider=provider)

    def rewrite_request(self, envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
        """Return the caller's body with the listed edits only."""
        return request.rewrite_request(envelope, model=model, stream=stream, quirks=quirks)

    def stream_tap(self, *, withhold_usage: bool, model: str | None) -> StreamTap:
        """Return a tap for one passed-through stream."""
        return tap.AnthropicStreamTap(model=model)

    def read_answer(self, body: bytes) -> tuple[Usage | None, Finish | None, int]:
        """Return usage, finish and output size of a passed-through finished answer."""
        return tap.read_answer(body)


DIALECT = AnthropicDialect()
"""The one instance; it holds no state."""

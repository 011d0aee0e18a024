"""The Ollama chat dialect, both sides."""

from salon.gateway.protocols import classify
from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.ollama import errors, request, request_writer, response, tap
from salon.gateway.protocols.ollama.stream_decoder import OllamaStreamDecoder
from salon.gateway.protocols.ollama.stream_encoder import OllamaStreamEncoder

DIALECT = Dialect(
    name="ollama",
    title="Ollama chat",
    stream_media_type=b"application/x-ndjson",
    image_mark=b'"images"',
    read_envelope=request.read_envelope,
    decode_request=request.decode_request,
    encode_response=response.encode_response,
    stream_encoder=OllamaStreamEncoder,
    encode_error=errors.encode_error,
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=OllamaStreamDecoder,
    decode_error=classify.http_error,
    classify_stream_error=classify.stream_error,
    rewrite_request=request.rewrite_request,
    stream_tap=tap.OllamaStreamTap,
    read_answer=tap.read_answer,
)
"""``POST /api/chat``: Ollama, streaming unless told otherwise."""

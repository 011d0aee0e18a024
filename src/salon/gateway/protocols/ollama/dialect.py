"""Ollama's dialects, both sides: chat, generate, and embeddings in two forms."""

import msgspec

from salon.gateway.protocols import classify, whole
from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.ollama import embed, errors, generate, request, request_writer, response, tap
from salon.gateway.protocols.ollama.stream_decoder import OllamaStreamDecoder
from salon.gateway.protocols.ollama.stream_encoder import OllamaStreamEncoder

DIALECT = Dialect(
    name="ollama",
    title="Ollama chat",
    stream_media_type=b"application/x-ndjson",
    streams_as_json=True,
    said_field="messages",
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

GENERATE = msgspec.structs.replace(
    DIALECT,
    name="ollama-generate",
    title="Ollama generate",
    said_field="images",
    image_mark=b'"',
    own_answer=generate.own_answer,
    decode_request=generate.decode_request,
    encode_response=generate.encode_response,
    stream_encoder=generate.OllamaGenerateEncoder,
    encode_request=generate.encode_request,
)
"""``POST /api/generate``: one prompt; pictures stand beside it, so any string there is one."""

EMBED = whole.dialect(
    embed,
    name="ollama-embed",
    operation="embeddings",
    title="Ollama embed",
    own_answer=embed.own_answer,
    encode_error=errors.encode_error,
)
"""``POST /api/embed``: one vector for each text."""

EMBEDDINGS = msgspec.structs.replace(
    EMBED,
    name="ollama-embeddings",
    title="Ollama embeddings (older)",
    decode_request=embed.decode_older,
    encode_response=embed.encode_older,
    encode_request=embed.encode_older_request,
    decode_response=embed.decode_older_response,
)
"""``POST /api/embeddings``: one text, one vector, no count."""

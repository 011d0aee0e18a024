"""The Gemini dialects, both sides: generateContent, and embeddings for one content or many."""

import msgspec

from salon.gateway.protocols import whole
from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.gemini import (
    count,
    embed,
    errors,
    files,
    pictures,
    predict,
    request,
    request_writer,
    response,
    speech,
    tap,
)
from salon.gateway.protocols.gemini.stream_decoder import GeminiStreamDecoder
from salon.gateway.protocols.gemini.stream_encoder import GeminiStreamEncoder

DIALECT = Dialect(
    name="gemini",
    title="Gemini generateContent",
    stream_media_type=b"text/event-stream",
    streams_as_json=True,
    said_field="contents",
    files=files.FORM,
    image_mark=b"image/",
    read_envelope=request.read_envelope,
    decode_request=request.decode_request,
    encode_response=response.encode_response,
    stream_encoder=GeminiStreamEncoder,
    encode_error=errors.encode_error,
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=GeminiStreamDecoder,
    decode_error=errors.decode_error,
    classify_stream_error=errors.classify_stream_error,
    rewrite_request=request.rewrite_request,
    stream_tap=tap.GeminiStreamTap,
    read_answer=tap.read_answer,
)
"""``POST /v1beta/models/{model}:generateContent`` and ``:streamGenerateContent``."""

COUNT = msgspec.structs.replace(
    DIALECT,
    name="gemini-count",
    title="Gemini countTokens",
    operation="count",
    counts=True,
    read_envelope=count.read_envelope,
    rewrite_request=count.rewrite_request,
    decode_request=count.decode_request,
    encode_request=count.encode_request,
    encode_response=count.encode_response,
    decode_response=count.decode_response,
    read_answer=count.read_answer,
)
"""``POST /v1beta/models/{model}:countTokens``; no answer is made."""

EMBED = whole.dialect(
    embed,
    name="gemini-embed",
    operation="embeddings",
    title="Gemini embedContent",
    encode_error=errors.encode_error,
    rewrite_request=embed.rewrite_request,
    decode_error=errors.decode_error,
    classify_stream_error=errors.classify_stream_error,
)
"""``POST /v1beta/models/{model}:embedContent``: one vector for one content."""

EMBED_BATCH = msgspec.structs.replace(
    EMBED,
    name="gemini-embed-batch",
    title="Gemini batchEmbedContents",
    read_envelope=embed.read_batch_envelope,
    decode_request=embed.decode_batch,
    encode_response=embed.encode_batch_response,
    encode_request=embed.encode_batch,
    decode_response=embed.decode_batch_response,
    rewrite_request=embed.rewrite_batch,
)
"""``POST /v1beta/models/{model}:batchEmbedContents``: one vector for each request in it."""

PREDICT = whole.spoken(
    name="vertex-embed",
    operation="embeddings",
    title="Vertex text embeddings",
    encode_request=predict.encode_request,
    decode_response=predict.decode_response,
    decode_error=errors.decode_error,
)
"""``:predict`` of Vertex's models for text embeddings: one vector for each instance."""

IMAGES = whole.spoken(
    name="gemini-images",
    operation="images",
    title="Gemini images",
    encode_request=pictures.encode_request,
    decode_response=pictures.decode_response,
    decode_error=errors.decode_error,
)
"""``:generateContent`` of a model that answers with a picture."""

IMAGE_EDITS = msgspec.structs.replace(
    IMAGES,
    name="gemini-image-edits",
    operation="image-edits",
    title="Gemini image edits",
    encode_request=pictures.encode_edit,
)
"""The same, with pictures beside the words."""

IMAGEN = msgspec.structs.replace(
    IMAGES,
    name="gemini-imagen",
    title="Imagen",
    encode_request=pictures.encode_imagen,
    decode_response=pictures.decode_imagen,
)
"""``:predict`` of Imagen."""

SPEECH = msgspec.structs.replace(
    IMAGES,
    name="gemini-speech",
    operation="speech",
    title="Gemini speech",
    encode_request=speech.encode_request,
    decode_response=speech.decode_response,
)
"""``:generateContent`` of a model that answers with sound."""

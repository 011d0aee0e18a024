"""The OpenAI Chat Completions dialect and those of OpenAI's other operations, both sides."""

import msgspec

from salon.gateway.protocols import classify, forms, openai_errors, whole
from salon.gateway.protocols.base import Dialect, SpokenDialect
from salon.gateway.protocols.openai import (
    completions,
    embeddings,
    files,
    image_edits,
    images,
    mistral_audio,
    moderations,
    openrouter_audio,
    relays,
    request,
    request_writer,
    response,
    speech,
    strict,
    tap,
    transcriptions,
    writer,
    xai_audio,
)
from salon.gateway.protocols.openai.completions_encoder import CompletionsStreamEncoder
from salon.gateway.protocols.openai.stream_decoder import OpenAIStreamDecoder
from salon.gateway.protocols.openai.stream_encoder import OpenAIStreamEncoder

DIALECT = Dialect(
    name="openai",
    title="OpenAI chat",
    stream_media_type=b"text/event-stream",
    stream_end=b"data: [DONE]\n\n",
    id_header=b"x-request-id",
    said_field="messages",
    files=files.FORM,
    image_mark=b'"image_url"',
    read_envelope=request.read_envelope,
    decode_request=request.decode_request,
    encode_response=response.encode_response,
    stream_encoder=OpenAIStreamEncoder,
    encode_error=openai_errors.encode_error,
    encode_request=request_writer.encode_request,
    decode_response=response.decode_response,
    stream_decoder=OpenAIStreamDecoder,
    decode_error=classify.http_error,
    classify_stream_error=classify.stream_error,
    rewrite_request=request.rewrite_request,
    rewrite_strictly=request.rewrite_strictly,
    strict_quirks=strict.QUIRKS,
    stream_tap=tap.OpenAIStreamTap,
    read_answer=tap.read_answer,
)
"""``POST /v1/chat/completions``: OpenAI's own and that of the many who copy it."""

COMPLETIONS = msgspec.structs.replace(
    DIALECT,
    name="completions",
    title="OpenAI completions",
    said_field="prompt",
    files=None,
    read_envelope=completions.read_envelope,
    decode_request=completions.decode_request,
    encode_response=completions.encode_response,
    stream_encoder=CompletionsStreamEncoder,
    encode_request=completions.encode_request,
)
"""``POST /v1/completions``: what was before chat; servers of open models still have it."""

WRITER_COMPLETIONS = SpokenDialect(
    name="writer-completions",
    title="Writer completions",
    encode_request=writer.encode_request,
    decode_response=writer.decode_response,
    stream_decoder=writer.WriterStreamDecoder,
    decode_error=DIALECT.decode_error,
    classify_stream_error=DIALECT.classify_stream_error,
    instead_of="completions",
)
"""``POST /v1/completions`` of Writer."""

EMBEDDINGS = whole.dialect(
    embeddings,
    name="openai-embeddings",
    operation="embeddings",
    title="OpenAI embeddings",
    id_header=b"x-request-id",
    encode_error=openai_errors.encode_error,
    rewrite_request=embeddings.rewrite_request,
)
"""``POST /v1/embeddings``: OpenAI's own and that of the many who copy it."""

MODERATIONS = whole.dialect(
    moderations,
    name="openai-moderations",
    operation="moderations",
    title="OpenAI moderations",
    id_header=b"x-request-id",
    encode_error=openai_errors.encode_error,
)
"""``POST /v1/moderations``."""

MISTRAL_MODERATIONS = whole.spoken(
    name="mistral-moderations",
    operation="moderations",
    title="Mistral moderations",
    encode_request=moderations.encode_mistral,
    decode_response=moderations.decode_response,
)
"""``POST /v1/moderations`` of Mistral, whose answers do not say whether a text is flagged."""

SPEECH = whole.dialect(
    speech,
    name="openai-speech",
    operation="speech",
    title="OpenAI speech",
    id_header=b"x-request-id",
    encode_error=openai_errors.encode_error,
    relay=relays.relay_audio,
)
"""``POST /v1/audio/speech``."""

TRANSCRIPTIONS = whole.dialect(
    transcriptions,
    name="openai-transcriptions",
    operation="transcriptions",
    title="OpenAI transcriptions",
    request_type=forms.MEDIA_TYPE,
    id_header=b"x-request-id",
    encode_error=openai_errors.encode_error,
    rewrite_request=forms.rewrite_model,
    relay=relays.relay_events,
)
"""``POST /v1/audio/transcriptions``, a form."""

TRANSLATIONS = msgspec.structs.replace(
    TRANSCRIPTIONS,
    name="openai-translations",
    operation="translations",
    title="OpenAI translations",
    decode_request=transcriptions.decode_translation,
)
"""``POST /v1/audio/translations``, a form: what was said, in English."""

IMAGES = whole.dialect(
    images,
    name="openai-images",
    operation="images",
    title="OpenAI images",
    id_header=b"x-request-id",
    encode_error=openai_errors.encode_error,
    relay=relays.relay_images,
)
"""``POST /v1/images/generations``."""

IMAGE_EDITS = msgspec.structs.replace(
    IMAGES,
    name="openai-image-edits",
    operation="image-edits",
    title="OpenAI image edits",
    request_type=forms.MEDIA_TYPE,
    read_envelope=image_edits.read_envelope,
    decode_request=image_edits.decode_request,
    encode_response=images.encode_edit,
    encode_request=image_edits.encode_request,
    rewrite_request=forms.rewrite_model,
)
"""``POST /v1/images/edits``, a form with files."""

IMAGE_EDITS_JSON = msgspec.structs.replace(
    IMAGES,
    name="openai-image-edits-json",
    operation="image-edits",
    title="OpenAI image edits, JSON",
    read_envelope=image_edits.read_json_envelope,
    decode_request=image_edits.decode_json,
    encode_response=images.encode_edit,
    encode_request=image_edits.encode_json,
)
"""``POST /v1/images/edits``, JSON with addresses."""

IMAGE_VARIATIONS = msgspec.structs.replace(
    IMAGE_EDITS,
    name="openai-image-variations",
    operation="image-variations",
    title="OpenAI image variations",
    read_envelope=image_edits.read_variation_envelope,
    decode_request=image_edits.decode_variation,
    encode_request=image_edits.encode_variation,
)
"""``POST /v1/images/variations``, a form: closed at OpenAI, kept by others."""

XAI_IMAGE_EDITS = whole.spoken(
    name="xai-image-edits",
    operation="image-edits",
    title="xAI image edits",
    encode_request=image_edits.encode_xai,
    decode_response=images.decode_response,
)
"""``POST /v1/images/edits`` of xAI: JSON in words of its own."""

OPENROUTER_TRANSCRIPTIONS = whole.spoken(
    name="openrouter-transcriptions",
    operation="transcriptions",
    title="OpenRouter transcriptions",
    encode_request=openrouter_audio.encode_request,
    decode_response=transcriptions.decode_response,
)
"""``POST /api/v1/audio/transcriptions`` of OpenRouter: JSON where OpenAI takes a form."""

MISTRAL_SPEECH = whole.spoken(
    name="mistral-speech",
    operation="speech",
    title="Mistral speech",
    encode_request=mistral_audio.encode_speech,
    decode_response=mistral_audio.decode_speech,
)
"""``POST /v1/audio/speech`` of Mistral: its audio comes inside JSON."""

MISTRAL_TRANSCRIPTIONS = whole.spoken(
    name="mistral-transcriptions",
    operation="transcriptions",
    title="Mistral transcriptions",
    request_type=forms.MEDIA_TYPE,
    encode_request=mistral_audio.encode_recording,
    decode_response=mistral_audio.decode_recording,
)
"""``POST /v1/audio/transcriptions`` of Mistral: fewer fields, and forms of answers that callers get here."""

XAI_SPEECH = whole.spoken(
    name="xai-speech",
    operation="speech",
    title="xAI text to speech",
    encode_request=xai_audio.encode_speech,
    decode_response=xai_audio.decode_speech,
)
"""``POST /v1/tts``."""

XAI_TRANSCRIPTIONS = whole.spoken(
    name="xai-transcriptions",
    operation="transcriptions",
    title="xAI speech to text",
    request_type=forms.MEDIA_TYPE,
    encode_request=xai_audio.encode_recording,
    decode_response=xai_audio.decode_recording,
)
"""``POST /v1/stt``, a form."""

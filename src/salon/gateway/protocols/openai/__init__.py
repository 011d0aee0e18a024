"""OpenAI Chat Completions and OpenAI's other operations, read and written."""

from salon.gateway.protocols.openai.dialect import (
    COMPLETIONS,
    DIALECT,
    EMBEDDINGS,
    IMAGE_EDITS,
    IMAGE_EDITS_JSON,
    IMAGE_VARIATIONS,
    IMAGES,
    MISTRAL_MODERATIONS,
    MODERATIONS,
    OPENROUTER_TRANSCRIPTIONS,
    SPEECH,
    TRANSCRIPTIONS,
    TRANSLATIONS,
    WRITER_COMPLETIONS,
    XAI_IMAGE_EDITS,
)
from salon.gateway.protocols.openai.perplexity import PERPLEXITY_EMBEDDINGS

__all__ = [
    "COMPLETIONS",
    "DIALECT",
    "EMBEDDINGS",
    "IMAGES",
    "IMAGE_EDITS",
    "IMAGE_EDITS_JSON",
    "IMAGE_VARIATIONS",
    "MISTRAL_MODERATIONS",
    "MODERATIONS",
    "OPENROUTER_TRANSCRIPTIONS",
    "PERPLEXITY_EMBEDDINGS",
    "SPEECH",
    "TRANSCRIPTIONS",
    "TRANSLATIONS",
    "WRITER_COMPLETIONS",
    "XAI_IMAGE_EDITS",
]

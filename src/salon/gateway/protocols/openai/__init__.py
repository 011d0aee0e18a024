"""OpenAI Chat Completions and OpenAI's other operations, read and written."""

from salon.gateway.protocols.openai.dialect import (
    COMPLETIONS,
    DIALECT,
    EMBEDDINGS,
    MISTRAL_MODERATIONS,
    MODERATIONS,
    SPEECH,
    TRANSCRIPTIONS,
    TRANSLATIONS,
)
from salon.gateway.protocols.openai.perplexity import PERPLEXITY_EMBEDDINGS

__all__ = [
    "COMPLETIONS",
    "DIALECT",
    "EMBEDDINGS",
    "MISTRAL_MODERATIONS",
    "MODERATIONS",
    "PERPLEXITY_EMBEDDINGS",
    "SPEECH",
    "TRANSCRIPTIONS",
    "TRANSLATIONS",
]

"""OpenAI Chat Completions, embeddings and moderations, read and written."""

from salon.gateway.protocols.openai.dialect import (
    COMPLETIONS,
    DIALECT,
    EMBEDDINGS,
    MISTRAL_MODERATIONS,
    MODERATIONS,
)
from salon.gateway.protocols.openai.perplexity import PERPLEXITY_EMBEDDINGS

__all__ = [
    "COMPLETIONS",
    "DIALECT",
    "EMBEDDINGS",
    "MISTRAL_MODERATIONS",
    "MODERATIONS",
    "PERPLEXITY_EMBEDDINGS",
]

"""OpenAI Chat Completions, embeddings and moderations, read and written."""

from salon.gateway.protocols.openai.dialect import (
    COMPLETIONS,
    DIALECT,
    EMBEDDINGS,
    MISTRAL_MODERATIONS,
    MODERATIONS,
)

__all__ = ["COMPLETIONS", "DIALECT", "EMBEDDINGS", "MISTRAL_MODERATIONS", "MODERATIONS"]

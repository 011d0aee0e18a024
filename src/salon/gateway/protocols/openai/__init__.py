"""OpenAI Chat Completions and embeddings: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.openai.dialect import COMPLETIONS, DIALECT, EMBEDDINGS

__all__ = ["COMPLETIONS", "DIALECT", "EMBEDDINGS"]

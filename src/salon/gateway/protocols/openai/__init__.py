"""OpenAI Chat Completions and embeddings: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.openai.dialect import DIALECT, EMBEDDINGS

__all__ = ["DIALECT", "EMBEDDINGS"]

"""Gemini generateContent and embeddings: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.gemini.dialect import COUNT, DIALECT, EMBED, EMBED_BATCH

__all__ = ["COUNT", "DIALECT", "EMBED", "EMBED_BATCH"]

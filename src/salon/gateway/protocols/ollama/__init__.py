"""Ollama chat, generate and embeddings: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.ollama.dialect import DIALECT, EMBED, EMBEDDINGS, GENERATE

__all__ = ["DIALECT", "EMBED", "EMBEDDINGS", "GENERATE"]

"""Ollama chat: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.ollama.dialect import DIALECT

__all__ = ["DIALECT"]

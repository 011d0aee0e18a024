"""Ollama chat and generate: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.ollama.dialect import DIALECT, GENERATE

__all__ = ["DIALECT", "GENERATE"]

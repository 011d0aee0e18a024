"""Gemini generateContent: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.gemini.dialect import COUNT, DIALECT

__all__ = ["COUNT", "DIALECT"]

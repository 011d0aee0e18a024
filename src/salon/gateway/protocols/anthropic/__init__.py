"""Anthropic Messages: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.anthropic.dialect import COUNT, DIALECT

__all__ = ["COUNT", "DIALECT"]

"""Anthropic Messages: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.anthropic.dialect import DIALECT

__all__ = ["DIALECT"]

"""Anthropic Messages: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.anthropic.dialect import COUNT, DIALECT
from salon.gateway.protocols.anthropic.stream_decoder import ERROR_STATUS

__all__ = ["COUNT", "DIALECT", "ERROR_STATUS"]

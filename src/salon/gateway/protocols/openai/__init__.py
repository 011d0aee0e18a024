"""OpenAI Chat Completions: requests, answers, streams and errors, read and written."""

from salon.gateway.protocols.openai.dialect import DIALECT

__all__ = ["DIALECT"]

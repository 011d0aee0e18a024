"""The OpenAI Responses dialect."""

from salon.gateway.protocols.responses.dialect import DIALECT

__all__ = ["DIALECT"]

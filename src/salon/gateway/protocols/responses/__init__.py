"""The OpenAI Responses dialect."""

from salon.gateway.protocols.responses.dialect import COUNT, DIALECT

__all__ = ["COUNT", "DIALECT"]

"""The OpenAI Responses dialect."""

from salon.gateway.protocols.responses.dialect import COMPACT, COUNT, DIALECT

__all__ = ["COMPACT", "COUNT", "DIALECT"]

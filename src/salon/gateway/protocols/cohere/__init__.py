"""Cohere's chat, version 2: spoken to its service, served to nobody."""

from salon.gateway.protocols.cohere.dialect import DIALECT

__all__ = ["DIALECT"]

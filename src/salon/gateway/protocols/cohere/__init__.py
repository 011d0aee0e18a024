"""Cohere's chat and embeddings, version 2: spoken to its service, served to nobody."""

from salon.gateway.protocols.cohere.dialect import DIALECT, EMBED

__all__ = ["DIALECT", "EMBED"]

"""Reranking as Cohere and Jina ask for it, and most servers with them; and as Voyage speaks it."""

from salon.gateway.protocols.rerank.dialect import DIALECT
from salon.gateway.protocols.rerank.voyage import VOYAGE

__all__ = ["DIALECT", "VOYAGE"]

"""Reranking as Cohere and Jina ask for it, and most servers with them."""

from salon.gateway.protocols.rerank.dialect import DIALECT

__all__ = ["DIALECT"]

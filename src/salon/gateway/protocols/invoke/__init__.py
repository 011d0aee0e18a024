"""Bedrock's InvokeModel for models that make embeddings: spoken to Amazon, served to nobody."""

from salon.gateway.protocols.invoke.dialect import COHERE_EMBED, LLAMA, NOVA_EMBED, TITAN, TITAN_EMBED

__all__ = ["COHERE_EMBED", "LLAMA", "NOVA_EMBED", "TITAN", "TITAN_EMBED"]

"""OpenRouter, over Chat Completions; its listing also tells prices, context and capabilities."""

from salon.gateway.pricing.reported import openrouter
from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="openrouter",
    label="OpenRouter",
    dialect="openai",
    chat_paths={"openai": "/chat/completions", "completions": "/completions"},
    operation_paths={
        "openai-embeddings": "/embeddings",
        "rerank": "/rerank",
        "openai-images": "/images",
        "openai-speech": "/audio/speech",
        "openrouter-transcriptions": "/audio/transcriptions",
    },
    base_url="https://openrouter.ai/api/v1",
    env_keys=("OPENROUTER_API_KEY",),
    headers=((b"x-title", b"Salon"),),
    quirks={
        "reasoning_object": True,
        "reasoning_details": True,
        "cache_marks": "cache_control",
        "top_k": True,
    },
    prices_as="openrouter",
    reported_cost=openrouter,
    docs_url="https://openrouter.ai/docs/api-reference",
    key_url="https://openrouter.ai/settings/keys",
)

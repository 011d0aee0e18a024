"""Cohere, over its own chat: thoughts, tool plans and citations as its models give them."""

from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="cohere",
    label="Cohere",
    dialect="cohere",
    chat_paths={"cohere": "/v2/chat"},
    operation_paths={
        "cohere-embed": "/v2/embed",
        "rerank": "/v2/rerank",
        "openai-transcriptions": "/v2/audio/transcriptions",
    },
    base_url="https://api.cohere.com",
    env_keys=("COHERE_API_KEY", "CO_API_KEY"),
    listing="cohere",
    models_path="/v1/models",
    prices_as="cohere",
    docs_url="https://docs.cohere.com/reference/chat",
    key_url="https://dashboard.cohere.com/api-keys",
)

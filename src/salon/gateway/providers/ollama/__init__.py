"""Ollama, over its native API."""

from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="ollama",
    label="Ollama",
    dialect="ollama",
    chat_paths={"ollama": "/api/chat", "ollama-generate": "/api/generate"},
    operation_paths={
        "ollama-embed": "/api/embed",
        "ollama-embeddings": "/api/embeddings",
        "openai-images": "/v1/images/generations",
    },
    base_url="http://127.0.0.1:11434",
    needs_key=False,
    local=True,
    env_keys=("OLLAMA_API_KEY",),
    env_url="OLLAMA_HOST",
    listing="ollama",
    models_path="/api/tags",
    docs_url="https://docs.ollama.com/api",
)

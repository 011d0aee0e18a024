"""Another Salon: spoken to in the caller's own dialect, so that nothing is translated twice."""

from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="salon",
    label="Salon",
    dialect="openai",
    chat_paths={
        "openai": "/v1/chat/completions",
        "completions": "/v1/completions",
        "responses": "/v1/responses",
        "anthropic": "/v1/messages",
        "ollama": "/api/chat",
        "ollama-generate": "/api/generate",
        "gemini": "/v1beta/models/{model}:generateContent",
        "responses-count": "/v1/responses/input_tokens",
        "anthropic-count": "/v1/messages/count_tokens",
        "gemini-count": "/v1beta/models/{model}:countTokens",
    },
    operation_paths={
        "openai-embeddings": "/v1/embeddings",
        "ollama-embed": "/api/embed",
        "ollama-embeddings": "/api/embeddings",
        "gemini-embed-batch": "/v1beta/models/{model}:batchEmbedContents",
        "gemini-embed": "/v1beta/models/{model}:embedContent",
        "rerank": "/v1/rerank",
        "openai-moderations": "/v1/moderations",
        "openai-speech": "/v1/audio/speech",
        "openai-transcriptions": "/v1/audio/transcriptions",
        "openai-translations": "/v1/audio/translations",
    },
    stream_paths={"gemini": "/v1beta/models/{model}:streamGenerateContent?alt=sse"},
    needs_key=False,
    address_hint="https://salon.example.com",
    quirks={"top_k": True, "reasoning_details": True, "cache_marks": "cache_control"},
    env_url="SALON_UPSTREAM_URL",
    env_keys=("SALON_UPSTREAM_KEY",),
    passed_headers=(b"anthropic-beta", b"anthropic-version"),
    models_path="/v1/models",
)

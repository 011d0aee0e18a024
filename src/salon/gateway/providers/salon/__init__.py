"""Another Salon: spoken to in the caller's own dialect, so that nothing is translated twice."""

from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="salon",
    label="Salon",
    dialect="openai",
    chat_paths={
        "openai": "/v1/chat/completions",
        "responses": "/v1/responses",
        "anthropic": "/v1/messages",
        "ollama": "/api/chat",
        "ollama-generate": "/api/generate",
    },
    needs_key=False,
    quirks={"top_k": True, "reasoning_details": True, "cache_marks": "cache_control"},
    env_url="SALON_UPSTREAM_URL",
    env_keys=("SALON_UPSTREAM_KEY",),
    passed_headers=(b"anthropic-beta", b"anthropic-version"),
    models_path="/v1/models",
)

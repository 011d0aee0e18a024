"""Any address that speaks one dialect, whoever is behind it."""

from typing import Final

from salon.gateway.providers.base import ProviderKind

ADDRESSES: Final = (
    ProviderKind(
        name="anthropic-compatible",
        label="Anthropic-compatible",
        dialect="anthropic",
        chat_paths={"anthropic": "/v1/messages"},
        auth="x-api-key",
        needs_key=False,
        address_hint="https://api.example.com",
        headers=((b"anthropic-version", b"2023-06-01"),),
        passed_headers=(b"anthropic-beta", b"anthropic-version"),
        listing="anthropic",
        models_path="/v1/models",
    ),
    ProviderKind(
        name="gemini-compatible",
        label="Gemini-compatible",
        dialect="gemini",
        chat_paths={"gemini": "/v1beta/models/{model}:generateContent"},
        operation_paths={
            "gemini-embed-batch": "/v1beta/models/{model}:batchEmbedContents",
            "gemini-embed": "/v1beta/models/{model}:embedContent",
        },
        stream_paths={"gemini": "/v1beta/models/{model}:streamGenerateContent?alt=sse"},
        auth="x-goog-api-key",
        needs_key=False,
        address_hint="https://api.example.com",
        listing="gemini",
        models_path="/v1beta/models",
    ),
    ProviderKind(
        name="ollama-compatible",
        label="Ollama-compatible",
        dialect="ollama",
        chat_paths={"ollama": "/api/chat"},
        operation_paths={"ollama-embed": "/api/embed"},
        needs_key=False,
        address_hint="https://api.example.com",
        listing="ollama",
        models_path="/api/tags",
    ),
)

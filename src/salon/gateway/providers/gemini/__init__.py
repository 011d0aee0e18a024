"""Gemini, over generateContent; the key travels in a header, never in the address."""

from salon.gateway.providers.base import Capabilities, ProviderKind

KIND = ProviderKind(
    name="gemini",
    label="Google Gemini",
    dialect="gemini",
    chat_paths={
        "gemini": "/v1beta/models/{model}:generateContent",
        "gemini-count": "/v1beta/models/{model}:countTokens",
    },
    operation_paths={
        "gemini-embed-batch": "/v1beta/models/{model}:batchEmbedContents",
        "gemini-embed": "/v1beta/models/{model}:embedContent",
    },
    stream_paths={"gemini": "/v1beta/models/{model}:streamGenerateContent?alt=sse"},
    base_url="https://generativelanguage.googleapis.com",
    auth="x-goog-api-key",
    env_keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    env_url="GOOGLE_GEMINI_BASE_URL",
    listing="gemini",
    models_path="/v1beta/models",
    capabilities=Capabilities(tools=True, vision=True, structured=True),
    prices_as="google",
    docs_url="https://ai.google.dev/api/generate-content",
    key_url="https://aistudio.google.com/apikey",
)

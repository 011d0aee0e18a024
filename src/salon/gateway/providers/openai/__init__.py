"""OpenAI, over Chat Completions, and over Responses for callers who speak it."""

from salon.gateway.providers.base import Capabilities, ProviderKind

KIND = ProviderKind(
    name="openai",
    label="OpenAI",
    dialect="openai",
    chat_paths={
        "openai": "/chat/completions",
        "responses": "/responses",
        "responses-count": "/responses/input_tokens",
    },
    operation_paths={
        "openai-embeddings": "/embeddings",
        "openai-moderations": "/moderations",
        "openai-speech": "/audio/speech",
        "openai-transcriptions": "/audio/transcriptions",
        "openai-translations": "/audio/translations",
    },
    base_url="https://api.openai.com/v1",
    env_keys=("OPENAI_API_KEY",),
    env_url="OPENAI_BASE_URL",
    capabilities=Capabilities(tools=True, structured=True),
    prices_as="openai",
    docs_url="https://platform.openai.com/docs/api-reference/chat",
    key_url="https://platform.openai.com/api-keys",
)

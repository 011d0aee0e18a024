"""Any address that speaks Chat Completions: vLLM, llama.cpp, a company's own gateway."""

from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="openai-compatible",
    label="OpenAI-compatible",
    dialect="openai",
    chat_paths={"openai": "/chat/completions"},
    operation_paths={
        "openai-embeddings": "/embeddings",
        "rerank": "/rerank",
        "openai-moderations": "/moderations",
        "openai-speech": "/audio/speech",
        "openai-transcriptions": "/audio/transcriptions",
        "openai-translations": "/audio/translations",
        "openai-images": "/images/generations",
        "openai-image-edits": "/images/edits",
        "openai-image-variations": "/images/variations",
        "openai-realtime": "/realtime?model={model}",
    },
    needs_key=False,
    address_hint="https://api.example.com/v1",
    quirks={"max_tokens_field": "max_tokens", "developer_role": "system"},
)

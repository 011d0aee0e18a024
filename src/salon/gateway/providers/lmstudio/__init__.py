"""LM Studio's local server, over Chat Completions."""

from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="lmstudio",
    label="LM Studio",
    dialect="openai",
    chat_paths={"openai": "/chat/completions", "completions": "/completions"},
    operation_paths={"openai-embeddings": "/embeddings"},
    base_url="http://127.0.0.1:1234/v1",
    needs_key=False,
    local=True,
    env_url="LMSTUDIO_BASE_URL",
    quirks={"max_tokens_field": "max_tokens", "developer_role": "system", "top_k": True},
    docs_url="https://lmstudio.ai/docs/developer/openai-compat",
)

"""DeepSeek, over its form of Chat Completions with ``reasoning_content``."""

from salon.gateway.providers.base import Capabilities, ProviderKind

KIND = ProviderKind(
    name="deepseek",
    label="DeepSeek",
    dialect="openai",
    chat_paths={"openai": "/chat/completions"},
    base_url="https://api.deepseek.com",
    env_keys=("DEEPSEEK_API_KEY",),
    models=("deepseek-chat", "deepseek-reasoner"),
    quirks={"max_tokens_field": "max_tokens", "developer_role": "system", "json_schema": False},
    capabilities=Capabilities(tools=True, vision=False),
    prices_as="deepseek",
    docs_url="https://api-docs.deepseek.com",
    key_url="https://platform.deepseek.com/api_keys",
)

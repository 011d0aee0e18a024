"""DeepSeek, over its form of Chat Completions with ``reasoning_content``, and over Responses.

It has an address for Messages too, whose page lists ten things that it leaves out: callers who speak Messages
are translated for instead. https://api-docs.deepseek.com/guides/responses_api (2026-11-21)
"""

from salon.gateway.providers.base import Capabilities, ProviderKind

KIND = ProviderKind(
    name="deepseek",
    label="DeepSeek",
    dialect="openai",
    chat_paths={"openai": "/chat/completions", "responses": "/responses"},
    base_url="https://api.deepseek.com",
    env_keys=("DEEPSEEK_API_KEY",),
    models=("deepseek-flash", "deepseek-v4-pro"),
    quirks={"max_tokens_field": "max_tokens", "developer_role": "system", "json_schema": False},
    capabilities=Capabilities(tools=True),
    prices_as="deepseek",
    docs_url="https://api-docs.deepseek.com",
    key_url="https://platform.deepseek.com/api_keys",
)

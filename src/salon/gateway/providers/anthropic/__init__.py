"""Anthropic, over the Messages API."""

from salon.gateway.providers.base import Capabilities, ProviderKind

KIND = ProviderKind(
    name="anthropic",
    label="Anthropic",
    dialect="anthropic",
    chat_paths={"anthropic": "/v1/messages", "anthropic-count": "/v1/messages/count_tokens"},
    base_url="https://api.anthropic.com",
    auth="x-api-key",
    env_keys=("ANTHROPIC_API_KEY",),
    env_url="ANTHROPIC_BASE_URL",
    headers=((b"anthropic-version", b"2023-06-01"),),
    passed_headers=(b"anthropic-beta", b"anthropic-version"),
    listing="anthropic",
    models_path="/v1/models",
    capabilities=Capabilities(tools=True, vision=True),
    prices_as="anthropic",
    docs_url="https://docs.anthropic.com/en/api/messages",
    key_url="https://console.anthropic.com/settings/keys",
)

"""Anthropic, over the Messages API."""

from salon.gateway.providers.base import BatchApi, Capabilities, ProviderKind

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
    # https://platform.claude.com/docs/en/build-with-claude/batch-processing (2026-11-21): 100 000 and 256 MB.
    batches=BatchApi(
        wire="anthropic",
        path="/v1/messages/batches",
        endpoints={"anthropic": ""},
        most_lines=100_000,
        most_bytes=256_000_000,
    ),
    docs_url="https://docs.anthropic.com/en/api/messages",
    key_url="https://console.anthropic.com/settings/keys",
)

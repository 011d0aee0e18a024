"""Fireworks AI, whose models that listen have addresses of their own."""

import re
from typing import Final

import msgspec

from salon.gateway.providers.base import ProviderKind

_KIND: Final = ProviderKind(
    name="fireworks",
    label="Fireworks AI",
    dialect="openai",
    chat_paths={"openai": "/chat/completions", "responses": "/responses", "anthropic": "/messages"},
    operation_paths={"openai-embeddings": "/embeddings"},
    base_url="https://api.fireworks.ai/inference/v1",
    env_keys=("FIREWORKS_API_KEY",),
    passed_headers=(b"anthropic-beta", b"anthropic-version"),
    quirks={"max_tokens_field": "max_tokens", "developer_role": "system", "top_k": True},
    prices_as="fireworks",
    docs_url="https://docs.fireworks.ai/tools-sdks/openai-compatibility",
    key_url="https://app.fireworks.ai/settings/users/api-keys",
)


def _listening(base_url: str) -> ProviderKind:
    """Return the kind as it is where one model hears, and does no more.

    https://docs.fireworks.ai/guides/querying-asr-models (2026-11-21)
    """
    return msgspec.structs.replace(
        _KIND,
        dialect="openai-transcriptions",
        chat_paths={},
        operation_paths={
            "openai-transcriptions": "/audio/transcriptions",
            "openai-translations": "/audio/translations",
        },
        base_url=base_url,
    )


FIREWORKS: Final = msgspec.structs.replace(
    _KIND,
    variants=(
        (re.compile(r"whisper-v3"), _listening("https://audio-prod.api.fireworks.ai/v1")),
        (re.compile(r"whisper-v3-turbo"), _listening("https://audio-turbo.api.fireworks.ai/v1")),
    ),
)

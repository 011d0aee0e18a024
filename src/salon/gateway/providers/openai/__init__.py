"""OpenAI, over Chat Completions, and over Responses for callers who speak it."""

import re

import msgspec

from salon.gateway.providers.base import BatchApi, Capabilities, ProviderKind

_OF_PROMPTS = re.compile(r"gpt-3\.5-turbo-instruct(-\d+)?|(davinci|babbage)-002")
"""Models from before chat: they continue one prompt, and chats are refused for them."""

_CHAT = ProviderKind(
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
        "openai-images": "/images/generations",
        "openai-image-edits": "/images/edits",
        "openai-image-edits-json": "/images/edits",
        "openai-image-variations": "/images/variations",
        "openai-realtime": "/realtime?model={model}",
    },
    base_url="https://api.openai.com/v1",
    env_keys=("OPENAI_API_KEY",),
    env_url="OPENAI_BASE_URL",
    capabilities=Capabilities(tools=True, structured=True),
    prices_as="openai",
    # https://platform.openai.com/docs/guides/batch (2026-11-21): 50 000 requests and 200 MB in a file.
    batches=BatchApi(
        wire="openai",
        path="/batches",
        files_path="/files",
        endpoints={
            "openai": "/v1/chat/completions",
            "responses": "/v1/responses",
            "completions": "/v1/completions",
            "openai-embeddings": "/v1/embeddings",
            "openai-moderations": "/v1/moderations",
        },
        most_lines=50_000,
        most_bytes=200_000_000,
    ),
    docs_url="https://platform.openai.com/docs/api-reference/chat",
    key_url="https://platform.openai.com/api-keys",
)
_PROMPTS = msgspec.structs.replace(
    _CHAT,
    dialect="completions",
    chat_paths={"completions": "/completions"},
    operation_paths={},
    capabilities=Capabilities(tools=False, vision=False, structured=False),
)

KIND = msgspec.structs.replace(_CHAT, variants=((_OF_PROMPTS, _PROMPTS),))

"""Gemini, over generateContent or Interactions; the key travels in a header, never in the address."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from salon.gateway.providers.base import Capabilities, ProviderKind
from salon.gateway.providers.options import ProviderOption

OF_IMAGEN: Final = re.compile(r"imagen-.*")
"""Models that only make pictures, in words of their own."""


def shape(kind: ProviderKind, options: Mapping[str, str]) -> ProviderKind:
    """Return the kind as it is asked: Interactions are then spoken to every caller, Gemini's own too."""
    if options.get("api") != "interactions":
        return kind
    count = {name: path for name, path in kind.chat_paths.items() if name == "gemini-count"}
    return msgspec.structs.replace(
        kind,
        dialect="interactions",
        chat_paths={"interactions": "/v1beta/interactions", **count},
        stream_paths={},
    )


_GEMINI = ProviderKind(
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
        "gemini-images": "/v1beta/models/{model}:generateContent",
        "gemini-image-edits": "/v1beta/models/{model}:generateContent",
        "gemini-speech": "/v1beta/models/{model}:generateContent",
    },
    stream_paths={"gemini": "/v1beta/models/{model}:streamGenerateContent?alt=sse"},
    base_url="https://generativelanguage.googleapis.com",
    auth="x-goog-api-key",
    env_keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    env_url="GOOGLE_GEMINI_BASE_URL",
    listing="gemini",
    models_path="/v1beta/models",
    options=(
        ProviderOption(
            name="api",
            help="how chats are asked for, generateContent or interactions",
            default="generateContent",
            pattern="generateContent|interactions",
        ),
    ),
    shape=shape,
    capabilities=Capabilities(tools=True, vision=True, structured=True),
    prices_as="google",
    docs_url="https://ai.google.dev/api/generate-content",
    key_url="https://aistudio.google.com/apikey",
)
KIND = msgspec.structs.replace(
    _GEMINI,
    variants=(
        (
            OF_IMAGEN,
            msgspec.structs.replace(
                _GEMINI, operation_paths={"gemini-imagen": "/v1beta/models/{model}:predict"}
            ),
        ),
    ),
)

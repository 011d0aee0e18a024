"""Services that speak and listen, and do nothing else."""

import re
from typing import Final

import msgspec

from salon.gateway.providers.base import Capabilities, ProviderKind

_DEEPGRAM: Final = ProviderKind(
    name="deepgram",
    label="Deepgram",
    dialect="deepgram-listen",
    chat_paths={},
    operation_paths={"deepgram-listen": "/v1/listen", "deepgram-speak": "/v1/speak"},
    base_url="https://api.deepgram.com",
    auth="token",
    env_keys=("DEEPGRAM_API_KEY",),
    listing="deepgram",
    models_path="/v1/models",
    models=(
        "nova-3",
        "nova-2",
        "aura-2-thalia-en",
        "aura-2-apollo-en",
        "aura-2-viktoria-de",
        "aura-2-agathe-fr",
        "aura-2-celeste-es",
    ),
    capabilities=Capabilities(streaming=False),
    docs_url="https://developers.deepgram.com/reference/deepgram-api-overview",
    key_url="https://console.deepgram.com",
)
_ELEVENLABS: Final = ProviderKind(
    name="elevenlabs",
    label="ElevenLabs",
    dialect="elevenlabs-speech",
    chat_paths={},
    operation_paths={
        "elevenlabs-speech": "/v1/text-to-speech",
        "elevenlabs-transcriptions": "/v1/speech-to-text",
    },
    base_url="https://api.elevenlabs.io",
    auth="xi-api-key",
    env_keys=("ELEVENLABS_API_KEY",),
    listing="fixed",
    models=(
        "eleven_v3",
        "eleven_multilingual_v2",
        "eleven_flash_v2_5",
        "scribe_v2",
        "scribe_v1",
    ),
    capabilities=Capabilities(streaming=False),
    docs_url="https://elevenlabs.io/docs/api-reference/introduction",
    key_url="https://elevenlabs.io/app/settings/api-keys",
)


def _only(kind: ProviderKind, *paths: str) -> ProviderKind:
    """Return the kind as it is for models that do one thing alone."""
    kept = {name: path for name, path in kind.operation_paths.items() if path in paths}
    return msgspec.structs.replace(kind, dialect=next(iter(kept)), operation_paths=kept)


VOICES: Final = (
    msgspec.structs.replace(
        _DEEPGRAM,
        variants=(
            (re.compile(r"aura-.*"), _only(_DEEPGRAM, "/v1/speak")),
            (re.compile(r".*"), _only(_DEEPGRAM, "/v1/listen")),
        ),
    ),
    msgspec.structs.replace(
        _ELEVENLABS,
        variants=(
            (re.compile(r"scribe.*"), _only(_ELEVENLABS, "/v1/speech-to-text")),
            (re.compile(r".*"), _only(_ELEVENLABS, "/v1/text-to-speech")),
        ),
    ),
)

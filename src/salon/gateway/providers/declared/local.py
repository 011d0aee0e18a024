"""Model servers a person runs, at their usual addresses.

Some of them speak Messages, Responses or Ollama as well, and turn it into their own chat inside; they are
spoken to in Chat Completions, which every version of them has, and Salon does the turning.
"""

from collections.abc import Mapping
from typing import Final

from salon.gateway.protocols.base import DialectName, Quirks
from salon.gateway.providers.base import ProviderKind

_LISTENS: Final[Mapping[DialectName, str]] = {
    "openai-transcriptions": "/audio/transcriptions",
    "openai-translations": "/audio/translations",
}
_QUIRKS: Final[Quirks] = {"max_tokens_field": "max_tokens", "developer_role": "system", "top_k": True}


def _server(
    name: str,
    label: str,
    *,
    port: int,
    env_keys: tuple[str, ...],
    env_url: str,
    docs_url: str,
    completes: bool = True,
    more: Mapping[DialectName, str] | None = None,
) -> ProviderKind:
    """Declare a server that is found at ``port`` unless its owner moved it.

    ``completes`` if its own documentation has completions for all models: a prompt is then read raw. ``more``
    is what its documentation has besides.
    """
    paths: dict[DialectName, str] = {"openai": "/chat/completions"}
    if completes:
        paths["completions"] = "/completions"
    return ProviderKind(
        name=name,
        label=label,
        dialect="openai",
        chat_paths=paths,
        operation_paths={"openai-embeddings": "/embeddings", "rerank": "/rerank", **(more or {})},
        base_url=f"http://127.0.0.1:{port}/v1",
        needs_key=False,
        local=True,
        env_keys=env_keys,
        env_url=env_url,
        quirks=_QUIRKS,
        docs_url=docs_url,
    )


LOCAL: Final = (
    _server(
        "vllm",
        "vLLM",
        port=8000,
        env_keys=("VLLM_API_KEY",),
        env_url="VLLM_BASE_URL",
        more=_LISTENS,
        docs_url="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    ),
    _server(
        "sglang",
        "SGLang",
        port=30000,
        env_keys=("SGLANG_API_KEY",),
        env_url="SGLANG_BASE_URL",
        docs_url="https://docs.sglang.io/docs/basic_usage/send_request",
    ),
    _server(
        "llamacpp",
        "llama.cpp",
        port=8080,
        env_keys=("LLAMA_API_KEY",),
        env_url="LLAMACPP_BASE_URL",
        docs_url="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
    ),
    _server(
        "localai",
        "LocalAI",
        port=8080,
        env_keys=("LOCALAI_API_KEY",),
        env_url="LOCALAI_BASE_URL",
        more={
            "openai-speech": "/audio/speech",
            "openai-transcriptions": "/audio/transcriptions",
            "openai-images": "/images/generations",
            "openai-realtime": "/realtime?model={model}",
        },
        docs_url="https://localai.io/docs/features/text-generation/",
    ),
    _server(
        "jan",
        "Jan",
        port=1337,
        # It asks for the key that stands in its settings; an installation without one is older.
        env_keys=("JAN_API_KEY",),
        env_url="JAN_BASE_URL",
        docs_url="https://jan.ai/docs/local-api",
        completes=False,
    ),
    _server(
        "koboldcpp",
        "KoboldCpp",
        port=5001,
        env_keys=(),
        env_url="KOBOLDCPP_BASE_URL",
        more={
            "openai-speech": "/audio/speech",
            "openai-transcriptions": "/audio/transcriptions",
            "openai-images": "/images/generations",
        },
        docs_url="https://github.com/LostRuins/koboldcpp/wiki",
    ),
)

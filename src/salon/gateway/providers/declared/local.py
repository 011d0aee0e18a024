"""Model servers a person runs, at their usual addresses.

Some of them speak Messages, Responses or Ollama as well, and turn it into their own chat inside; they are
spoken to in Chat Completions, which every version of them has, and Salon does the turning.
"""

from typing import Final

from salon.gateway.protocols.base import Quirks
from salon.gateway.providers.base import ProviderKind

_CHAT: Final = "/chat/completions"
_QUIRKS: Final[Quirks] = {"max_tokens_field": "max_tokens", "developer_role": "system", "top_k": True}

LOCAL: Final = (
    ProviderKind(
        name="vllm",
        label="vLLM",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="http://127.0.0.1:8000/v1",
        needs_key=False,
        local=True,
        env_keys=("VLLM_API_KEY",),
        env_url="VLLM_BASE_URL",
        quirks=_QUIRKS,
        docs_url="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    ),
    ProviderKind(
        name="sglang",
        label="SGLang",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="http://127.0.0.1:30000/v1",
        needs_key=False,
        local=True,
        env_keys=("SGLANG_API_KEY",),
        env_url="SGLANG_BASE_URL",
        quirks=_QUIRKS,
        docs_url="https://docs.sglang.io/docs/basic_usage/send_request",
    ),
    ProviderKind(
        name="llamacpp",
        label="llama.cpp",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="http://127.0.0.1:8080/v1",
        needs_key=False,
        local=True,
        env_keys=("LLAMA_API_KEY",),
        env_url="LLAMACPP_BASE_URL",
        quirks=_QUIRKS,
        docs_url="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
    ),
    ProviderKind(
        name="localai",
        label="LocalAI",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="http://127.0.0.1:8080/v1",
        needs_key=False,
        local=True,
        env_keys=("LOCALAI_API_KEY",),
        env_url="LOCALAI_BASE_URL",
        quirks=_QUIRKS,
        docs_url="https://localai.io/docs/features/text-generation/",
    ),
    ProviderKind(
        name="jan",
        label="Jan",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="http://127.0.0.1:1337/v1",
        # It asks for the key that stands in its settings; an installation without one is older.
        needs_key=False,
        local=True,
        env_keys=("JAN_API_KEY",),
        env_url="JAN_BASE_URL",
        quirks=_QUIRKS,
        docs_url="https://jan.ai/docs/local-api",
    ),
    ProviderKind(
        name="koboldcpp",
        label="KoboldCpp",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="http://127.0.0.1:5001/v1",
        needs_key=False,
        local=True,
        env_url="KOBOLDCPP_BASE_URL",
        quirks=_QUIRKS,
        docs_url="https://github.com/LostRuins/koboldcpp/wiki",
    ),
)

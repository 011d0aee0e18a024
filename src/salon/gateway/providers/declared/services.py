"""Services on the internet that speak Chat Completions, some more than that; and some that do not chat.

Where an address for another dialect is declared, the service's own documentation names it for all its
models; callers who speak that dialect are then not translated. A chat takes the media that the service's own
client has a type for (mistralai 3.7, groq 1.7, xai-sdk 1.21, together 3.1, cerebras-cloud-sdk 1.91; 2026-11),
or that its guide names (Moonshot's, to vision); of the others nothing is known, and everything is sent.
"""

from collections.abc import Mapping
from typing import Final

from salon.gateway.pricing.reported import perplexity, xai
from salon.gateway.protocols.base import DialectName, Quirks
from salon.gateway.providers.base import BatchApi, Capabilities, ProviderKind
from salon.gateway.providers.declared.fireworks import FIREWORKS
from salon.gateway.providers.declared.huggingface import HUGGING_FACE

_CHAT: Final = "/chat/completions"
_EMBEDDINGS: Final[Mapping[DialectName, str]] = {"openai-embeddings": "/embeddings"}
_AUDIO: Final[Mapping[DialectName, str]] = {
    "openai-speech": "/audio/speech",
    "openai-transcriptions": "/audio/transcriptions",
    "openai-translations": "/audio/translations",
}
_OLDER: Final[Quirks] = {"max_tokens_field": "max_tokens", "developer_role": "system"}
"""The form before OpenAI renamed the limit of an answer and added a role: every service here takes it."""
_NEWER: Final[Quirks] = {"developer_role": "system"}
"""The limit has its new name, the role has not come."""
_NO_CHAT: Final = Capabilities(streaming=False, operations=("embeddings", "rerank"))
_SIDES_OF_A_SEARCH: Final[Mapping[str, str]] = {
    **dict.fromkeys(("query", "question", "fact", "code"), "query"),
    "document": "document",
}
_TASKS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("query", "question", "fact", "code"), "retrieval.query"),
    "document": "retrieval.passage",
    "classification": "classification",
    "clustering": "clustering",
    "similarity": "text-matching",
}

SERVICES: Final = (
    ProviderKind(
        name="mistral",
        label="Mistral",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        operation_paths={
            **_EMBEDDINGS,
            "mistral-moderations": "/moderations",
            "mistral-speech": "/audio/speech",
            "mistral-transcriptions": "/audio/transcriptions",
        },
        base_url="https://api.mistral.ai/v1",
        env_keys=("MISTRAL_API_KEY",),
        # It refuses a request with any field it does not know (422), names of messages among them, and counts
        # in every stream unasked. Fields: those of its own client (mistralai/client-python, 2026-11).
        quirks={
            **_OLDER,
            "stream_usage": "unasked",
            "embedding_dimensions": "output_dimension",
            "renamed": {"seed": "random_seed", "max_completion_tokens": "max_tokens"},
            "refused": ("user", "logprobs", "top_logprobs", "service_tier"),
            "names": False,
            "media": ("images", "audio", "files"),
            "media_form": "mistral",
        },
        capabilities=Capabilities(structured=True),
        prices_as="mistral",
        docs_url="https://docs.mistral.ai/api/endpoint/chat",
        key_url="https://console.mistral.ai/api-keys",
    ),
    ProviderKind(
        name="groq",
        label="Groq",
        dialect="openai",
        chat_paths={"openai": _CHAT, "responses": "/responses"},
        operation_paths=_AUDIO,
        base_url="https://api.groq.com/openai/v1",
        env_keys=("GROQ_API_KEY",),
        # Named by its page on compatibility as answered with 400. Tiers: those of its own client (2026-11).
        quirks={
            **_NEWER,
            "refused": ("logprobs", "top_logprobs", "logit_bias"),
            "names": False,
            "service_tiers": ("auto", "on_demand", "flex", "performance"),
            "media": ("images",),
        },
        # https://console.groq.com/docs/batch and its own client (2026-11): chat alone, 100 MB in a file.
        batches=BatchApi(
            wire="openai",
            path="/batches",
            files_path="/files",
            endpoints={"openai": "/v1/chat/completions"},
            most_lines=50_000,
            most_bytes=100_000_000,
        ),
        prices_as="groq",
        docs_url="https://console.groq.com/docs/openai",
        key_url="https://console.groq.com/keys",
    ),
    ProviderKind(
        name="xai",
        label="xAI",
        dialect="openai",
        chat_paths={"openai": _CHAT, "responses": "/responses"},
        operation_paths={
            "openai-images": "/images/generations",
            "xai-image-edits": "/images/edits",
            "openai-realtime": "/realtime?model={model}",
            "xai-speech": "/tts",
            "xai-transcriptions": "/stt",
        },
        base_url="https://api.x.ai/v1",
        env_keys=("XAI_API_KEY",),
        # It says of size and style that it does not take them.
        quirks={**_NEWER, "image_fields": ("quality", "response_format", "user"), "media": ("images",)},
        capabilities=Capabilities(tools=True, structured=True),
        prices_as="x-ai",
        reported_cost=xai,
        docs_url="https://docs.x.ai/docs/api-reference",
        key_url="https://console.x.ai",
    ),
    ProviderKind(
        name="together",
        label="Together AI",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        operation_paths={
            **_EMBEDDINGS,
            "rerank": "/rerank",
            "openai-images": "/images/generations",
            **_AUDIO,
        },
        base_url="https://api.together.ai/v1",
        env_keys=("TOGETHER_API_KEY",),
        quirks={**_OLDER, "top_k": True, "media": ("images", "audio", "video")},
        prices_as="together",
        docs_url="https://docs.together.ai/docs/inference/openai-compatibility",
        key_url="https://api.together.ai/settings/api-keys",
    ),
    FIREWORKS,
    ProviderKind(
        name="cerebras",
        label="Cerebras",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="https://api.cerebras.ai/v1",
        env_keys=("CEREBRAS_API_KEY",),
        # Named by its page on compatibility as answered with 400 (2026-11).
        quirks={
            **_NEWER,
            "reasoning_field": "reasoning",
            "refused": ("frequency_penalty", "presence_penalty", "parallel_tool_calls", "service_tier"),
            "media": ("images",),
        },
        prices_as="cerebras",
        docs_url="https://inference-docs.cerebras.ai/resources/openai",
        key_url="https://cloud.cerebras.ai",
    ),
    ProviderKind(
        name="perplexity",
        label="Perplexity",
        # Its Chat Completions address was closed in September 2026; the Agent API is a form of Responses.
        dialect="responses",
        chat_paths={"responses": "/responses"},
        operation_paths={"perplexity-embeddings": "/embeddings"},
        base_url="https://api.perplexity.ai/v1",
        env_keys=("PERPLEXITY_API_KEY",),
        models=("perplexity/sonar",),
        reported_cost=perplexity,
        docs_url="https://docs.perplexity.ai/docs/agent-api/openai-compatibility",
        key_url="https://www.perplexity.ai/settings/api",
    ),
    HUGGING_FACE,
    ProviderKind(
        name="nvidia",
        label="NVIDIA",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        operation_paths=_EMBEDDINGS,
        base_url="https://integrate.api.nvidia.com/v1",
        env_keys=("NVIDIA_API_KEY",),
        # Its retrieval models refuse texts of which they are not told which side of a search they are on.
        quirks={**_OLDER, "embedding_purposes": {"": "passage", "document": "passage", "query": "query"}},
        docs_url="https://docs.api.nvidia.com/nim/reference/llm-apis",
        key_url="https://build.nvidia.com/settings/api-keys",
    ),
    ProviderKind(
        name="moonshot",
        label="Moonshot (Kimi)",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        base_url="https://api.moonshot.ai/v1",
        env_keys=("MOONSHOT_API_KEY",),
        quirks={**_OLDER, "reasoning_field": "reasoning_content", "media": ("images", "video")},
        prices_as="moonshotai",
        docs_url="https://platform.kimi.ai/docs/api/chat",
        key_url="https://platform.moonshot.ai/console/api-keys",
    ),
    ProviderKind(
        name="zai",
        label="Z.ai (Zhipu)",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        operation_paths={
            "openai-images": "/images/generations",
            "openai-transcriptions": "/audio/transcriptions",
        },
        base_url="https://api.z.ai/api/paas/v4",
        env_keys=("ZAI_API_KEY",),
        listing="fixed",
        models=("glm-5.2", "glm-5.1", "glm-5", "glm-4.7", "glm-4.6", "glm-4.5-air"),
        quirks={**_OLDER, "json_schema": False, "reasoning_field": "reasoning_content"},
        prices_as="zai",
        docs_url="https://docs.z.ai/api-reference/llm/chat-completion",
        key_url="https://z.ai/manage-apikey/apikey-list",
    ),
    ProviderKind(
        name="alibaba",
        label="Alibaba Model Studio",
        dialect="openai",
        chat_paths={"openai": _CHAT},
        operation_paths=_EMBEDDINGS,
        base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        env_keys=("DASHSCOPE_API_KEY",),
        quirks={**_OLDER, "top_k": True},
        docs_url="https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope",
        key_url="https://modelstudio.console.alibabacloud.com",
    ),
    ProviderKind(
        name="writer",
        label="Writer",
        dialect="openai",
        chat_paths={"openai": "/chat", "writer-completions": "/completions"},
        base_url="https://api.writer.com/v1",
        env_keys=("WRITER_API_KEY",),
        # The fields are those of its own client (writer-sdk 3.0, 2026-11); JSON has to have a schema there.
        quirks={
            **_OLDER,
            "refused": (
                "frequency_penalty",
                "presence_penalty",
                "seed",
                "logit_bias",
                "top_logprobs",
                "user",
                "parallel_tool_calls",
                "service_tier",
            ),
            "names": False,
            "media": ("images",),
            "json_object": False,
        },
        docs_url="https://dev.writer.com/api-reference/completion-api/chat-completion",
        key_url="https://app.writer.com/aistudio/organization/api-keys",
    ),
    ProviderKind(
        name="voyage",
        label="Voyage AI",
        dialect="openai-embeddings",
        chat_paths={},
        operation_paths={**_EMBEDDINGS, "voyage-rerank": "/rerank"},
        base_url="https://api.voyageai.com/v1",
        env_keys=("VOYAGE_API_KEY",),
        listing="fixed",
        models=(
            "voyage-4-large",
            "voyage-4",
            "voyage-4-lite",
            "voyage-code-3",
            "rerank-2.5",
            "rerank-2.5-lite",
        ),
        quirks={
            "embedding_dimensions": "output_dimension",
            "embedding_purposes": _SIDES_OF_A_SEARCH,
            "embedding_truncation": "truncation",
        },
        capabilities=_NO_CHAT,
        prices_as="voyageai",
        docs_url="https://docs.voyageai.com/reference/embeddings-api",
        key_url="https://dashboard.voyageai.com",
    ),
    ProviderKind(
        name="jina",
        label="Jina AI",
        dialect="openai-embeddings",
        chat_paths={},
        operation_paths={**_EMBEDDINGS, "rerank": "/rerank"},
        base_url="https://api.jina.ai/v1",
        env_keys=("JINA_API_KEY",),
        listing="fixed",
        models=(
            "jina-embeddings-v5-text-small",
            "jina-embeddings-v5-text-nano",
            "jina-embeddings-v4",
            "jina-reranker-v3",
        ),
        quirks={
            "embedding_purpose_field": "task",
            "embedding_purposes": _TASKS,
            "embedding_truncation": "truncate",
        },
        capabilities=_NO_CHAT,
        docs_url="https://api.jina.ai/docs",
        key_url="https://jina.ai/api-dashboard/key-manager",
    ),
)

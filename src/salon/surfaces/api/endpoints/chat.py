"""The rows of chat, and of counting what a chat has."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints.row import Endpoint, asking

_COUNT: Final = "Count a request's tokens, in the words of {}; an estimate is marked as one."

ROWS: Final[tuple[Endpoint, ...]] = (
    asking(
        "/v1/chat/completions", "openai", "chat", "Chat, in the words of OpenAI Chat Completions.", hot=True
    ),
    asking(
        "/v1/completions",
        "completions",
        "chat",
        "Answer one prompt, in the words of OpenAI's older completions.",
        hot=True,
    ),
    asking(
        "/v1/responses",
        "responses",
        "chat",
        "Chat, in the words of OpenAI Responses; kept for those who may keep conversations.",
        hot=True,
    ),
    Endpoint(
        method="GET",
        path="/v1/responses",
        dialect="responses",
        summary="Ask one thing after the other over a WebSocket, in the words of OpenAI Responses.",
        policy=Right.USE_MODELS,
        operation="chat",
        realtime="responses",
    ),
    asking(
        "/v1/responses/compact",
        "responses-compact",
        "chat",
        "Say a conversation in short, in the words of OpenAI Responses.",
        hot=True,
    ),
    asking(
        "/v1/responses/input_tokens",
        "responses-count",
        "count",
        _COUNT.format("OpenAI Responses"),
        hot=True,
    ),
    asking("/v1/messages", "anthropic", "chat", "Chat, in the words of Anthropic Messages.", hot=True),
    asking("/v1/messages/count_tokens", "anthropic-count", "count", _COUNT.format("Anthropic"), hot=True),
    asking("/api/chat", "ollama", "chat", "Chat, in the words of Ollama.", hot=True),
    asking(
        "/api/generate", "ollama-generate", "chat", "Answer one prompt, in the words of Ollama.", hot=True
    ),
    *(
        asking(
            f"/{version}/models/{{model:path}}:{method}",
            "gemini",
            "chat",
            f"Chat{streamed}, in the words of Gemini generateContent.",
        )
        for version in ("v1beta", "v1")
        for method, streamed in (("generateContent", ""), ("streamGenerateContent", ", streamed"))
    ),
    *(
        asking(
            f"/{version}/models/{{model:path}}:countTokens", "gemini-count", "count", _COUNT.format("Gemini")
        )
        for version in ("v1beta", "v1")
    ),
)

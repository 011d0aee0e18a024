"""A request of every served dialect that uses much of it, and where it goes."""

from typing import Any
from urllib.parse import quote

from salon.testing.questions import PIXEL, WEATHER
from salon.testing.raw_http import chat_path

PICTURE = f"data:image/png;base64,{PIXEL}"
HELLO = "hello {{fake tokens=2}}"
FUNCTION: Any = {"type": "function", "function": dict(WEATHER)}
OPTIONS = {"temperature": 0.5, "top_p": 0.9, "stop": ["x"], "seed": 1}
_EMBEDDED = {"taskType": "RETRIEVAL_DOCUMENT", "title": "t", "outputDimensionality": 4}
WHOLE: dict[str, dict[str, Any]] = {
    "openai": {
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": HELLO}, {"type": "image_url", "image_url": {"url": PICTURE}},
            ]},
        ],
        "tools": [FUNCTION], "tool_choice": "auto", "response_format": {"type": "text"}, "max_tokens": 9,
        "user": "u", "n": 1, "logprobs": True, "top_logprobs": 2, **OPTIONS,
    },
    "responses": {
        "input": [
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "sunny"},
            {"role": "user", "content": [
                {"type": "input_text", "text": HELLO},
                {"type": "input_image", "image_url": PICTURE, "detail": "auto"},
            ]},
        ],
        "instructions": "be brief", "tools": [{"type": "function", "strict": True, **WEATHER}],
        "tool_choice": "auto", "max_output_tokens": 9, "store": False, "text": {"format": {"type": "text"}},
        "reasoning": {"effort": "low"}, "include": [],
    },
    "anthropic": {
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": HELLO, "cache_control": {"type": "ephemeral"}},
            ]},
        ],
        "tools": [{"name": "weather", "input_schema": WEATHER["parameters"]}],
        "tool_choice": {"type": "auto"}, "max_tokens": 9, "system": "be brief", "stop_sequences": ["x"],
        "metadata": {"user_id": "u"}, "thinking": {"type": "enabled", "budget_tokens": 1024},
    },
    "ollama": {
        "messages": [{"role": "user", "content": HELLO, "images": [PIXEL]}], "tools": [FUNCTION],
        "options": {"num_predict": 9, **OPTIONS}, "think": False, "format": {"type": "object"},
        "keep_alive": "5m",
    },
    "ollama-generate": {
        "prompt": HELLO, "system": "be brief", "images": [PIXEL], "options": {"num_predict": 9, **OPTIONS},
        "think": False, "format": {"type": "object"}, "keep_alive": "5m", "suffix": "", "context": [1],
    },
    "completions": {
        "prompt": [HELLO], "max_tokens": 9, "n": 1, "echo": False, "suffix": None, "logprobs": 2,
        "best_of": 1,
        "user": "u", "logit_bias": {}, **OPTIONS,
    },
    "openai-embeddings": {
        "input": [HELLO, "south"], "encoding_format": "float", "dimensions": 4, "input_type": "query",
        "truncation": True, "user": "u",
    },
    "ollama-embed": {
        "input": [HELLO, "south"], "truncate": True, "dimensions": 4, "options": {"seed": 1},
        "keep_alive": "5m",
    },
    "ollama-embeddings": {"prompt": HELLO, "options": {"seed": 1}, "keep_alive": "5m"},
    "gemini-embed": {"content": {"parts": [{"text": HELLO}]}, **_EMBEDDED},
    "gemini-embed-batch": {
        "requests": [
            {"model": "models/m", "content": {"role": "user", "parts": [{"text": HELLO}]}, **_EMBEDDED},
            {"model": "models/m", "content": {"parts": [{"text": "south"}]}, **_EMBEDDED},
        ],
    },
    "rerank": {
        "query": HELLO, "documents": ["a", {"text": "b"}], "top_n": 2, "return_documents": True,
        "truncation": True,
    },
    "openai-moderations": {
        "input": [{"type": "text", "text": HELLO}, {"type": "image_url", "image_url": {"url": PICTURE}}],
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "be brief"}]},
        "contents": [
            {"role": "user", "parts": [
                {"text": HELLO}, {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
            ]},
            {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Bern"}}}]},
            {"parts": [{"functionResponse": {"name": "weather", "response": {"output": "sunny"}}}]},
        ],
        "tools": [{"functionDeclarations": [dict(WEATHER)]}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "generationConfig": {
            "temperature": 0.5, "topP": 0.9, "topK": 5, "maxOutputTokens": 9, "stopSequences": ["x"],
            "responseMimeType": "application/json",
            "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}},
            "thinkingConfig": {"thinkingBudget": 0},
        },
    },
}  # fmt: skip
"""A request of each dialect that uses much of it."""
WHOLE["responses-count"] = {
    name: value
    for name, value in WHOLE["responses"].items()
    if name not in {"store", "include", "max_output_tokens"}
}
WHOLE["responses-compact"] = {
    name: value for name, value in WHOLE["responses"].items() if name not in {"store", "include", "stream"}
}
WHOLE["anthropic-count"] = {
    name: value
    for name, value in WHOLE["anthropic"].items()
    if name not in {"max_tokens", "stop_sequences", "metadata"}
}
WHOLE["gemini-count"] = {
    "generateContentRequest": {"model": "models/m", **WHOLE["gemini"]},
}
_PATHS = {
    "responses-count": "/v1/responses/input_tokens",
    "responses-compact": "/v1/responses/compact",
    "anthropic-count": "/v1/messages/count_tokens",
    "openai-embeddings": "/v1/embeddings",
    "ollama-embed": "/api/embed",
    "ollama-embeddings": "/api/embeddings",
    "rerank": "/v1/rerank",
    "openai-moderations": "/v1/moderations",
}
_METHODS = {
    "gemini-count": "countTokens",
    "gemini-embed": "embedContent",
    "gemini-embed-batch": "batchEmbedContents",
}
_FAMILIES = {
    "openai-embeddings": "openai",
    "openai-moderations": "openai",
    "rerank": "openai",
    "completions": "openai",
    "ollama-generate": "ollama",
}
STREAMED = ("openai", "completions", "responses", "anthropic", "ollama", "ollama-generate", "gemini")
"""Dialects whose answers can be streamed."""


def path_of(dialect: str, *, model: str, stream: bool = False) -> str:
    """Return where a request of ``dialect`` goes."""
    if dialect in _METHODS:
        return f"/v1beta/models/{quote(model)}:{_METHODS[dialect]}"
    return _PATHS.get(dialect) or chat_path(dialect, model=model, stream=stream)


def body_of(dialect: str, body: dict[str, Any], *, model: str, stream: bool = False) -> dict[str, Any]:
    """Return ``body`` with what says the model and the stream, where the address does not."""
    if dialect == "gemini" or dialect in _METHODS:
        return body
    named: dict[str, Any] = {"model": model, "stream": stream} if dialect in STREAMED else {"model": model}
    return {**named, **body}


def family_of(dialect: str) -> str:
    """Return the dialect whose form of errors a served one shares."""
    if dialect in _FAMILIES:
        return _FAMILIES[dialect]
    return dialect.partition("-")[0]

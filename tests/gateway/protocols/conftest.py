"""Requests of our own in each dialect, as rich as the dialect allows."""

import json
from typing import Any, ClassVar

import pytest

from salon.gateway.protocols import anthropic, gemini, ollama, openai, responses
from salon.gateway.protocols.base import Dialect

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSBub3RoaW5nCg=="
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

OPENAI: dict[str, Any] = {
    "model": "gpt",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "Really."}]},
        {
            "role": "user",
            "name": "ada",
            "content": [
                {"type": "text", "text": "Look", "cache_control": {"type": "ephemeral"}},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
                {
                    "type": "file",
                    "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF}"},
                },
            ],
        },
        {
            "role": "assistant",
            "content": "Asking.",
            "reasoning_content": "Which tool?",
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city":"Rome"}'},
                },
                {
                    "id": "c2",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city":"Oslo"}'},
                },
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "Sunny"},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "Snow"}]},
        {"role": "user", "content": "And now?"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {"name": "weather", "description": "Tells it", "parameters": SCHEMA, "strict": True},
        }
    ],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "max_completion_tokens": 500,
    "temperature": 0.5,
    "top_p": 0.9,
    "seed": 7,
    "stop": ["END"],
    "presence_penalty": 0.1,
    "logit_bias": {"50256": -100},
    "reasoning_effort": "low",
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "w", "schema": SCHEMA, "strict": True},
    },
    "stream": True,
    "stream_options": {"include_usage": True},
    "user": "u1",
    "metadata": {"a": "b"},
    "service_tier": "auto",
}
RESPONSES: dict[str, Any] = {
    "model": "gpt",
    "instructions": "Be brief.",
    "input": [
        {"role": "developer", "content": [{"type": "input_text", "text": "Really."}]},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Look"},
                {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "low"},
                {"type": "input_image", "image_url": "https://example.org/cat.png"},
                {
                    "type": "input_file",
                    "filename": "a.pdf",
                    "file_data": f"data:application/pdf;base64,{PDF}",
                },
            ],
        },
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "Which tool?"}],
            "encrypted_content": "gAAA",
        },
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Asking.", "annotations": []}],
        },
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}},
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city":"Rome"}'},
        {"type": "function_call", "call_id": "c2", "name": "weather", "arguments": '{"city":"Oslo"}'},
        {"type": "function_call_output", "call_id": "c1", "output": "Sunny"},
        {
            "type": "function_call_output",
            "call_id": "c2",
            "output": [{"type": "input_text", "text": "Snow"}],
        },
        {"role": "user", "content": "And now?"},
    ],
    "tools": [
        {
            "type": "function",
            "name": "weather",
            "description": "Tells it",
            "parameters": SCHEMA,
            "strict": True,
        }
    ],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "max_output_tokens": 500,
    "temperature": 0.5,
    "top_p": 0.9,
    "top_logprobs": 2,
    "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
    "reasoning": {"effort": "low", "summary": "auto"},
    "text": {
        "format": {"type": "json_schema", "name": "w", "schema": SCHEMA, "strict": True},
        "verbosity": "low",
    },
    "stream": True,
    "store": True,
    "user": "u1",
    "metadata": {"a": "b"},
    "service_tier": "auto",
    "prompt_cache_key": "k",
    "truncation": "auto",
}
ANTHROPIC: dict[str, Any] = {
    "model": "claude",
    "max_tokens": 500,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
                {"type": "image", "source": {"type": "url", "url": "https://example.org/cat.png"}},
                {
                    "type": "document",
                    "title": "a.pdf",
                    "citations": {"enabled": True},
                    "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
                },
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Words"}},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Which tool?", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "Zm9v"},
                {"type": "text", "text": "Asking."},
                {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
                {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Rome"}},
                {"type": "tool_use", "id": "t2", "name": "weather", "input": {"city": "Oslo"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "Sunny"},
                {
                    "type": "tool_result",
                    "tool_use_id": "t2",
                    "is_error": True,
                    "content": [{"type": "text", "text": "Snow"}],
                },
                {"type": "text", "text": "And now?"},
            ],
        },
    ],
    "tools": [
        {"name": "weather", "description": "Tells it", "input_schema": SCHEMA},
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "temperature": 1,
    "top_k": 40,
    "stop_sequences": ["END"],
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    "metadata": {"user_id": "u1"},
    "stream": True,
}
OLLAMA: dict[str, Any] = {
    "model": "llama",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Look", "images": [PNG]},
        {
            "role": "assistant",
            "content": "Asking.",
            "thinking": "Which tool?",
            "tool_calls": [
                {"function": {"name": "weather", "arguments": {"city": "Rome"}}},
                {"function": {"name": "weather", "arguments": {"city": "Oslo"}}},
            ],
        },
        {"role": "tool", "tool_name": "weather", "content": "Sunny"},
        {"role": "tool", "tool_name": "weather", "content": "Snow"},
        {"role": "user", "content": "And now?"},
    ],
    "tools": [
        {"type": "function", "function": {"name": "weather", "description": "Tells it", "parameters": SCHEMA}}
    ],
    "format": SCHEMA,
    "think": "low",
    "options": {"temperature": 0.5, "num_predict": 500, "stop": ["END"], "num_ctx": 8192, "seed": 7},
    "keep_alive": "5m",
}
GENERATE: dict[str, Any] = {
    "model": "llama",
    "prompt": "Look",
    "system": "Be brief.",
    "template": "{{ .Prompt }}",
    "images": [PNG],
    "context": [1, 2, 3],
    "raw": False,
    "format": SCHEMA,
    "think": "low",
    "options": {"temperature": 0.5, "num_predict": 500, "stop": ["END"], "num_ctx": 8192, "seed": 7},
    "keep_alive": "5m",
}

OWN_SCHEMA = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}
GEMINI: dict[str, Any] = {
    "model": "gemini-2.5-flash",
    "stream": True,
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {
            "role": "user",
            "parts": [
                {"text": "Look"},
                {"inlineData": {"mimeType": "image/png", "data": PNG}},
                {"fileData": {"mimeType": "image/png", "fileUri": "https://example.org/cat.png"}},
                {"inline_data": {"mime_type": "application/pdf", "data": PDF}},
            ],
        },
        {
            "role": "model",
            "parts": [
                {"text": "Which", "thought": True},
                {"text": " tool?", "thought": True, "thoughtSignature": "c2ln"},
                {"executableCode": {"language": "PYTHON", "code": "1 + 1"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
                {"text": "Asking.", "thoughtSignature": "c2ln"},
                {
                    "functionCall": {"id": "g1", "name": "weather", "args": {"city": "Rome"}},
                    "thoughtSignature": "c2ln",
                },
                {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "g1", "name": "weather", "response": {"output": "Sunny"}}},
                {"functionResponse": {"name": "weather", "response": {"error": "Snow"}}},
                {"text": "And now?"},
            ],
        },
    ],
    "tools": [
        {
            "functionDeclarations": [
                {"name": "weather", "description": "Tells it", "parameters": OWN_SCHEMA},
            ]
        }
    ],
    "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "generationConfig": {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
        "maxOutputTokens": 500,
        "stopSequences": ["END"],
        "seed": 7,
        "responseMimeType": "application/json",
        "responseSchema": OWN_SCHEMA,
        "thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": True},
        "mediaResolution": "MEDIA_RESOLUTION_LOW",
    },
    "labels": {"team": "a"},
}


class Samples:
    """The dialects with a rich request of each."""

    dialects: tuple[Dialect, ...] = (
        openai.DIALECT,
        responses.DIALECT,
        anthropic.DIALECT,
        ollama.DIALECT,
        gemini.DIALECT,
    )
    requests: ClassVar[dict[str, Any]] = {
        "openai": OPENAI,
        "responses": RESPONSES,
        "anthropic": ANTHROPIC,
        "ollama": OLLAMA,
        "ollama-generate": GENERATE,
        "gemini": GEMINI,
    }
    png = PNG
    schema: ClassVar[dict[str, Any]] = SCHEMA

    @staticmethod
    def decode(dialect: Dialect, request: dict[str, Any]) -> Any:
        """Read a request given as a value."""
        return dialect.decode_request(dialect.read_envelope(json.dumps(request).encode()))


@pytest.fixture(scope="session")
def samples() -> Samples:
    """Requests of our own in each dialect."""
    return Samples()

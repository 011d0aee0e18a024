"""What each dialect's answers and events say, read without the house's own codecs.

A value that is not of its dialect raises ValueError, KeyError, TypeError, IndexError or AttributeError.
"""

from typing import Any, cast

import orjson

LINES = frozenset({"ollama", "ollama-generate"})
"""Dialects whose streams are lines of JSON."""


class Reading:
    """Collects what a dialect's events say."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.thinking: list[str] = []
        self.arguments: list[str] = []
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.ended = False
        self.finished = False
        self.error: dict[str, Any] | None = None


def error_of(dialect: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return type and message of an error value. Raises: KeyError or TypeError if it is not one."""
    if dialect in LINES:
        message: Any = value["error"]
        if not isinstance(message, str) or not message:
            raise TypeError("error must be text")
        return {"type": "error", "message": message}
    if dialect == "gemini":
        error = cast("dict[str, Any]", value["error"])
        if not (isinstance(error["code"], int) and isinstance(error["message"], str) and error["message"]):
            raise TypeError("an error has a code and a message")
        return {"type": error["status"], "message": error["message"]}
    if dialect == "anthropic" and value["type"] != "error":
        raise KeyError("type")
    error = cast("dict[str, Any]", value["error"])
    if not (error["message"] and isinstance(error["message"], str) and isinstance(error["type"], str)):
        raise TypeError("an error has a message and a type")
    return error


def _openai_usage(reading: Reading, value: dict[str, Any]) -> None:
    usage = value.get("usage")
    if usage:
        reading.input_tokens = usage["prompt_tokens"]
        reading.output_tokens = usage["completion_tokens"]


def _openai_text(content: Any) -> str:
    """Mistral sends lists of parts, the thinking among them."""
    if not isinstance(content, list):
        return content or ""
    parts = cast("list[dict[str, Any]]", content)
    return "".join(str(part["text"]) for part in parts if part.get("type") == "text")


def _openai_message(reading: Reading, message: dict[str, Any]) -> None:
    reading.text.append(_openai_text(message.get("content")))
    reading.thinking.append(message.get("reasoning_content") or message.get("reasoning") or "")
    for call in cast("list[dict[str, Any]]", message.get("tool_calls") or []):
        reading.arguments.append(call["function"].get("arguments") or "")


def _said(choice: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what a choice holds; of completions a text alone."""
    return {"content": choice["text"]} if "text" in choice else choice[name]


def read_openai_chunk(reading: Reading, value: Any) -> None:
    """Read one event of a chat completions stream."""
    if value == "[DONE]":
        reading.ended = True
        return
    if "error" in value:
        reading.error = error_of("openai", value)
        return
    # Perplexity's last one is a chat.completion.done, and passes through as it is.
    if not value["object"].startswith(("chat.completion.", "text_completion")):
        raise ValueError("not a chunk")
    _openai_usage(reading, value)
    for choice in value["choices"]:
        _openai_message(reading, _said(choice, "delta"))
        reading.finished = reading.finished or bool(choice.get("finish_reason"))


def read_openai_answer(reading: Reading, value: dict[str, Any]) -> None:
    """Read a chat completion."""
    if "error" in value:
        reading.error = error_of("openai", value)
        return
    choice = value["choices"][0]
    _openai_message(reading, _said(choice, "message"))
    _openai_usage(reading, value)
    reading.ended = reading.finished = bool(choice["finish_reason"])


def read_responses_event(reading: Reading, event: str, value: Any) -> None:
    """Read one event of a responses stream."""
    if value == "[DONE]":
        return
    kind = value["type"]
    if event != kind:
        raise ValueError(f"event {event!r} carries type {kind!r}")
    match kind:
        case "error":
            reading.error = error_of("responses", value)
        case "response.output_text.delta":
            reading.text.append(value["delta"])
        case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
            reading.thinking.append(value["delta"])
        case "response.function_call_arguments.delta":
            reading.arguments.append(value["delta"])
        case "response.completed" | "response.incomplete" | "response.failed":
            told = Reading()
            read_responses_answer(told, value["response"])
            reading.error = reading.error or told.error
            reading.input_tokens, reading.output_tokens = told.input_tokens, told.output_tokens
            reading.ended = reading.finished = True
        case _:
            pass


def read_responses_answer(reading: Reading, value: dict[str, Any]) -> None:
    """Read a response."""
    if value.get("error"):
        error = cast("dict[str, Any]", value["error"])
        reading.error = {"type": error.get("type") or error.get("code"), "message": error["message"]}
        return
    for item in cast("list[dict[str, Any]]", value["output"]):
        for part in cast("list[dict[str, Any]]", item.get("content") or []):
            reading.text.append(part.get("text") or "")
        for part in cast("list[dict[str, Any]]", item.get("summary") or []):
            reading.thinking.append(part["text"])
        if item["type"] == "function_call":
            reading.arguments.append(item["arguments"])
    usage = value.get("usage")
    if usage:
        reading.input_tokens, reading.output_tokens = usage["input_tokens"], usage["output_tokens"]
    reading.ended = reading.finished = value["status"] in {"completed", "incomplete"}


def _anthropic_usage(reading: Reading, usage: dict[str, Any]) -> None:
    # Anthropic counts cached prompt tokens beside input_tokens, not within.
    if usage.get("input_tokens") is not None:
        cached = (usage.get("cache_read_input_tokens") or 0) + (usage.get("cache_creation_input_tokens") or 0)
        reading.input_tokens = usage["input_tokens"] + cached
    if usage.get("output_tokens") is not None:
        reading.output_tokens = usage["output_tokens"]


def read_anthropic_event(reading: Reading, event: str, value: Any) -> None:
    """Read one event of a messages stream."""
    if event != value["type"]:
        raise ValueError(f"event {event!r} carries type {value['type']!r}")
    match event:
        case "error":
            reading.error = error_of("anthropic", value)
        case "message_start":
            _anthropic_usage(reading, value["message"]["usage"])
        case "content_block_delta":
            delta = value["delta"]
            reading.text.append(delta.get("text") or "")
            reading.thinking.append(delta.get("thinking") or "")
            reading.arguments.append(delta.get("partial_json") or "")
        case "message_delta":
            reading.finished = bool(value["delta"]["stop_reason"])
            _anthropic_usage(reading, value.get("usage") or {})
        case "message_stop":
            reading.ended = True
        case _:
            pass


def read_anthropic_message(reading: Reading, value: dict[str, Any]) -> None:
    """Read a message."""
    if value["type"] == "error":
        reading.error = error_of("anthropic", value)
        return
    for block in value["content"]:
        reading.text.append(block.get("text") or "")
        reading.thinking.append(block.get("thinking") or "")
        if block["type"] == "tool_use":
            reading.arguments.append(orjson.dumps(block["input"]).decode())
    _anthropic_usage(reading, value["usage"])
    reading.ended = reading.finished = bool(value["stop_reason"])


def read_ollama(reading: Reading, value: dict[str, Any]) -> None:
    """Read one line, or a whole answer, of chat or generate."""
    if "error" in value:
        reading.error = error_of("ollama", value)
        return
    if reading.ended:
        raise ValueError("a line after the end")
    # First, for a last line whose words are damaged says all the same that it is the last.
    if value["done"]:
        reading.ended = reading.finished = True
        reading.input_tokens = value.get("prompt_eval_count")
        reading.output_tokens = value.get("eval_count")
    message: dict[str, Any] = (
        value["message"] if "message" in value else {"content": value["response"], **value}
    )
    reading.text.append(message.get("content") or "")
    reading.thinking.append(message.get("thinking") or "")
    for call in cast("list[dict[str, Any]]", message.get("tool_calls") or []):
        reading.arguments.append(orjson.dumps(call["function"]["arguments"]).decode())


def read_gemini_chunk(reading: Reading, value: dict[str, Any]) -> None:
    """Read one chunk of a stream, or a whole answer; the end is a finish reason, or a refused prompt."""
    if "error" in value:
        reading.error = error_of("gemini", value)
        return
    usage = _inner(value, "usageMetadata")
    if usage:
        reading.input_tokens = usage.get("promptTokenCount")
        reading.output_tokens = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
    if _inner(value, "promptFeedback").get("blockReason"):
        reading.ended = reading.finished = True
    for candidate in _each(value, "candidates"):
        for part in _each(_inner(candidate, "content"), "parts"):
            said = reading.thinking if part.get("thought") else reading.text
            said.append(part.get("text") or "")
            if "functionCall" in part:
                reading.arguments.append(orjson.dumps(part["functionCall"].get("args") or {}).decode())
        if candidate.get("finishReason"):
            reading.ended = reading.finished = True


def _inner(value: dict[str, Any], name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", value.get(name) or {})


def _each(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", value.get(name) or [])

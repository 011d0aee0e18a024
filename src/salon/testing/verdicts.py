"""Reads an answer as its caller would and says how it ended: well, with an error, or wrongly."""

from typing import Any, Literal, cast

import msgspec
import orjson

from salon.testing.raw_http import RawAnswer

Ending = Literal["well", "error", "silent"]
"""``silent``: neither the dialect's end mark nor an error in the dialect. Never acceptable."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer ended, and what it held, as its own dialect says."""

    ending: Ending
    text: str = ""
    thinking: str = ""
    arguments: str = ""
    """Tool arguments, as JSON text."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    error_type: str | None = None
    error_message: str | None = None
    why: str = ""
    """For ``silent``: what was wrong with it."""


class _Reading:
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

    def verdict(self) -> Verdict:
        ending: Ending = "error" if self.error else ("well" if self.ended and self.finished else "silent")
        error = self.error or {}
        return Verdict(
            ending=ending,
            text="".join(self.text),
            thinking="".join(self.thinking),
            arguments="".join(self.arguments),
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            error_type=error.get("type"),
            error_message=error.get("message"),
            why=f"ended={self.ended} finished={self.finished}" if ending == "silent" else "",
        )


def judge(dialect: str, answer: RawAnswer, *, stream: bool) -> Verdict:
    """Read an answer in ``dialect``. Bytes that are not of the dialect make it ``silent``."""
    if not answer.complete:
        return Verdict(ending="silent", why=f"the body broke off: {answer.problem or 'connection closed'}")
    try:
        if answer.status != 200:
            return _judge_error(dialect, answer)
        reading = _read_stream(dialect, answer.body) if stream else _read_plain(dialect, answer.body)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        return Verdict(ending="silent", why=f"not {dialect}: {type(error).__name__}: {error}")
    return reading.verdict()


def _judge_error(dialect: str, answer: RawAnswer) -> Verdict:
    value = orjson.loads(answer.body)
    reading = _Reading()
    reading.error = _error_of(dialect, value)
    return reading.verdict()


def _error_of(dialect: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return type and message of an error value. Raises: KeyError or TypeError if it is not one."""
    if dialect == "ollama":
        message: Any = value["error"]
        if not isinstance(message, str) or not message:
            raise TypeError("error must be text")
        return {"type": "error", "message": message}
    if dialect == "anthropic" and value["type"] != "error":
        raise KeyError("type")
    error = cast("dict[str, Any]", value["error"])
    if not (error["message"] and isinstance(error["message"], str) and isinstance(error["type"], str)):
        raise TypeError("an error has a message and a type")
    return error


def sse_values(body: bytes) -> list[tuple[str, Any]]:
    """Return (event, value) of each server-sent event; ``[DONE]`` stays text. Raises: ValueError."""
    if not body.replace(b"\r\n", b"\n").endswith(b"\n\n"):
        raise ValueError("the last event has no closing blank line")
    return [_sse_value(block) for block in _sse_blocks(body.decode())]


def _sse_blocks(text: str) -> list[str]:
    blocks = text.replace("\r\n", "\n").split("\n\n")
    return [block for block in blocks if "data:" in block]


def _sse_value(block: str) -> tuple[str, Any]:
    event, data = "", ""
    for row in block.split("\n"):
        name, _, value = row.partition(":")
        event = value.strip() if name == "event" else event
        data += value.removeprefix(" ") if name == "data" else ""
    # The official client asks for no more than the beginning of the mark either.
    return event, "[DONE]" if data.startswith("[DONE]") else orjson.loads(data)


def _read_stream(dialect: str, body: bytes) -> _Reading:
    reading = _Reading()
    if dialect == "ollama":
        for row in body.splitlines():
            _ollama(reading, orjson.loads(row))
        reading.finished = reading.ended
        return reading
    for event, value in sse_values(body):
        _take(reading, dialect, event, value)
    return reading


def _take(reading: _Reading, dialect: str, event: str, value: Any) -> None:
    is_mark = value == "[DONE]"
    if reading.ended and not is_mark:
        raise ValueError("an event after the end")
    if dialect == "anthropic":
        _anthropic_event(reading, event, value)
    elif dialect == "responses":
        _responses_event(reading, event, value)
    else:
        _openai_chunk(reading, value)


def ends_somehow(dialect: str, body: bytes) -> bool:
    """Tell whether a stream, some of whose events cannot be read, has an end mark or an error.

    For bytes that pass through between two sides of one dialect: what the provider damaged arrives damaged,
    yet the caller must learn that it is over.
    """
    reading = _Reading()
    text = body.decode(errors="replace")
    for block in text.splitlines() if dialect == "ollama" else _sse_blocks(text):
        try:
            if dialect == "ollama":
                _ollama(reading, orjson.loads(block))
            else:
                _, value = _sse_value(block)
                # Clients go by the type in the data, so a damaged event name is no loss.
                _take(reading, dialect, value["type"] if dialect in {"anthropic", "responses"} else "", value)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            continue
    return reading.ended or reading.error is not None


def _read_plain(dialect: str, body: bytes) -> _Reading:
    value = orjson.loads(body)
    reading = _Reading()
    if dialect == "ollama":
        _ollama(reading, value)
        reading.finished = reading.ended
    elif dialect == "anthropic":
        _anthropic_message(reading, value)
    elif dialect == "responses":
        _responses_answer(reading, value)
    else:
        _openai_answer(reading, value)
    return reading


def _openai_usage(reading: _Reading, value: dict[str, Any]) -> None:
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


def _openai_message(reading: _Reading, message: dict[str, Any]) -> None:
    reading.text.append(_openai_text(message.get("content")))
    reading.thinking.append(message.get("reasoning_content") or message.get("reasoning") or "")
    for call in cast("list[dict[str, Any]]", message.get("tool_calls") or []):
        reading.arguments.append(call["function"].get("arguments") or "")


def _openai_chunk(reading: _Reading, value: Any) -> None:
    if value == "[DONE]":
        reading.ended = True
        return
    if "error" in value:
        reading.error = _error_of("openai", value)
        return
    # Perplexity's last one is a chat.completion.done, and passes through as it is.
    if not value["object"].startswith("chat.completion."):
        raise ValueError("not a chunk")
    _openai_usage(reading, value)
    for choice in value["choices"]:
        _openai_message(reading, choice["delta"])
        reading.finished = reading.finished or bool(choice.get("finish_reason"))


def _openai_answer(reading: _Reading, value: dict[str, Any]) -> None:
    if "error" in value:
        reading.error = _error_of("openai", value)
        return
    choice = value["choices"][0]
    _openai_message(reading, choice["message"])
    _openai_usage(reading, value)
    reading.ended = reading.finished = bool(choice["finish_reason"])


def _responses_event(reading: _Reading, event: str, value: Any) -> None:
    if value == "[DONE]":
        return
    kind = value["type"]
    if event != kind:
        raise ValueError(f"event {event!r} carries type {kind!r}")
    match kind:
        case "error":
            reading.error = _error_of("responses", value)
        case "response.output_text.delta":
            reading.text.append(value["delta"])
        case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
            reading.thinking.append(value["delta"])
        case "response.function_call_arguments.delta":
            reading.arguments.append(value["delta"])
        case "response.completed" | "response.incomplete" | "response.failed":
            told = _Reading()
            _responses_answer(told, value["response"])
            reading.error = reading.error or told.error
            reading.input_tokens, reading.output_tokens = told.input_tokens, told.output_tokens
            reading.ended = reading.finished = True
        case _:
            pass


def _responses_answer(reading: _Reading, value: dict[str, Any]) -> None:
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


def _anthropic_usage(reading: _Reading, usage: dict[str, Any]) -> None:
    # Anthropic counts cached prompt tokens beside input_tokens, not within.
    if usage.get("input_tokens") is not None:
        cached = (usage.get("cache_read_input_tokens") or 0) + (usage.get("cache_creation_input_tokens") or 0)
        reading.input_tokens = usage["input_tokens"] + cached
    if usage.get("output_tokens") is not None:
        reading.output_tokens = usage["output_tokens"]


def _anthropic_event(reading: _Reading, event: str, value: Any) -> None:
    if event != value["type"]:
        raise ValueError(f"event {event!r} carries type {value['type']!r}")
    match event:
        case "error":
            reading.error = _error_of("anthropic", value)
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


def _anthropic_message(reading: _Reading, value: dict[str, Any]) -> None:
    if value["type"] == "error":
        reading.error = _error_of("anthropic", value)
        return
    for block in value["content"]:
        reading.text.append(block.get("text") or "")
        reading.thinking.append(block.get("thinking") or "")
        if block["type"] == "tool_use":
            reading.arguments.append(orjson.dumps(block["input"]).decode())
    _anthropic_usage(reading, value["usage"])
    reading.ended = reading.finished = bool(value["stop_reason"])


def _ollama(reading: _Reading, value: dict[str, Any]) -> None:
    if "error" in value:
        reading.error = _error_of("ollama", value)
        return
    if reading.ended:
        raise ValueError("a line after the end")
    message = value["message"]
    reading.text.append(message.get("content") or "")
    reading.thinking.append(message.get("thinking") or "")
    for call in cast("list[dict[str, Any]]", message.get("tool_calls") or []):
        reading.arguments.append(orjson.dumps(call["function"]["arguments"]).decode())
    if value["done"]:
        reading.ended = True
        reading.input_tokens = value.get("prompt_eval_count")
        reading.output_tokens = value.get("eval_count")

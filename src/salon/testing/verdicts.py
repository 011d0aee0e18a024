"""Reads an answer as its caller would and says how it ended: well, with an error, or wrongly."""

from typing import Any, Literal

import msgspec
import orjson

from salon.testing.raw_http import RawAnswer
from salon.testing.readings import (
    LINES,
    Reading,
    error_of,
    read_anthropic_event,
    read_anthropic_message,
    read_gemini_chunk,
    read_ollama,
    read_openai_answer,
    read_openai_chunk,
    read_responses_answer,
    read_responses_event,
)

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
    return _verdict(reading)


def _judge_error(dialect: str, answer: RawAnswer) -> Verdict:
    value = orjson.loads(answer.body)
    reading = Reading()
    reading.error = error_of(dialect, value)
    return _verdict(reading)


def _verdict(reading: Reading) -> Verdict:
    is_whole = reading.ended and reading.finished
    ending: Ending = "error" if reading.error else ("well" if is_whole else "silent")
    error = reading.error or {}
    return Verdict(
        ending=ending,
        text="".join(reading.text),
        thinking="".join(reading.thinking),
        arguments="".join(reading.arguments),
        input_tokens=reading.input_tokens,
        output_tokens=reading.output_tokens,
        error_type=error.get("type"),
        error_message=error.get("message"),
        why=f"ended={reading.ended} finished={reading.finished}" if ending == "silent" else "",
    )


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


def _read_stream(dialect: str, body: bytes) -> Reading:
    reading = Reading()
    if dialect in LINES:
        for row in body.splitlines():
            read_ollama(reading, orjson.loads(row))
    else:
        for event, value in sse_values(body):
            _take(reading, dialect, event, value)
    return reading


def _take(reading: Reading, dialect: str, event: str, value: Any) -> None:
    # Gemini has no end mark: counts may follow the finish reason.
    if reading.ended and value != "[DONE]" and dialect != "gemini":
        raise ValueError("an event after the end")
    match dialect:
        case "anthropic":
            read_anthropic_event(reading, event, value)
        case "responses":
            read_responses_event(reading, event, value)
        case "gemini" if not isinstance(value, str):
            read_gemini_chunk(reading, value)
        case _:
            read_openai_chunk(reading, value)


def ends_somehow(dialect: str, body: bytes) -> bool:
    """Tell whether a stream, some of whose events cannot be read, has an end mark or an error.

    For bytes that pass through between two sides of one dialect: what the provider damaged arrives damaged,
    yet the caller must learn that it is over.
    """
    reading = Reading()
    text = body.decode(errors="replace")
    for block in text.splitlines() if dialect in LINES else _sse_blocks(text):
        try:
            if dialect in LINES:
                read_ollama(reading, orjson.loads(block))
            else:
                _, value = _sse_value(block)
                # Clients go by the type in the data, so a damaged event name is no loss.
                _take(reading, dialect, value["type"] if dialect in {"anthropic", "responses"} else "", value)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            continue
    return reading.ended or reading.error is not None


def _read_plain(dialect: str, body: bytes) -> Reading:
    value = orjson.loads(body)
    reading = Reading()
    match dialect:
        case "ollama" | "ollama-generate":
            read_ollama(reading, value)
        case "anthropic":
            read_anthropic_message(reading, value)
        case "responses":
            read_responses_answer(reading, value)
        case "gemini":
            read_gemini_chunk(reading, value)
        case _:
            read_openai_answer(reading, value)
    return reading

"""Anthropic Messages, as the fake provider speaks it."""

import re
from typing import Any
from urllib.parse import unquote

import orjson

from salon.testing.fake_provider.answer import (
    SIGNATURE,
    Answer,
    Asked,
    JsonObject,
    as_object,
    as_objects,
    join_texts,
)
from salon.testing.fake_provider.frames import Frame, sse

PATH_END = ("/messages", ":rawPredict", ":streamRawPredict")
STREAM_TYPE = b"text/event-stream; charset=utf-8"
PING = sse({"type": "ping"}, event="ping")


_VERTEX = re.compile(r"/publishers/anthropic/models/(?P<model>[^/:]+):(?P<method>\w+)$")


def in_address(target: str, body: JsonObject) -> JsonObject:
    """Return what the address of a cloud says. Raises: ValueError for a body that says it once more."""
    found = _VERTEX.search(target)
    if found is None:
        return {}
    if "model" in body or body.get("anthropic_version") != "vertex-2023-10-16":
        raise ValueError("the model stands in the address, and anthropic_version in the body")
    if bool(body.get("stream")) != (found["method"] == "streamRawPredict"):
        raise ValueError("stream says something else than the address")
    return {"model": unquote(found["model"])}


def read(body: JsonObject) -> Asked:
    """Read a request."""
    messages = as_objects(body.get("messages"))
    users = [message.get("content") for message in messages if message.get("role") == "user"]
    thinking: JsonObject = body.get("thinking") or {}
    output: JsonObject = body.get("output_config") or {}
    shape: JsonObject = output.get("format") or body.get("output_format") or {}
    return Asked(
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        text=join_texts([body.get("system"), *(message.get("content") for message in messages)]),
        last_user_text=join_texts(users[-1:]),
        tools=[
            {"name": tool["name"], "parameters": tool.get("input_schema")}
            for tool in as_objects(body.get("tools"))
            if "name" in tool
        ],
        forced_tool=_forced(body.get("tool_choice")),
        tool_result=_tool_result(messages),
        schema=shape.get("schema"),
        thinks=thinking.get("type") in {"enabled", "adaptive"},
        max_tokens=body.get("max_tokens"),
    )


def _forced(choice: Any) -> str | None:
    named = as_object(choice)
    return {"any": "*", "tool": named.get("name")}.get(str(named.get("type")))


def _tool_result(messages: list[JsonObject]) -> str | None:
    content = messages[-1].get("content") if messages else None
    results = [part.get("content") for part in as_objects(content) if part.get("type") == "tool_result"]
    return join_texts(results) if results else None


def _finish(answer: Answer) -> str:
    words = {"stop": "end_turn", "length": "max_tokens", "tool": "tool_use", "refusal": "refusal"}
    return words[answer.finish]


def _usage(answer: Answer, output_tokens: int) -> JsonObject:
    return {
        "input_tokens": answer.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output_tokens,
        "service_tier": answer.tier or "standard",
        **answer.more_usage,
    }


def _end_usage(answer: Answer) -> JsonObject:
    usage = _usage(answer, answer.output_tokens)
    return {name: value for name, value in usage.items() if name != "service_tier"}


def _message(answer: Answer, content: list[JsonObject], output_tokens: int) -> JsonObject:
    return {
        "id": f"msg_fake_{answer.number}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(answer, output_tokens),
    }


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    content: list[JsonObject] = []
    if answer.thinking:
        thinking = "".join(answer.thinking)
        content.append({"type": "thinking", "thinking": thinking, "signature": SIGNATURE})
    if answer.text:
        content.append({"type": "text", "text": "".join(answer.text)})
    for call in answer.calls:
        value = orjson.loads(call.arguments)
        content.append({"type": "tool_use", "id": call.id, "name": call.name, "input": value})
    message = _message(answer, content, answer.output_tokens)
    return orjson.dumps({**message, "stop_reason": _finish(answer)})


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer."""
    del asked  # every stream of this dialect carries usage
    out = [_event("message_start", message=_message(answer, [], 1)), PING]
    index = 0
    if answer.thinking:
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in answer.thinking]
        out += _block(index, {"type": "thinking", "thinking": "", "signature": ""}, deltas, SIGNATURE)
        index += 1
    if answer.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in answer.text]
        out += _block(index, {"type": "text", "text": ""}, deltas)
        index += 1
    for at, call in enumerate(answer.calls, index):
        start: JsonObject = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in call.pieces]
        out += _block(at, start, deltas)
    delta = {"stop_reason": _finish(answer), "stop_sequence": None}
    end = {"type": "message_delta", "delta": delta, "usage": _end_usage(answer)}
    out.append(sse(end, event="message_delta", role="counts"))
    return [*out, sse({"type": "message_stop"}, event="message_stop", role="end")]


def _event(kind: str, *, tokens: int = 0, **fields: Any) -> Frame:
    return sse({"type": kind, **fields}, event=kind, tokens=tokens)


def _block(
    index: int, start: JsonObject, deltas: list[dict[str, str]], signature: str | None = None
) -> list[Frame]:
    out = [_event("content_block_start", index=index, content_block=start)]
    out += [_event("content_block_delta", index=index, delta=delta, tokens=1) for delta in deltas]
    if signature:
        signed = {"type": "signature_delta", "signature": signature}
        out.append(_event("content_block_delta", index=index, delta=signed))
    return [*out, _event("content_block_stop", index=index)]


def error_value(status: int, message: str) -> JsonObject:
    """Return the error object for ``status``."""
    kinds = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        529: "overloaded_error",
    }
    kind = kinds.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake"}


def stream_error() -> Frame:
    """Return an error inside a stream that began well."""
    error = {"type": "overloaded_error", "message": "fake failure in the stream"}
    return sse({"type": "error", "error": error}, event="error")


def models(names: list[str]) -> JsonObject:
    """List the models."""
    data = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}
        for name in names
    ]
    return {"data": data, "has_more": False, "first_id": names[0], "last_id": names[-1]}

"""Cohere's chat, version 2, as the fake provider speaks it."""

from typing import Any

import orjson

from salon.testing.fake_provider.answer import (
    Answer,
    Asked,
    Call,
    JsonObject,
    as_object,
    as_objects,
    join_texts,
    last_results,
)
from salon.testing.fake_provider.frames import Frame, sse

PATH_END = "/v2/chat"
STREAM_TYPE = b"text/event-stream"
PING = None


def read(body: JsonObject) -> Asked:
    """Read a request. Raises: ValueError for a field that the service does not know."""
    unknown = set(body) - _FIELDS
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    messages = as_objects(body.get("messages"))
    users = [message.get("content") for message in messages if message.get("role") == "user"]
    tools = [as_object(tool.get("function")) for tool in as_objects(body.get("tools"))]
    shape = as_object(body.get("response_format"))
    return Asked(
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        text=join_texts(message.get("content") or "" for message in messages),
        last_user_text=join_texts(users[-1:]),
        tools=[{"name": tool["name"], "parameters": tool["parameters"]} for tool in tools],
        forced_tool="*" if body.get("tool_choice") == "REQUIRED" else None,
        tool_result=last_results(messages, lambda message: message.get("role") == "tool"),
        schema=shape.get("json_schema") or ({} if shape.get("type") == "json_object" else None),
        thinks=as_object(body.get("thinking")).get("type") == "enabled",
        max_tokens=body.get("max_tokens"),
    )


_FIELDS = {
    "model", "messages", "stream", "tools", "tool_choice", "strict_tools", "max_tokens", "temperature", "p",
    "k", "seed", "stop_sequences", "frequency_penalty", "presence_penalty", "logprobs", "response_format",
    "thinking",
}  # fmt: skip


def _finish(answer: Answer) -> str:
    return {"length": "MAX_TOKENS", "tool": "TOOL_CALL"}.get(answer.finish, "COMPLETE")


def _usage(answer: Answer) -> JsonObject:
    counts = {"input_tokens": answer.input_tokens, "output_tokens": answer.output_tokens}
    return {"billed_units": counts, "tokens": counts, "cached_tokens": 0}


def _call(call: Call, arguments: str) -> JsonObject:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    content: list[JsonObject] = []
    if answer.thinking:
        content.append({"type": "thinking", "thinking": "".join(answer.thinking)})
    if answer.text:
        content.append({"type": "text", "text": "".join(answer.text)})
    message: JsonObject = {"role": "assistant", "content": content}
    if answer.calls:
        message["tool_calls"] = [_call(call, call.arguments) for call in answer.calls]
    return orjson.dumps(
        {
            "id": f"fake-{answer.number}",
            "message": message,
            "finish_reason": _finish(answer),
            "usage": _usage(answer),
        }
    )


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer."""
    del asked  # every stream of this dialect carries usage
    out = [_event("message-start", id=f"fake-{answer.number}", delta={"message": {"role": "assistant"}})]
    index = 0
    for kind, pieces in (("thinking", answer.thinking), ("text", answer.text)):
        if pieces:
            out += _block(index, kind, pieces)
            index += 1
    for at, call in enumerate(answer.calls):
        started = {"message": {"tool_calls": _call(call, "")}}
        out.append(_event("tool-call-start", index=at, delta=started))
        for piece in call.pieces:
            more = {"message": {"tool_calls": {"function": {"arguments": piece}}}}
            out.append(_event("tool-call-delta", tokens=1, index=at, delta=more))
        out.append(_event("tool-call-end", index=at))
    end = {"type": "message-end", "delta": {"finish_reason": _finish(answer), "usage": _usage(answer)}}
    return [*out, sse(end, event="message-end", role="counts"), Frame(data=b"data: [DONE]\n\n", role="end")]


def _event(kind: str, *, tokens: int = 0, **fields: Any) -> Frame:
    return sse({"type": kind, **fields}, event=kind, tokens=tokens)


def _block(index: int, kind: str, pieces: tuple[str, ...]) -> list[Frame]:
    begun = {"message": {"content": {"type": kind, kind: ""}}}
    out = [_event("content-start", index=index, delta=begun)]
    for piece in pieces:
        delta = {"message": {"content": {kind: piece}}}
        out.append(_event("content-delta", tokens=1, index=index, delta=delta))
    return [*out, _event("content-end", index=index)]


def error_value(status: int, message: str) -> JsonObject:
    """Return the error object for ``status``."""
    return {"id": f"fake-{status}", "message": message}


def stream_error() -> Frame:
    """Return the end of a stream that failed."""
    delta = {"finish_reason": "ERROR", "error": "fake failure in the stream"}
    return sse({"type": "message-end", "delta": delta}, event="message-end")


def models(names: list[str]) -> JsonObject:
    """List the models, with one that answers nobody."""
    features = ["json_schema", "tools"]
    listed: list[JsonObject] = [
        {"name": name, "endpoints": ["chat"], "context_length": 128000.0, "features": features}
        for name in names
    ]
    return {"models": [*listed, {"name": "embed", "endpoints": ["embed"], "context_length": 512.0}]}

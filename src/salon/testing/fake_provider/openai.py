"""OpenAI Chat Completions, as the fake provider speaks it."""

import itertools
from collections.abc import Sequence
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
from salon.testing.fake_provider.likely import likely_tokens

PATH_END = ("/chat/completions", "/v1/chat")
"""The second is Writer's."""
STREAM_TYPE = b"text/event-stream"
PING = Frame(data=b": FAKE PROCESSING\n\n")
_CREATED = 1_800_000_000


def read(body: JsonObject) -> Asked:
    """Read a request."""
    messages = as_objects(body.get("messages"))
    users = [message.get("content") for message in messages if message.get("role") == "user"]
    options: JsonObject = body.get("stream_options") or {}
    return Asked(
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        text=join_texts(message.get("content") for message in messages),
        last_user_text=join_texts(users[-1:]),
        tools=[tool["function"] for tool in as_objects(body.get("tools")) if tool.get("type") == "function"],
        forced_tool=_forced(body.get("tool_choice")),
        tool_result=last_results(messages, lambda message: message.get("role") == "tool"),
        schema=_schema(body.get("response_format")),
        thinks=body.get("reasoning_effort") not in {None, "none"},
        include_usage=bool(options.get("include_usage")),
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        choices=body.get("n") or 1,
        likely=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
    )


def _forced(choice: Any) -> str | None:
    if isinstance(choice, dict):
        return str(as_object(choice)["function"]["name"])
    return "*" if choice == "required" else None


def _schema(wanted: Any) -> JsonObject | None:
    shape = as_object(wanted)
    if shape.get("type") == "json_schema":
        return shape["json_schema"].get("schema") or {}
    return {} if shape.get("type") == "json_object" else None


def _usage(answer: Answer) -> JsonObject:
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": len(answer.thinking)},
        **answer.more_usage,
    }


def _finish(answer: Answer) -> str:
    return {"stop": "stop", "length": "length", "tool": "tool_calls", "refusal": "stop"}[answer.finish]


def _head(answer: Answer, kind: str) -> JsonObject:
    return {
        "id": f"chatcmpl-fake-{answer.number}",
        "object": kind,
        "created": _CREATED,
        "model": answer.model,
        "system_fingerprint": "fp_fake",
        **({"service_tier": answer.tier} if answer.tier is not None else {}),
    }


def _call(call: Call, arguments: str) -> JsonObject:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    choices: list[JsonObject] = []
    for index, text in enumerate(answer.texts):
        message: JsonObject = {"role": "assistant", "content": None, "refusal": None}
        message[_field(answer)] = "".join(text) or None
        if answer.thinking:
            message["reasoning_content"] = "".join(answer.thinking)
        if answer.calls:
            message["tool_calls"] = [_call(call, call.arguments) for call in answer.calls]
        told = {"message": message, "logprobs": _likely(answer, text), "finish_reason": _finish(answer)}
        choices.append({"index": index, **told})
    return orjson.dumps({**_head(answer, "chat.completion"), "choices": choices, "usage": _usage(answer)})


def _field(answer: Answer) -> str:
    return "refusal" if answer.finish == "refusal" else "content"


def _likely(answer: Answer, pieces: Sequence[str]) -> JsonObject | None:
    if answer.likely is None or not pieces:
        return None
    told = {"content": None, "refusal": None}
    return {**told, _field(answer): likely_tokens(answer, pieces)}


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer."""
    head = _head(answer, "chat.completion.chunk")

    def chunk(
        delta: JsonObject,
        finish: str | None = None,
        tokens: int = 0,
        index: int = 0,
        logprobs: JsonObject | None = None,
    ) -> Frame:
        choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        return sse({**head, "choices": [choice]}, tokens=tokens)

    out = [chunk({"role": "assistant", "content": ""}, index=index) for index in range(answer.choices)]
    out += [chunk({"reasoning_content": piece}, tokens=1) for piece in answer.thinking]
    # The answers come together, each a token at a time.
    for together in itertools.zip_longest(*answer.texts):
        out += [
            chunk({_field(answer): piece}, tokens=1, index=index, logprobs=_likely(answer, [piece]))
            for index, piece in enumerate(together)
            if piece is not None
        ]
    for at, call in enumerate(answer.calls):
        out.append(chunk({"tool_calls": [{"index": at, **_call(call, "")}]}))
        out += [
            chunk({"tool_calls": [{"index": at, "function": {"arguments": piece}}]}, tokens=1)
            for piece in call.pieces
        ]
    out += [chunk({}, finish=_finish(answer), index=index) for index in range(answer.choices)]
    if asked.include_usage:
        out.append(sse({**head, "choices": [], "usage": _usage(answer)}, role="usage"))
    return [*out, Frame(data=b"data: [DONE]\n\n", role="end")]


def error_value(status: int, message: str) -> JsonObject:
    """Return the error object for ``status``."""
    kinds = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        429: "rate_limit_error",
    }
    kind = kinds.get(status, "server_error" if status >= 500 else "invalid_request_error")
    codes = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
    return {"error": {"message": message, "type": kind, "param": None, "code": codes.get(status)}}


def stream_error() -> Frame:
    """Return an error inside a stream that began well (OpenRouter sends these)."""
    return sse({"error": {"message": "fake failure in the stream", "type": "server_error", "code": 502}})


def models(names: list[str]) -> JsonObject:
    """List the models."""
    data = [{"id": name, "object": "model", "created": _CREATED, "owned_by": "fake"} for name in names]
    return {"object": "list", "data": data}

"""Writes the demo's plan as Chat Completions bytes: one body, or the pieces of a stream."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import orjson

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.providers.demo.script import Plan, count_tokens

CREATED_AT_S = 1_767_225_600
"""The demo's answers are all made at the same moment, so that they are the same every time."""
_PIECES = re.compile(r"\S+\s*|\s+")


def pieces(text: str) -> list[str]:
    """Cut ``text`` into words with the space after them."""
    return _PIECES.findall(text)


def error(status: int) -> bytes:
    """Return the body of a failure that was asked for."""
    kinds = {
        401: "invalid_api_key",
        402: "insufficient_quota",
        404: "model_not_found",
        429: "rate_limit_exceeded",
    }
    code = kinds.get(status)
    value = {
        "message": f"The demo was asked to fail with {status}.",
        "type": "demo_error",
        "param": None,
        "code": code,
    }
    return orjson.dumps({"error": value})


def refusal(wrong: InvalidRequest) -> bytes:
    """Return the body that says what is wrong with a request."""
    value = {"message": wrong.message, "type": "invalid_request_error", "param": wrong.param, "code": None}
    return orjson.dumps({"error": value})


def _usage(plan: Plan) -> dict[str, Any]:
    reasoning = count_tokens(plan.reasoning)
    spent = reasoning + count_tokens(plan.text) + sum(count_tokens(name + args) for name, args in plan.calls)
    return {
        "prompt_tokens": plan.prompt_tokens,
        "completion_tokens": spent,
        "total_tokens": plan.prompt_tokens + spent,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def _base(plan: Plan, body: bytes, kind: str) -> dict[str, Any]:
    mark = hashlib.sha256(body).hexdigest()[:24]
    return {"id": f"chatcmpl-demo-{mark}", "object": kind, "created": CREATED_AT_S, "model": "demo"}


def _calls(plan: Plan) -> list[dict[str, Any]]:
    return [
        {"id": f"call_demo_{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(plan.calls)
    ]


def whole(plan: Plan, body: bytes) -> bytes:
    """Return the answer to the request ``body`` as one JSON body."""
    message: dict[str, Any] = {"role": "assistant", "content": plan.text or None, "refusal": None}
    if plan.reasoning:
        message["reasoning_content"] = plan.reasoning
    if plan.calls:
        message["tool_calls"] = _calls(plan)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": plan.finish}
    return orjson.dumps({**_base(plan, body, "chat.completion"), "choices": [choice], "usage": _usage(plan)})


def stream(plan: Plan, body: bytes, *, include_usage: bool) -> Iterator[bytes]:
    """Yield the events of a stream, ready for the wire."""
    base = _base(plan, body, "chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return _event({**base, "choices": choices})

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(plan.reasoning):
        yield chunk({"reasoning_content": piece})
    for piece in pieces(plan.text):
        yield chunk({"content": piece})
    for place, call in enumerate(_calls(plan)):
        arguments = call["function"]["arguments"]
        call["function"]["arguments"] = ""
        yield chunk({"tool_calls": [{"index": place, **call}]})
        for start in range(0, len(arguments), 16):
            yield chunk(
                {"tool_calls": [{"index": place, "function": {"arguments": arguments[start : start + 16]}}]}
            )
    yield chunk({}, plan.finish)
    if include_usage:
        yield _event({**base, "choices": [], "usage": _usage(plan)})
    yield b"data: [DONE]\n\n"


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"

"""Gemini's Interactions as the fake provider speaks them."""

from typing import Any

import orjson

from salon.testing.fake_provider import gemini
from salon.testing.fake_provider.answer import (
    SIGNATURE,
    Answer,
    Asked,
    JsonObject,
    as_object,
    as_objects,
    join_texts,
    last_results,
)
from salon.testing.fake_provider.frames import Frame, sse

PATH_END = "/interactions"
STREAM_TYPE = b"text/event-stream"
PING = None
error_value = gemini.error_value
_FIELDS = {
    "model", "input", "system_instruction", "tools", "response_format", "generation_config", "service_tier",
    "store", "stream",
}  # fmt: skip
_SETTINGS = {
    "temperature", "top_p", "seed", "stop_sequences", "max_output_tokens", "thinking_level",
    "thinking_summaries", "tool_choice",
}  # fmt: skip


def read(body: JsonObject) -> Asked:
    """Read a request. Raises: ValueError for what the service does not know."""
    settings = as_object(body.get("generation_config"))
    unknown = (set(body) - _FIELDS) | (set(settings) - _SETTINGS)
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    steps = as_objects(body["input"])
    choice = settings.get("tool_choice")
    shape = as_object(body.get("response_format"))
    tools = [tool for tool in as_objects(body.get("tools")) if tool["type"] == "function"]
    said = [step for step in steps if step["type"] == "user_input"]
    return Asked(
        model=str(body["model"]),
        stream=bool(body.get("stream")),
        text=join_texts(
            [body.get("system_instruction") or "", *(step.get("content") or "" for step in steps)]
        ),
        last_user_text=join_texts([said[-1]["content"]] if said else []),
        tools=[{"name": tool["name"], "parameters": tool.get("parameters")} for tool in tools],
        forced_tool="*" if choice == "any" or isinstance(choice, dict) else None,
        tool_result=last_results(
            [{**step, "content": step.get("result")} for step in steps],
            lambda step: step["type"] == "function_result",
        ),
        schema=shape.get("schema", {}) if shape.get("mime_type") == "application/json" else None,
        thinks="thinking_level" in settings,
        max_tokens=settings.get("max_output_tokens"),
    )


def _interaction(answer: Answer, *, status: str | None = None, **more: Any) -> JsonObject:
    status = status or {"length": "incomplete", "tool": "requires_action"}.get(answer.finish, "completed")
    told = {
        "id": f"v1_fake-{answer.number}",
        "status": status,
        "object": "interaction",
        "model": answer.model,
    }
    return {**told, **more}


def _usage(answer: Answer) -> JsonObject:
    thoughts = len(answer.thinking)
    return {
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "total_input_tokens": answer.input_tokens,
        "input_tokens_by_modality": [{"modality": "text", "tokens": answer.input_tokens}],
        "total_cached_tokens": 0,
        "total_output_tokens": answer.output_tokens - thoughts,
        "total_tool_use_tokens": 0,
        "total_thought_tokens": thoughts,
    }


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    steps: list[JsonObject] = []
    if answer.thinking:
        summary = [{"type": "text", "text": "".join(answer.thinking)}]
        steps.append({"type": "thought", "signature": SIGNATURE, "summary": summary})
    if answer.text:
        steps.append({"type": "model_output", "content": [{"type": "text", "text": "".join(answer.text)}]})
    for call in answer.calls:
        given = orjson.loads(call.arguments)
        steps.append({"type": "function_call", "id": call.id, "name": call.name, "arguments": given})
    return orjson.dumps(_interaction(answer, usage=_usage(answer), service_tier="standard", steps=steps))


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer."""
    del asked  # every stream of this dialect carries usage
    out = [_event("interaction.created", interaction=_interaction(answer, status="in_progress"))]
    if answer.thinking:
        thoughts = [{"type": "text", "text": one} for one in answer.thinking]
        deltas: list[JsonObject] = [{"type": "thought_summary", "content": one} for one in thoughts]
        out += _step(
            out, {"type": "thought"}, [*deltas, {"type": "thought_signature", "signature": SIGNATURE}]
        )
    if answer.text:
        out += _step(out, {"type": "model_output"}, [{"type": "text", "text": one} for one in answer.text])
    for call in answer.calls:
        begun = {"type": "function_call", "id": call.id, "name": call.name, "signature": ""}
        pieces = [{"type": "arguments_delta", "arguments": piece} for piece in call.pieces]
        out += _step(out, {**begun, "arguments": {}}, pieces)
    ended = _interaction(answer, usage=_usage(answer), service_tier="standard")
    return [
        *out,
        _event("interaction.completed", interaction=ended, role="counts"),
        Frame(data=b"event: done\ndata: [DONE]\n\n", role="end"),
    ]


def _step(before: list[Frame], start: JsonObject, deltas: list[JsonObject]) -> list[Frame]:
    index = sum(frame.data.startswith(b"event: step.start") for frame in before)
    return [
        _event("step.start", index=index, step=start),
        *(_event("step.delta", tokens=int("signature" not in one), index=index, delta=one) for one in deltas),
        _event("step.stop", index=index),
    ]


def _event(kind: str, *, tokens: int = 0, role: str = "content", **fields: Any) -> Frame:
    return sse({**fields, "event_type": kind}, event=kind, tokens=tokens, role=role)


def stream_error() -> Frame:
    """Return an error inside a stream that began well."""
    return _event("error", error={"code": "unavailable", "message": "fake failure in the stream"})

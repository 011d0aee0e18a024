"""OpenAI Responses, as the fake provider speaks it: without a store, with semantic events."""

from collections.abc import Sequence
from typing import Any

import orjson

from salon.testing.fake_provider import openai
from salon.testing.fake_provider.answer import (
    SIGNATURE,
    Answer,
    Asked,
    Call,
    JsonObject,
    as_object,
    as_objects,
    join_texts,
    last_results,
    pieces,
)
from salon.testing.fake_provider.frames import Frame, sse
from salon.testing.fake_provider.likely import likely_tokens

PATH_END = "/responses"
STREAM_TYPE = b"text/event-stream"
PING = Frame(data=b": FAKE PROCESSING\n\n")
_CREATED = 1_800_000_000
_RESULTS = {"function_call_output", "custom_tool_call_output"}
_LIKELY = "message.output_text.logprobs"

error_value = openai.error_value


def read(body: JsonObject) -> Asked:
    """Read a request."""
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else as_objects(given)
    said = [item.get("content") or item.get("output") for item in items]
    users = [item.get("content") for item in items if item.get("role") == "user"]
    return Asked(
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        text=join_texts([body.get("instructions"), *said]),
        last_user_text=join_texts(users[-1:]),
        tools=[tool for tool in as_objects(body.get("tools")) if tool.get("type") in {"function", "custom"}],
        forced_tool=_forced(body.get("tool_choice")),
        tool_result=last_results(items, lambda item: item.get("type") in _RESULTS),
        schema=_schema(as_object(body.get("text")).get("format")),
        thinks=as_object(body.get("reasoning")).get("effort") not in {None, "none"},
        max_tokens=body.get("max_output_tokens"),
        likely=(body.get("top_logprobs") or 0) if _LIKELY in (body.get("include") or ()) else None,
        wanted=body.get("include") or [],
    )


def _forced(choice: Any) -> str | None:
    if isinstance(choice, dict):
        return str(as_object(choice)["name"])
    return "*" if choice == "required" else None


def _schema(wanted: Any) -> JsonObject | None:
    shape = as_object(wanted)
    if shape.get("type") == "json_schema":
        return shape.get("schema") or {}
    return {} if shape.get("type") == "json_object" else None


def _usage(answer: Answer) -> JsonObject:
    return {
        "input_tokens": answer.input_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"reasoning_tokens": len(answer.thinking)},
        "total_tokens": answer.input_tokens + answer.output_tokens,
        **answer.more_usage,
    }


def _reasoning(answer: Answer) -> JsonObject:
    summary = [{"type": "summary_text", "text": "".join(answer.thinking)}]
    sealed = (
        {"encrypted_content": SIGNATURE} if "reasoning.encrypted_content" in (answer.wanted or ()) else {}
    )
    return {"id": f"rs_fake_{answer.number}", "type": "reasoning", "summary": summary, **sealed}


def _likely(answer: Answer, pieces: Sequence[str]) -> list[JsonObject]:
    return [] if answer.likely is None else likely_tokens(answer, pieces)


def _message(answer: Answer) -> JsonObject:
    part: JsonObject = {
        "type": "output_text",
        "text": "".join(answer.text),
        "annotations": [],
        "logprobs": _likely(answer, answer.text),
    }
    if answer.finish == "refusal":
        part = {"type": "refusal", "refusal": "".join(answer.text)}
    return {
        "id": f"msg_fake_{answer.number}",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }


def _call(call: Call) -> JsonObject:
    if call.is_custom:
        return {
            "id": call.id.replace("call_", "ctc_"),
            "type": "custom_tool_call",
            "status": "completed",
            "call_id": call.id,
            "name": call.name,
            "input": call.arguments,
        }
    return {
        "id": call.id.replace("call_", "fc_"),
        "type": "function_call",
        "status": "completed",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
    }


def _output(answer: Answer) -> list[JsonObject]:
    output: list[JsonObject] = []
    if answer.thinking:
        output.append(_reasoning(answer))
    if answer.text or not answer.calls:
        output.append(_message(answer))
    return output + [_call(call) for call in answer.calls]


def _response(answer: Answer, *, ended: bool) -> JsonObject:
    is_cut = answer.finish == "length"
    status = ("incomplete" if is_cut else "completed") if ended else "in_progress"
    return {
        "id": f"resp_fake_{answer.number}",
        "object": "response",
        "created_at": _CREATED,
        "completed_at": _CREATED + 1 if status == "completed" else None,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if ended and is_cut else None,
        "instructions": None,
        "model": answer.model,
        "output": _output(answer) if ended else [],
        "max_output_tokens": None,
        "max_tool_calls": None,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "reasoning": {"effort": None, "summary": None},
        "safety_identifier": None,
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "top_logprobs": 0,
        "truncation": "disabled",
        "user": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": _usage(answer) if ended else None,
        "service_tier": (answer.tier or "default") if ended else "auto",
        "metadata": {},
    }


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    return orjson.dumps(_response(answer, ended=True))


_EMPTY: dict[str, JsonObject] = {
    "reasoning": {"summary": []},
    "message": {"content": [], "status": "in_progress"},
    "function_call": {"arguments": "", "status": "in_progress"},
    "custom_tool_call": {"input": "", "status": "in_progress"},
}


class _Events:
    """Numbers the events of one stream."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def add(self, kind: str, fields: JsonObject, *, tokens: int = 0, role: str = "content") -> None:
        value = {"type": kind, "sequence_number": len(self.frames), **fields}
        self.frames.append(sse(value, event=kind, tokens=tokens, role=role))


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer; the last one is usage and end mark at once."""
    del asked  # every stream of this dialect carries usage
    events = _Events()
    events.add("response.created", {"response": _response(answer, ended=False)})
    events.add("response.in_progress", {"response": _response(answer, ended=False)})
    for at, item in enumerate(_output(answer)):
        begun = {**item, **_EMPTY[item["type"]]}
        events.add("response.output_item.added", {"output_index": at, "item": begun})
        where: JsonObject = {"item_id": item["id"], "output_index": at}
        _TELL[item["type"]](events, answer, item, where)
        events.add("response.output_item.done", {"output_index": at, "item": item})
    whole = _response(answer, ended=True)
    events.add(f"response.{whole['status']}", {"response": whole}, role="end")
    return events.frames


def _tell_reasoning(events: _Events, answer: Answer, item: JsonObject, where: JsonObject) -> None:
    at = {**where, "summary_index": 0}
    whole = item["summary"][0]
    events.add("response.reasoning_summary_part.added", {**at, "part": {**whole, "text": ""}})
    for piece in answer.thinking:
        events.add("response.reasoning_summary_text.delta", {**at, "delta": piece}, tokens=1)
    events.add("response.reasoning_summary_text.done", {**at, "text": whole["text"]})
    events.add("response.reasoning_summary_part.done", {**at, "part": whole})


def _tell_message(events: _Events, answer: Answer, item: JsonObject, where: JsonObject) -> None:
    at = {**where, "content_index": 0}
    whole = item["content"][0]
    if whole["type"] == "refusal":
        events.add("response.content_part.added", {**at, "part": {**whole, "refusal": ""}})
        for piece in answer.text:
            events.add("response.refusal.delta", {**at, "delta": piece}, tokens=1)
        events.add("response.refusal.done", {**at, "refusal": whole["refusal"]})
        events.add("response.content_part.done", {**at, "part": whole})
        return
    events.add("response.content_part.added", {**at, "part": {**whole, "text": ""}})
    for piece in answer.text:
        told = {**at, "delta": piece, "logprobs": _likely(answer, [piece])}
        events.add("response.output_text.delta", told, tokens=1)
    events.add("response.output_text.done", {**at, "text": whole["text"], "logprobs": whole["logprobs"]})
    events.add("response.content_part.done", {**at, "part": whole})


def _tell_call(events: _Events, answer: Answer, item: JsonObject, where: JsonObject) -> None:
    del answer
    for piece in pieces(item["arguments"]):
        events.add("response.function_call_arguments.delta", {**where, "delta": piece}, tokens=1)
    events.add("response.function_call_arguments.done", {**where, "arguments": item["arguments"]})


def _tell_custom_call(events: _Events, answer: Answer, item: JsonObject, where: JsonObject) -> None:
    del answer
    for piece in pieces(item["input"]):
        events.add("response.custom_tool_call_input.delta", {**where, "delta": piece}, tokens=1)
    events.add("response.custom_tool_call_input.done", {**where, "input": item["input"]})


_TELL = {
    "reasoning": _tell_reasoning,
    "message": _tell_message,
    "function_call": _tell_call,
    "custom_tool_call": _tell_custom_call,
}


def stream_error() -> Frame:
    """Return an error inside a stream that began well."""
    error = {"type": "server_error", "code": "server_error", "message": "fake failure in the stream"}
    return sse({"type": "error", "sequence_number": 99, "error": error}, event="error")

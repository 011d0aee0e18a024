"""Watches a responses stream that passes through: usage, finish, errors and size, without re-encoding.

Only the three events that carry the whole answer are written anew, and only to rename the model.
"""

from typing import Any

import msgspec

from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols.event_streams import EventTap
from salon.gateway.protocols.responses.usage import read_finish, read_usage
from salon.gateway.protocols.responses.wire_events import event_data
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps,
    is_json,
    is_object,
    loads_lenient,
    objects_in,
    text_size,
)

_CONTENT = (
    "response.output_text.delta",
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta",
    "response.function_call_arguments.delta",
    "response.refusal.delta",
    "response.custom_tool_call_input.delta",
    "response.mcp_call_arguments.delta",
    "response.code_interpreter_call_code.delta",
)
_IS_CONTENT = frozenset(_CONTENT)
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    delta: object = None
    item: object = None
    response: msgspec.Raw = msgspec.Raw(b"")
    error: object = None
    message: object = None
    code: object = None


_decode = msgspec.json.Decoder(_Event).decode


class ResponsesStreamTap(EventTap):
    """Forwards whole events and reads what the ledger needs."""

    __slots__ = ("_calls", "_model", "finish_reason", "usage")

    def __init__(self, *, withhold_usage: bool, model: str | None) -> None:
        super().__init__()
        self.usage: Usage | None = None
        self.finish_reason: Finish | None = None
        self._calls = False
        self._model = model

    def _block(self, block: bytes) -> bytes:
        data = b"" if self.saw_end else event_data(block)
        if not data or data.startswith(b"[DONE]"):
            return block
        try:
            event = _decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return block if data.isspace() or is_json(data) else self._break(block)
        if event.type in _IS_CONTENT:
            if isinstance(event.delta, str) and event.delta:
                self.output_bytes += text_size(event.delta)
                self.events += 1
            return block
        return self._rare(event, block, data)

    def _rare(self, event: _Event, block: bytes, data: bytes) -> bytes:
        if event.response:
            return self._whole(event, block, data)
        if event.type == "error" or event.error is not None:
            self._tell_error(event.error or {"message": event.message, "code": event.code})
        elif is_object(event.item):
            # What the model did without words is content too: a stream of it is not a quiet one.
            self.events += event.item.get("type") not in ("message", "reasoning")
            self._calls = self._calls or event.item.get("type") == "function_call"
        return block

    def _whole(self, event: _Event, block: bytes, data: bytes) -> bytes:
        try:
            whole = loads_lenient(data)
        except BrokenJsonError:
            return self._break(block)
        value = whole["response"]
        if not is_object(value):
            return block
        if event.type in _ENDS:
            self._end(event.type, value)
        if self._model is None or "model" not in value:
            return block
        value["model"] = self._model
        return block.replace(data, dumps(whole), 1) if data in block else b"data: " + dumps(whole) + b"\n\n"

    def _end(self, kind: str, value: JsonObject) -> None:
        usage = value.get("usage")
        if is_object(usage) and usage:
            self.usage = read_usage(usage, value)
        if value.get("error"):
            self._tell_error(value["error"])
            return
        status = value.get("status") or kind.removeprefix("response.")
        if status == "failed":
            self._tell_error({"code": "server_error"})
            return
        has_calls = self._calls or any(
            item.get("type") == "function_call" for item in objects_in(value.get("output"))
        )
        self.finish_reason = read_finish(status, value.get("incomplete_details"), has_tool_calls=has_calls)
        self.saw_end = True

    def _is_whole(self, data: bytes) -> bool:
        return data.startswith(b"[DONE]") or is_json(data)


class _Answer(msgspec.Struct, gc=False):
    status: object = None
    output: object = None
    usage: object = None
    incomplete_details: object = None
    error: object = None
    service_tier: object = None
    tool_usage: object = None


_decode_answer = msgspec.json.Decoder(_Answer).decode


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return usage, finish and output size of a passed-through finished answer."""
    try:
        answer = _decode_answer(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    items = objects_in(answer.output)
    size = sum(_item_size(item) for item in items)
    usage = None
    if is_object(answer.usage) and answer.usage:
        named: JsonObject = {"service_tier": answer.service_tier, "tool_usage": answer.tool_usage}
        usage = read_usage(answer.usage, named)
    if answer.error or answer.output is None:
        return usage, None, size  # told by whoever reads the whole
    has_calls = any(item.get("type") == "function_call" for item in items)
    return usage, read_finish(answer.status, answer.incomplete_details, has_tool_calls=has_calls), size


def _item_size(item: JsonObject) -> int:
    texts: list[Any] = [item.get("arguments"), item.get("input"), item.get("code")]
    for name in ("content", "summary"):
        texts += [part.get("text") or part.get("refusal") for part in objects_in(item.get(name))]
    return sum(text_size(text) for text in texts if isinstance(text, str))

"""Streams of the messages dialect, read: bytes in, events out.

A second ``message_start`` in one stream begins a further message whose blocks count from zero again;
its parts follow the first ones, and what was open is closed.
"""

from typing import Any

import msgspec

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationAdded,
    Finish,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    ResponseStart,
    StreamEvent,
    StreamFinish,
    TextDelta,
    TextEnd,
    TextStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    UsageReported,
)
from salon.gateway.protocols.anthropic.blocks import read_citation
from salon.gateway.protocols.anthropic.usage import merge_usage, read_finish, read_usage
from salon.gateway.protocols.event_streams import EventDecoder
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps_text,
    is_object,
    loads,
    loads_lenient,
)

ERROR_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class _Delta(msgspec.Struct):
    type: Any = None
    text: Any = None
    partial_json: Any = None
    thinking: Any = None
    signature: Any = None
    citation: Any = None
    content: Any = None
    stop_reason: Any = None
    stop_sequence: Any = None
    stop_details: Any = None
    container: Any = None


class _Event(msgspec.Struct):
    type: Any = None
    index: Any = None
    delta: _Delta | None = None
    content_block: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    usage: Any = None
    error: Any = None
    context_management: Any = None


_decode_event = msgspec.json.Decoder(_Event).decode


def _read_event(data: bytes) -> _Event:
    try:
        return _decode_event(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(loads_lenient(data), _Event)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BrokenJsonError(str(error)) from error


class _Block:
    __slots__ = ("index", "json", "kind", "raw", "said")

    def __init__(self, kind: str, index: int, raw: JsonObject) -> None:
        self.kind = kind
        self.index = index
        self.raw = raw
        self.json: list[str] = []
        self.said = False


class AnthropicStreamDecoder(EventDecoder):
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    _statuses = ERROR_STATUS

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[int, _Block] = {}
        self._next = 0
        self._usage: JsonObject | None = None
        self._finish: Finish | None = None
        self._own: JsonObject = {}

    def _end_unmarked(self, out: list[StreamEvent]) -> bool:
        if self._finish is None:
            return False
        self._end(out)
        return True

    def _block(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        if self._over:
            return
        data = block_data(block)
        if not data or data.isspace():
            return
        try:
            event = _read_event(data)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        kind = event.type
        if kind == "content_block_delta":
            self._delta(event, out)
        elif kind == "content_block_start":
            self._start_block(event, out)
        elif kind == "content_block_stop":
            opened = self._open.pop(event.index, None) if isinstance(event.index, int) else None
            if opened is not None:
                self._close(opened, out)
        elif kind == "message_start":
            self._message_start(event, out)
        elif kind == "message_delta":
            self._message_delta(event, out)
        elif kind == "message_stop":
            self._end(out)
        elif event.error is not None:
            self._tell_error(event.error, out)

    def _message_start(self, event: _Event, out: list[StreamEvent]) -> None:
        message = event.message or {}
        usage = message.get("usage")
        if is_object(usage):
            self._usage = merge_usage(self._usage, usage)
        if self._started:
            for opened in self._open.values():
                self._close(opened, out)
            self._open.clear()
            if self._usage is not None:
                out.append(UsageReported(usage=read_usage(self._usage)))
            return
        self._started = True
        model, answer_id = message.get("model"), message.get("id")
        out.append(
            ResponseStart(
                id=answer_id if isinstance(answer_id, str) else None,
                model=model if isinstance(model, str) else None,
                usage=read_usage(self._usage) if self._usage is not None else None,
            )
        )

    def _message_delta(self, event: _Event, out: list[StreamEvent]) -> None:
        if is_object(event.usage):
            self._usage = merge_usage(self._usage, event.usage)
            out.append(UsageReported(usage=read_usage(self._usage)))
        if event.context_management is not None:
            self._own["context_management"] = event.context_management
        delta = event.delta
        if delta is None:
            return
        self._finish = read_finish(delta.stop_reason, delta.stop_sequence) or self._finish
        for name in ("stop_details", "container"):
            if getattr(delta, name) is not None:
                self._own[name] = getattr(delta, name)

    def _start_block(self, event: _Event, out: list[StreamEvent]) -> None:
        raw = event.content_block or {}
        kind = raw.get("type")
        kind = kind if isinstance(kind, str) else "unknown"
        slot = event.index if isinstance(event.index, int) else self._next
        if (stale := self._open.pop(slot, None)) is not None:
            self._close(stale, out)
        block = _Block(kind, self._next, raw)
        self._next += 1
        self._open[slot] = block
        if kind == "text":
            out.append(TextStart(index=block.index))
            if isinstance(raw.get("text"), str) and raw["text"]:
                out.append(TextDelta(index=block.index, text=raw["text"]))
        elif kind == "thinking":
            out.append(ReasoningStart(index=block.index))
            text, signature = raw.get("thinking"), raw.get("signature")
            if text or signature:
                self._reasoning(block.index, text, signature, out)
        elif kind == "redacted_thinking":
            data = raw.get("data")
            out.append(ReasoningStart(index=block.index, redacted=data if isinstance(data, str) else ""))
        elif kind == "tool_use":
            self._start_call(block, raw, out)

    @staticmethod
    def _reasoning(index: int, text: Any, signature: Any, out: list[StreamEvent]) -> None:
        out.append(
            ReasoningDelta(
                index=index,
                text=text if isinstance(text, str) else "",
                signature=signature if isinstance(signature, str) and signature else None,
            )
        )

    @staticmethod
    def _start_call(block: _Block, raw: JsonObject, out: list[StreamEvent]) -> None:
        own = {k: v for k, v in raw.items() if k not in {"type", "id", "name", "input"}}
        call_id, name = raw.get("id"), raw.get("name")
        out.append(
            ToolCallStart(
                index=block.index,
                id=call_id if isinstance(call_id, str) and call_id else new_id("toolu"),
                name=name if isinstance(name, str) else "",
                provider_data={"anthropic": own} if own else None,
            )
        )
        if raw.get("input"):
            block.said = True
            out.append(ToolCallDelta(index=block.index, arguments=dumps_text(raw["input"])))

    def _delta(self, event: _Event, out: list[StreamEvent]) -> None:
        delta = event.delta
        block = self._open.get(event.index) if isinstance(event.index, int) else None
        if delta is None or block is None:
            return
        if block.kind == "text":
            if isinstance(delta.text, str) and delta.text:
                out.append(TextDelta(index=block.index, text=delta.text))
            elif is_object(delta.citation):
                out.append(CitationAdded(index=block.index, citation=read_citation(delta.citation)))
        elif block.kind == "thinking":
            if delta.thinking or delta.signature:
                self._reasoning(block.index, delta.thinking, delta.signature, out)
        elif isinstance(delta.partial_json, str):
            if block.kind == "tool_use":
                if delta.partial_json:
                    block.said = True
                    out.append(ToolCallDelta(index=block.index, arguments=delta.partial_json))
            else:
                block.json.append(delta.partial_json)
        elif delta.content is not None:  # compaction
            block.raw = {**block.raw, "content": delta.content}

    def _close(self, block: _Block, out: list[StreamEvent]) -> None:
        if block.kind == "text":
            out.append(TextEnd(index=block.index))
        elif block.kind in {"thinking", "redacted_thinking"}:
            out.append(ReasoningEnd(index=block.index))
        elif block.kind == "tool_use":
            if not block.said:
                out.append(ToolCallDelta(index=block.index, arguments="{}"))
            out.append(ToolCallEnd(index=block.index))
        else:
            raw = block.raw
            if block.json:
                raw = {**raw, "input": _whole_input("".join(block.json), raw)}
            out.append(OpaqueReceived(dialect="anthropic", type=block.kind, raw=raw, index=block.index))

    def _end(self, out: list[StreamEvent]) -> None:
        self._over = True
        for opened in self._open.values():
            self._close(opened, out)
        finish = self._finish or Finish(reason="unknown")
        out.append(StreamFinish(finish=finish, provider_data={"anthropic": self._own} if self._own else None))


def _whole_input(text: str, raw: JsonObject) -> Any:
    if not text:
        return raw.get("input", {})
    try:
        return loads(text.encode("utf-8", "replace"))
    except BrokenJsonError:
        return raw.get("input", {})

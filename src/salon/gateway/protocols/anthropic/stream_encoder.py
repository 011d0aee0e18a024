"""Streams of the messages dialect, written: events in, bytes out.

This dialect shows one block at a time, each with start, deltas and stop. Parts that arrive interleaved
(parallel tool calls of another dialect) wait until the block before them is complete.
"""

from collections.abc import Sequence

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import (
    CitationAdded,
    Finish,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    TextEnd,
    TextStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.anthropic.blocks import write_citation
from salon.gateway.protocols.anthropic.errors import encode_stream_error
from salon.gateway.protocols.anthropic.response import answer_id
from salon.gateway.protocols.anthropic.usage import TOLD, write_finish, write_usage
from salon.gateway.protocols.base import EncodeContext, InStreamError
from salon.gateway.protocols.classify import stream_error
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object, own_data

_PING = b'event: ping\ndata: {"type":"ping"}\n\n'
_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
_DELTA_HEAD = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":'
_TEXT_HEAD = _DELTA_HEAD + b'{"type":"text_delta","text":'
_END = b"}}\n\n"

_Content = (
    TextStart
    | TextDelta
    | TextEnd
    | ReasoningStart
    | ReasoningDelta
    | ReasoningEnd
    | ToolCallStart
    | ToolCallDelta
    | ToolCallEnd
    | CitationAdded
    | RefusalDelta
)


class AnthropicStreamEncoder:
    """Writes one stream in the messages dialect."""

    def __init__(self, context: EncodeContext) -> None:
        self.lost: set[Loss] = set()
        self._context = context
        self._begun = False
        self._over = False
        self._usage: Usage | None = None
        self._finish: Finish | None = None
        self._own: JsonObject = {}
        self._current: int | None = None
        """The part that is now on the wire."""
        self._block = -1
        """The number of its block."""
        self._waiting: dict[int, list[StreamEvent]] = {}
        self._refused = False

    def encode(self, events: Sequence[StreamEvent]) -> bytes:
        """Return the wire bytes for ``events``."""
        out: list[bytes] = []
        for event in events:
            if self._over:
                break
            if isinstance(event, TextDelta) and event.index == self._current and not event.choice:
                out += (_TEXT_HEAD % self._block, dumps(event.text), _END)
            else:
                self._event(event, out)
        return b"".join(out)

    def finish(self) -> bytes:
        """Return the bytes that end the stream well."""
        if self._over:
            return b""
        out: list[bytes] = []
        self._begin(out)
        self._drain(out)
        self._over = True
        reason, sequence = write_finish(self._finish)
        self.lost.update(losses.ending(self._finish, TOLD))
        if reason == "end_turn" and self._refused:
            reason = "refusal"
        delta: JsonObject = {"stop_reason": reason, "stop_sequence": sequence}
        delta.update({k: v for k, v in self._own.items() if k in {"stop_details", "container"}})
        wire: JsonObject = {
            "type": "message_delta",
            "delta": delta,
            "usage": write_usage(self._usage or Usage()),
        }
        if "context_management" in self._own:
            wire["context_management"] = self._own["context_management"]
        wire |= losses.in_stream(self.lost)
        out += (b"event: message_delta\ndata: ", dumps(wire), b"\n\n", _STOP)
        return b"".join(out)

    def error(self, error: SalonError) -> bytes:
        """Return the bytes that end the stream with an error."""
        if self._over:
            return b""
        self._over = True
        return encode_stream_error(error, request_id=self._context.request_id)

    def _begin(self, out: list[bytes]) -> None:
        if self._begun:
            return
        self._begun = True
        usage = write_usage(self._usage or Usage())
        message: JsonObject = {
            "id": answer_id(self._context),
            "type": "message",
            "role": "assistant",
            "model": self._context.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        start = dumps({"type": "message_start", "message": message})
        out += (b"event: message_start\ndata: ", start, b"\n\n", _PING)

    def _event(self, event: StreamEvent, out: list[bytes]) -> None:
        if isinstance(event, UsageReported):
            self._usage = event.usage
            return
        if isinstance(event, ResponseStart):
            self._usage = event.usage or self._usage
            self.lost.update(losses.beside(event.provider_data, "anthropic", frozenset()))
        if isinstance(event, StreamError):
            found = InStreamError(
                message=event.message, type=event.type, code=event.code, status=event.status
            )
            out.append(self.error(stream_error(found, provider="The provider")))
            return
        if event.choice:
            self.lost.add("n")
            return
        self._begin(out)
        if isinstance(event, StreamFinish):
            self._finish = event.finish
            self._own = own_data(event.provider_data, "anthropic")
            self.lost.update(losses.beside(event.provider_data, "anthropic", frozenset()))
        elif isinstance(event, OpaqueReceived):
            self._opaque(event, out)
        elif not isinstance(event, ResponseStart):
            self._content(event, out)

    def _content(self, event: _Content, out: list[bytes]) -> None:
        if self._current is None or event.index == self._current:
            self._write(event, out)
        elif isinstance(event, RefusalDelta | TextStart | ReasoningStart | ToolCallStart):
            self._waiting.setdefault(event.index, []).append(event)
        elif event.index in self._waiting:
            self._waiting[event.index].append(event)
        else:
            self.lost.add("citations" if isinstance(event, CitationAdded) else "late_content")

    def _write(self, event: _Content, out: list[bytes]) -> None:  # noqa: PLR0912 - one branch a kind
        if isinstance(event, TextDelta):
            self._delta({"type": "text_delta", "text": event.text}, out)
        elif isinstance(event, ToolCallDelta):
            self._delta({"type": "input_json_delta", "partial_json": event.arguments}, out)
        elif isinstance(event, ReasoningDelta):
            if is_proof_lost(event.provider_data, "anthropic"):
                self.lost.add(LOST)
            if event.text:
                self._delta({"type": "thinking_delta", "thinking": event.text}, out)
            if event.signature:
                self._delta({"type": "signature_delta", "signature": event.signature}, out)
        elif isinstance(event, TextStart):
            self._start(event.index, {"type": "text", "text": ""}, out)
        elif isinstance(event, ReasoningStart):
            block: JsonObject = {"type": "thinking", "thinking": "", "signature": ""}
            if event.redacted is not None:
                block = {"type": "redacted_thinking", "data": event.redacted}
            self._start(event.index, block, out)
        elif isinstance(event, ToolCallStart):
            if is_proof_lost(event.provider_data, "anthropic"):
                self.lost.add(LOST)
            own: JsonObject = own_data(event.provider_data, "anthropic")
            call: JsonObject = {"type": "tool_use", "id": event.id, "name": event.name, "input": {}, **own}
            self._start(event.index, call, out)
        elif isinstance(event, RefusalDelta):
            self._refused = True
            if self._current is None:
                self._start(event.index, {"type": "text", "text": ""}, out)
            self._delta({"type": "text_delta", "text": event.text}, out)
        elif isinstance(event, CitationAdded):
            note = write_citation(event.citation)
            if note is None or self._current is None:
                self.lost.add("citations")
            else:
                self._delta({"type": "citations_delta", "citation": note}, out)
        elif self._current is not None:
            self._stop(out)

    def _delta(self, delta: JsonObject, out: list[bytes]) -> None:
        if self._current is None:
            self.lost.add("late_content")
        else:
            out += (_DELTA_HEAD % self._block, dumps(delta), b"}\n\n")

    def _start(self, part: int, block: JsonObject, out: list[bytes]) -> None:
        if self._current is not None:
            self._stop(out)
        self._current = part
        self._block += 1
        wire = {"type": "content_block_start", "index": self._block, "content_block": block}
        out += (b"event: content_block_start\ndata: ", dumps(wire), b"\n\n")

    def _stop(self, out: list[bytes]) -> None:
        self._current = None
        stop = b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n'
        out.append(stop % self._block)
        self._next_waiting(out)

    def _next_waiting(self, out: list[bytes]) -> None:
        while self._waiting and self._current is None:
            part = min(self._waiting)
            for event in self._waiting.pop(part):
                if isinstance(event, OpaqueReceived):
                    self._whole_block(event, out)
                else:
                    self._write(event, out)  # type: ignore[arg-type]

    def _drain(self, out: list[bytes]) -> None:
        """Close the open block and write what still waits."""
        while self._current is not None or self._waiting:
            if self._current is not None:
                self._stop(out)
            else:
                self._next_waiting(out)

    def _opaque(self, event: OpaqueReceived, out: list[bytes]) -> None:
        if event.dialect != "anthropic" or not is_object(event.raw):
            self.lost.add(losses.block(event.type))
        elif self._current is not None and event.index is not None:
            self._waiting.setdefault(event.index, []).append(event)
        else:
            self._whole_block(event, out)

    def _whole_block(self, event: OpaqueReceived, out: list[bytes]) -> None:
        raw: JsonObject = event.raw
        part = event.index if event.index is not None else -1
        has_input = is_object(raw.get("input"))
        self._start(part, {**raw, "input": {}} if has_input else raw, out)
        if has_input:
            text = dumps(raw["input"]).decode()
            self._delta({"type": "input_json_delta", "partial_json": text}, out)
        self._stop(out)

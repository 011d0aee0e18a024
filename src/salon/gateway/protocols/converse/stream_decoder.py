"""Streams of Converse, read: binary frames cut anywhere in, events out."""

from typing import Any

from salon.foundation.messages import (
    CitationAdded,
    Finish,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    UsageReported,
)
from salon.gateway.protocols.aws_errors import STATUSES
from salon.gateway.protocols.aws_events import BrokenFrameError, Frame, FrameSplitter
from salon.gateway.protocols.classify import error_of
from salon.gateway.protocols.converse.response import (
    FINISHES,
    call_id,
    is_own_tool,
    own_data_of,
    read_citation,
    read_usage,
)
from salon.gateway.protocols.finishes import finish_of
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    is_object,
    key_of,
    loads_lenient,
)

_SILENT = {"messageStart", "initial-response"}


class _OwnBlock:
    """A block that only the provider understands, while it comes: its tools and what they returned."""

    __slots__ = ("deltas", "kind", "start")

    def __init__(self, kind: str, start: JsonObject) -> None:
        self.kind = kind
        self.start = start
        self.deltas: list[Any] = []


class ConverseStreamDecoder:
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        self._frames = FrameSplitter()
        self._track = PartTrack()
        self._calls: dict[Any, int] = {}
        self._own: dict[Any, _OwnBlock] = {}
        self._text: int | None = None
        self._finish: Finish | None = None
        self._kept: JsonObject = {}
        self._counted = False
        self._started = False
        self._over = False

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Return the events that ``data`` completes."""
        out: list[StreamEvent] = []
        if self._over:
            return out
        try:
            for frame in self._frames.feed(data):
                self._frame(frame, out)
        except BrokenFrameError as error:
            self._fail(out, f"The provider sent a stream that cannot be read: {error}.", "invalid_event")
        return out

    def finish(self) -> list[StreamEvent]:
        """Return what the end of the body completes; a truncated stream ends in a StreamError."""
        out: list[StreamEvent] = []
        if self._over:
            return out
        if self._finish is not None and not self._frames.pending:
            self._end(out)
        else:
            self._fail(out, "The stream ended before the answer did.", "stream_truncated")
        return out

    def _fail(self, out: list[StreamEvent], message: str, kind: str) -> None:
        self._over = True
        out.append(StreamError(message=message, type=kind))

    def _frame(self, frame: Frame, out: list[StreamEvent]) -> None:
        if self._over:
            return
        if frame.headers.get(":message-type") == "error":
            code = frame.headers.get(":error-code", "")
            told = frame.headers.get(":error-message") or code
            self._fail(out, told or "The provider reported an error without a message.", code)
            return
        try:
            value = loads_lenient(frame.payload or b"{}")
        except BrokenJsonError as error:
            self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        told = value if is_object(value) else {}
        if frame.is_event:
            self._event(frame.kind, told, out)
        else:
            self._exception(frame.kind, told, out)

    def _exception(self, kind: str, value: JsonObject, out: list[StreamEvent]) -> None:
        self._over = True
        told = error_of(value).message or "The provider reported an error without a message."
        status = value.get("originalStatusCode")
        if not isinstance(status, int) or not 400 <= status <= 599:
            status = STATUSES.get(kind[:1].lower() + kind[1:])
        out.append(StreamError(message=told, type=kind or None, status=status, raw=value))

    def _event(self, kind: str, value: JsonObject, out: list[StreamEvent]) -> None:
        if not self._started:
            self._started = True
            out.append(ResponseStart())
        index = key_of(value.get("contentBlockIndex"))
        inner = value.get("start") if kind == "contentBlockStart" else value.get("delta")
        told: JsonObject = inner if is_object(inner) else {}
        match kind:
            case "contentBlockStart":
                self._begin(index, told, out)
            case "contentBlockDelta":
                self._delta(index, told, out)
            case "contentBlockStop":
                self._stop(index, out)
            case "messageStop":
                self._finish = finish_of(value.get("stopReason"), FINISHES)
                self._kept = {**self._kept, **value}
                if self._counted:
                    self._end(out)
            case "metadata":
                usage = read_usage(value.get("usage"), service=value.get("serviceTier"))
                if usage is not None:
                    out.append(UsageReported(usage=usage))
                self._kept = {**self._kept, **value}
                self._counted = True
                if self._finish is not None:
                    self._end(out)
            case _ if kind not in _SILENT:
                out.append(OpaqueReceived(dialect="converse", type=kind, raw=value))
            case _:
                pass

    def _begin(self, index: Any, start: JsonObject, out: list[StreamEvent]) -> None:
        self._track.end_run(out)
        tool = start.get("toolUse")
        if is_object(tool) and not is_own_tool(tool):
            number = self._calls[index] = self._track.allot()
            name = tool.get("name")
            named = name if isinstance(name, str) else ""
            out.append(ToolCallStart(index=number, id=call_id(tool), name=named))
        elif start:
            self._own[index] = _OwnBlock(next(iter(start)), start)

    def _delta(self, index: Any, delta: JsonObject, out: list[StreamEvent]) -> None:
        own = self._own.get(index)
        if own is not None:
            own.deltas.append(delta)
            return
        text, tool = delta.get("text"), delta.get("toolUse")
        thought, cited = delta.get("reasoningContent"), delta.get("citation")
        if isinstance(text, str):
            if text:
                self._text = self._track.run("text", out)
                out.append(TextDelta(index=self._text, text=text))
        elif is_object(tool):
            more = tool.get("input")
            if index in self._calls and isinstance(more, str) and more:
                out.append(ToolCallDelta(index=self._calls[index], arguments=more))
        elif is_object(thought):
            self._think(thought, out)
        elif is_object(cited):
            if self._text is None:
                self._text = self._track.run("text", out)
            out.append(CitationAdded(index=self._text, citation=read_citation(cited)))
        elif delta:
            out.append(OpaqueReceived(dialect="converse", type=next(iter(delta)), raw=delta))

    def _think(self, thought: JsonObject, out: list[StreamEvent]) -> None:
        text, signature, redacted = (thought.get(name) for name in ("text", "signature", "redactedContent"))
        if isinstance(redacted, str):
            self._track.end_run(out)
            number = self._track.allot()
            out += [ReasoningStart(index=number, redacted=redacted), ReasoningEnd(index=number)]
        elif isinstance(text, str) and text:
            out.append(ReasoningDelta(index=self._track.run("reasoning", out), text=text))
        elif isinstance(signature, str) and signature:
            out.append(ReasoningDelta(index=self._track.run("reasoning", out), signature=signature))

    def _stop(self, index: Any, out: list[StreamEvent]) -> None:
        self._track.end_run(out)
        number, own = self._calls.pop(index, None), self._own.pop(index, None)
        if number is not None:
            out.append(ToolCallEnd(index=number))
        if own is not None:
            raw = {"start": own.start, "deltas": own.deltas}
            place = self._track.allot()
            out.append(OpaqueReceived(dialect="converse", type=own.kind, raw=raw, index=place))

    def _end(self, out: list[StreamEvent]) -> None:
        for index in [*self._calls, *self._own]:
            self._stop(index, out)
        self._track.end_run(out)
        self._over = True
        assert self._finish is not None
        out.append(StreamFinish(finish=self._finish, provider_data=own_data_of(self._kept)))

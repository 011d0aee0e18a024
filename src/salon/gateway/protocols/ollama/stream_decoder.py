"""Streams of Ollama's dialect, read: lines of JSON cut anywhere in, events out."""

from typing import Any

from salon.foundation.messages import (
    OpaqueReceived,
    ReasoningDelta,
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
from salon.gateway.protocols.classify import error_of, status_in
from salon.gateway.protocols.ndjson import LineSplitter
from salon.gateway.protocols.ollama.messages import read_output_call
from salon.gateway.protocols.ollama.response import created_at_s, likelihood
from salon.gateway.protocols.ollama.usage import read_finish, read_usage
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.sse import EventTooLargeError
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, is_list, is_object, loads_lenient


class OllamaStreamDecoder:
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        self._lines = LineSplitter()
        self._track = PartTrack()
        self._started = False
        self._over = False
        self._calls = 0

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Return the events that ``data`` completes."""
        out: list[StreamEvent] = []
        if self._over:
            return out
        try:
            for line in self._lines.feed(data):
                self._line(line, out)
        except EventTooLargeError:
            self._fail(out, "Ollama sent a line over the size limit.", "event_too_large")
        return out

    def finish(self) -> list[StreamEvent]:
        """Return what the end of the body completes; a truncated stream ends in a StreamError."""
        out: list[StreamEvent] = []
        rest = self._lines.finish()
        if rest:
            self._line(rest, out, last=True)
        if not self._over:
            self._fail(out, "The stream ended before the answer did.", "stream_truncated")
        return out

    def _fail(self, out: list[StreamEvent], message: str, kind: str) -> None:
        self._over = True
        out.append(StreamError(message=message, type=kind))

    def _line(self, line: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        if self._over or not line.strip():
            return
        try:
            value = loads_lenient(line)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"Ollama sent a line that is not JSON: {error}", "invalid_event")
            return
        if is_object(value):
            self._value(value, out)
        else:
            self._fail(out, "Ollama sent a line that is not an object.", "invalid_event")

    def _value(self, value: JsonObject, out: list[StreamEvent]) -> None:
        if value.get("error"):
            body = error_of(value)
            self._over = True
            out.append(
                StreamError(
                    message=body.message or "Ollama reported an error without a message.",
                    type=body.type,
                    code=body.code,
                    status=status_in(value),
                    raw=value,
                )
            )
            return
        if not self._started:
            self._started = True
            model = value.get("model")
            out.append(
                ResponseStart(
                    model=model if isinstance(model, str) else None,
                    created_at_s=created_at_s(value.get("created_at")),
                )
            )
        message = value.get("message")
        if is_object(message):
            self._message(message, value.get("logprobs"), out)
        elif "response" in value:  # /api/generate
            said = {**value, "content": value["response"]}
            self._message(said, value.get("logprobs"), out)
        if value.get("done") is True:
            self._end(value, out)

    def _message(self, message: JsonObject, logprobs: Any, out: list[StreamEvent]) -> None:
        thinking, text = message.get("thinking"), message.get("content")
        if isinstance(thinking, str) and thinking:
            out.append(ReasoningDelta(index=self._track.run("reasoning", out), text=thinking))
        if isinstance(text, str) and text:
            kept = likelihood(logprobs) or None
            out.append(TextDelta(index=self._track.run("text", out), text=text, provider_data=kept))
        if message.get("images"):
            out.append(OpaqueReceived(dialect="ollama", type="images", raw=message["images"]))
        calls = message.get("tool_calls")
        for item in calls if is_list(calls) else ():
            call = read_output_call(item)
            if call is None:
                continue
            self._track.end_run(out)
            index = self._track.allot()
            self._calls += 1
            out.append(ToolCallStart(index=index, id=call.id, name=call.name))
            out.append(ToolCallDelta(index=index, arguments=call.arguments))
            out.append(ToolCallEnd(index=index))

    def _end(self, value: JsonObject, out: list[StreamEvent]) -> None:
        self._over = True
        self._track.end_run(out)
        usage = read_usage(value)
        if usage is not None:
            out.append(UsageReported(usage=usage))
        finish = read_finish(value.get("done_reason"), has_tool_calls=self._calls > 0)
        kept = {"ollama": {"context": value["context"]}} if value.get("context") else None
        out.append(StreamFinish(finish=finish, provider_data=kept))

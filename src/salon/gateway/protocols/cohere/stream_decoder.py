"""Streams of Cohere's dialect, read: bytes cut anywhere in, events out."""

from typing import Any

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationAdded,
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
from salon.gateway.protocols.classify import error_of
from salon.gateway.protocols.cohere.response import FAILED, FINISHES, read_citation, read_usage
from salon.gateway.protocols.event_streams import EventDecoder
from salon.gateway.protocols.finishes import finish_of
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    is_object,
    key_of,
    loads_lenient,
)

_SILENT = {"citation-end", "debug"}


class CohereStreamDecoder(EventDecoder):
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._track = PartTrack()
        self._calls: dict[Any, int] = {}
        self._texts: dict[Any, int] = {}
        """Which part of ours each of its texts is."""
        self._last_text: int | None = None
        self._waiting: list[tuple[Any, JsonObject]] = []
        """Citations that came before the text they belong to."""

    def _block(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        data = block_data(block)
        if self._over or not data or data.isspace() or data == b"[DONE]":
            return
        try:
            value = loads_lenient(data)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        if is_object(value):
            self._event(value, out)
        else:
            self._fail(out, "The provider sent an event that is not an object.", "invalid_event")

    def _event(self, value: JsonObject, out: list[StreamEvent]) -> None:
        kind, index = key_of(value.get("type")), key_of(value.get("index"))
        delta = value.get("delta")
        inner: JsonObject = delta if is_object(delta) else {}
        message = inner.get("message")
        said: JsonObject = message if is_object(message) else {}
        if not self._started and isinstance(kind, str):
            self._started = True
            out.append(ResponseStart(id=value["id"] if isinstance(value.get("id"), str) else None))
        match kind:
            case "message-start":
                pass
            case "content-start" | "content-delta":
                self._content(said.get("content"), index, value.get("logprobs"), out)
            case "content-end":
                self._track.end_run(out)
            case "tool-plan-delta":
                self._think(said.get("tool_plan"), out)
            case "tool-call-start" | "tool-call-delta":
                self._call(said.get("tool_calls"), index, out, begins=kind == "tool-call-start")
            case "tool-call-end":
                self._end_call(index, out)
            case "citation-start":
                self._cite(said.get("citations"), out)
            case "message-end":
                self._end(inner, out)
            case _ if kind in _SILENT:
                pass
            case _ if isinstance(kind, str):
                out.append(OpaqueReceived(dialect="cohere", type=kind, raw=value))
            case _:
                self._tell_error(value, out)

    def _content(self, content: Any, index: Any, logprobs: Any, out: list[StreamEvent]) -> None:
        if not is_object(content):
            return
        text = content.get("text")
        if isinstance(text, str) and text:
            number = self._last_text = self._texts[index] = self._track.run("text", out)
            kept = {"cohere": {"logprobs": logprobs}} if logprobs else None
            out.append(TextDelta(index=number, text=text, provider_data=kept))
            self._cite_waiting(index, number, out)
        self._think(content.get("thinking"), out)

    def _think(self, thought: Any, out: list[StreamEvent]) -> None:
        if isinstance(thought, str) and thought:
            out.append(ReasoningDelta(index=self._track.run("reasoning", out), text=thought))

    def _call(self, call: Any, index: Any, out: list[StreamEvent], *, begins: bool) -> None:
        if not is_object(call):
            return
        function = call.get("function")
        told: JsonObject = function if is_object(function) else {}
        if begins or index not in self._calls:
            self._track.end_run(out)
            self._end_call(index, out)
            number = self._calls[index] = self._track.allot()
            call_id, name = call.get("id"), told.get("name")
            out.append(
                ToolCallStart(
                    index=number,
                    id=call_id if isinstance(call_id, str) and call_id else new_id("call"),
                    name=name if isinstance(name, str) else "",
                )
            )
        arguments = told.get("arguments")
        if isinstance(arguments, str) and arguments:
            out.append(ToolCallDelta(index=self._calls[index], arguments=arguments))

    def _end_call(self, index: Any, out: list[StreamEvent]) -> None:
        number = self._calls.pop(index, None)
        if number is not None:
            out.append(ToolCallEnd(index=number))

    def _cite(self, citation: Any, out: list[StreamEvent]) -> None:
        if not is_object(citation):
            return
        place = key_of(citation.get("content_index"))
        number = self._texts.get(place, self._last_text)
        if number is None:
            self._waiting.append((place, citation))
        else:
            out.append(CitationAdded(index=number, citation=read_citation(citation)))

    def _cite_waiting(self, place: Any, number: int, out: list[StreamEvent]) -> None:
        kept = self._waiting
        if kept:
            self._waiting = [one for one in kept if one[0] not in (None, place)]
            found = [one for one in kept if one[0] in (None, place)]
            out += [CitationAdded(index=number, citation=read_citation(raw)) for _, raw in found]

    def _end(self, delta: JsonObject, out: list[StreamEvent]) -> None:
        self._over = True
        self._track.end_run(out)
        for index in list(self._calls):
            self._end_call(index, out)
        usage = read_usage(delta.get("usage"))
        if usage is not None:
            out.append(UsageReported(usage=usage))
        word = key_of(delta.get("finish_reason"))
        if word in FAILED or delta.get("error"):
            told = error_of({"error": delta.get("error")}).message or f"The answer ended with {word}."
            out.append(StreamError(message=told, type="server_error", status=500, raw=delta))
            return
        finish = finish_of(word, FINISHES)
        if finish is None:
            self._fail(out, "The stream ended before the answer did.", "stream_truncated")
        else:
            out.append(StreamFinish(finish=finish))

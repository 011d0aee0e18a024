"""Streams of the responses dialect, read: bytes in, events out.

Facts it is built on (each has a recording): items may be told only by their end, or only in the last
response object; an item's end may come after the next item began; the event before the last may be an
error, flat or with an ``error`` object; ``[DONE]`` may follow the end.
"""

from salon.foundation.messages import (
    ResponseStart,
    StreamEvent,
    StreamFinish,
    UsageReported,
)
from salon.gateway.protocols.event_streams import EventDecoder
from salon.gateway.protocols.responses.output import text_of
from salon.gateway.protocols.responses.response import kept_values
from salon.gateway.protocols.responses.stream_items import OutputTrack
from salon.gateway.protocols.responses.usage import read_finish, read_usage
from salon.gateway.protocols.responses.wire_events import WireEvent, event_data, place, read_event
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, is_object, seconds

_ENDS = {"response.completed", "response.incomplete", "response.failed"}


class ResponsesStreamDecoder(EventDecoder):
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._track = OutputTrack()

    def _block(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        if self._over:
            return
        data = event_data(block)
        if not data or data.isspace() or data.startswith(b"[DONE]"):
            return
        try:
            event = read_event(data)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        self._event(event, out)

    def _event(self, event: WireEvent, out: list[StreamEvent]) -> None:
        kind = event.type
        if kind == "response.output_text.delta":
            message = self._track.message(place(event.output_index), out)
            if message is not None and isinstance(event.delta, str) and event.delta:
                message.delta(place(event.content_index), event.delta, event.logprobs, out)
        elif kind == "error" or (event.error is not None and event.response is None):
            self._error(event, out)
        elif is_object(event.response):
            self._response(kind, event.response, out)
        else:
            self._item_event(kind, event, out)

    def _item_event(self, kind: str, event: WireEvent, out: list[StreamEvent]) -> None:  # noqa: PLR0912 - one branch a kind
        track, at = self._track, place(event.output_index)
        delta = event.delta if isinstance(event.delta, str) else ""
        if kind == "response.output_item.added":
            if is_object(event.item):
                track.begin(at, event.item, out)
        elif kind == "response.output_item.done":
            if is_object(event.item):
                track.end(at, event.item, out)
        elif kind == "response.content_part.added":
            part = event.part if is_object(event.part) else {}
            if part.get("type") in ("output_text", "refusal") and (message := track.message(at, out)):
                is_refusal = part.get("type") == "refusal"
                message.content(place(event.content_index), out, is_refusal=is_refusal)
        elif kind == "response.refusal.delta":
            if delta and (message := track.message(at, out)):
                message.refusal(place(event.content_index), delta, out)
        elif kind == "response.output_text.annotation.added":
            if is_object(event.annotation) and (message := track.message(at, out)):
                message.cite(place(event.content_index), event.annotation, out)
        elif kind in {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}:
            if delta and (reasoning := track.reasoning(at, out)):
                reasoning.delta(kind, delta, out)
        elif kind == "response.function_call_arguments.delta" and delta and (call := track.call(at, out)):
            call.delta(delta, out)

    def _error(self, event: WireEvent, out: list[StreamEvent]) -> None:
        flat: JsonObject = {"message": event.message, "code": event.code}
        error = event.error if event.error is not None else flat
        self._tell_error(error, out)

    def _start(self, value: JsonObject, out: list[StreamEvent]) -> None:
        if self._started:
            return
        self._started = True
        out.append(
            ResponseStart(
                id=text_of(value.get("id")) or None,
                model=text_of(value.get("model")) or None,
                created_at_s=seconds(value.get("created_at")),
            )
        )

    def _response(self, kind: str, value: JsonObject, out: list[StreamEvent]) -> None:
        self._start(value, out)
        if kind not in _ENDS:
            return
        self._track.end_all(value.get("output"), out)
        usage = value.get("usage")
        if is_object(usage) and usage:
            out.append(UsageReported(usage=read_usage(usage, value)))
        if value.get("error"):
            self._tell_error(value["error"], out)
            return
        status = value.get("status") or kind.removeprefix("response.")
        finish = read_finish(status, value.get("incomplete_details"), has_tool_calls=self._track.has_calls)
        self._over = True
        if status == "failed":
            self._tell_error({"message": None, "code": "server_error"}, out)
        else:
            out.append(StreamFinish(finish=finish, provider_data=kept_values(value) or None))

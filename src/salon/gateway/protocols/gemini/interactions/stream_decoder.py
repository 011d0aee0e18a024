"""Streams of interactions, read: server-sent events cut anywhere in, events out."""

from typing import Any

from salon.foundation.messages import StreamEvent, StreamFinish, UsageReported
from salon.gateway.protocols.event_streams import EventDecoder
from salon.gateway.protocols.gemini.interactions.response import (
    FAILED,
    error_event,
    failed,
    finish_of,
    read_usage,
    start_of,
)
from salon.gateway.protocols.gemini.interactions.steps import StepReader
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    is_object,
    key_of,
    loads_lenient,
)


class InteractionsStreamDecoder(EventDecoder):
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = StepReader()

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
        index = key_of(value.get("index"))
        match value.get("event_type"):
            case "interaction.created":
                self._begin(_object(value.get("interaction")), out)
            case "interaction.completed":
                self._end(_object(value.get("interaction")), out)
            case "step.start":
                self._begin({}, out)
                self._steps.begin(index, _object(value.get("step")), out)
            case "step.delta":
                self._begin({}, out)
                self._steps.add(index, _object(value.get("delta")), out)
            case "step.stop":
                self._steps.end(index, out)
            case "error" | None:
                self._over = True
                out.append(error_event(_object(value.get("error"))))
            case _:
                pass  # news of its status, and what is not known yet

    def _begin(self, interaction: JsonObject, out: list[StreamEvent]) -> None:
        if not self._started:
            self._started = True
            out.append(start_of(interaction))

    def _end(self, interaction: JsonObject, out: list[StreamEvent]) -> None:
        self._begin(interaction, out)
        self._steps.end_all(out)
        usage = read_usage(interaction.get("usage"), tier=interaction.get("service_tier"))
        if usage is not None:
            out.append(UsageReported(usage=usage))
        status = key_of(interaction.get("status"))
        finish = finish_of(status, has_calls=self._steps.calls > 0)
        if status in FAILED:
            self._over = True
            out.append(failed(interaction, self._steps.failure))
        elif finish is not None:
            self._over = True
            out.append(StreamFinish(finish=finish))


def _object(value: Any) -> JsonObject:
    return value if is_object(value) else {}

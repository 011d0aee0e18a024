"""Nova over InvokeModel: Converse's own words, but for a few that are Converse's alone.

Its streams come unpacked, as server-sent events; each holds one event of Converse.
https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html (2026-11).
"""

from typing import Any, Final

from salon.foundation.messages import ModelRequest, StreamError, StreamEvent
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.classify import error_of, status_in
from salon.gateway.protocols.converse.request_writer import write_request
from salon.gateway.protocols.converse.stream_decoder import ConverseStreamDecoder
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.sse import BlockSplitter, EventTooLargeError, block_data
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, dumps, is_object, loads_lenient

_BESIDE: Final = "amazon-bedrock-"
"""Begins the names of what Bedrock tells beside a model's own words: guardrails, times and counts."""


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request; model and stream stand in the address it goes to.

    Quirks: ``cache_points`` (whether marks of a prompt cache are sent, true). Raises: Unsupported.
    """
    lost: Lost = {}
    wire = write_request(request, lost, quirks=quirks)
    if wire.pop("outputConfig", None):
        lost["response_format.json_schema"] = None
    if wire.pop("requestMetadata", None):
        lost["metadata"] = None
    if wire.pop("serviceTier", None):
        lost["service_tier"] = None
    more: JsonObject = wire.pop("additionalModelRequestFields", {})
    settings: JsonObject = {**wire.pop("inferenceConfig", {}), **more.pop("inferenceConfig", {})}
    if settings:
        wire["inferenceConfig"] = settings
    body = dumps({"schemaVersion": "messages-v1", **wire, **more})
    return EncodedRequest(body=body, lost=tuple(lost))


class NovaStreamDecoder(ConverseStreamDecoder):
    """Reads a provider's stream, unpacked. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks = BlockSplitter()

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Return the events that ``data`` completes."""
        out: list[StreamEvent] = []
        try:
            for block in self._blocks.feed(data):
                self._read(block, out)
        except EventTooLargeError:
            self._fail(out, "The provider sent an event over the size limit.", "event_too_large")
        return out

    def finish(self) -> list[StreamEvent]:
        """Return what the end of the body completes; a truncated stream ends in a StreamError."""
        out: list[StreamEvent] = []
        self._read(self._blocks.finish(), out, last=True)
        return [*out, *super().finish()]

    def _read(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        data = block_data(block)
        if self._over or not data:
            return
        try:
            value = loads_lenient(data)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        if not is_object(value):
            self._fail(out, "The provider sent an event that is not an object.", "invalid_event")
        elif value.get("type") == "error":
            self._tell(value, out)
        else:
            for kind, told in value.items():
                if is_object(told) and not kind.startswith(_BESIDE):
                    self._event(kind, told, out)

    def _tell(self, value: JsonObject, out: list[StreamEvent]) -> None:
        self._over = True
        found = error_of(value)
        message = found.message or "The provider reported an error without a message."
        status = status_in(value.get("error"))
        out.append(StreamError(message=message, type=found.type, code=found.code, status=status, raw=value))

    def _stop(self, index: Any, out: list[StreamEvent]) -> None:
        # A model under a guardrail has a block for each word; the words are one text all the same.
        if index in self._calls or index in self._own:
            super()._stop(index, out)

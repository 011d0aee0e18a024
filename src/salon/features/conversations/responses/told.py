"""What is told of a response beside what its provider says: its id here, and what it goes on from."""

from collections.abc import Mapping
from typing import Any, Final

from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, dumps, is_object, loads

_WITH_RESPONSE: Final = frozenset(
    f"response.{name}" for name in ("created", "queued", "in_progress", "completed", "incomplete", "failed")
)
_LAST: Final = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})


class ToldResponse:
    """Edits the events and the body of one answer, and keeps how it ended."""

    def __init__(self, edits: Mapping[str, Any]) -> None:
        self.edits = edits
        """Fields of the response object as they are told."""
        self.final: JsonObject | None = None
        """The response object as it was told last, once it is complete."""
        self.latest: JsonObject | None = None
        """The response object as it was told last, complete or not."""
        self.has_ended = False
        """An event was seen that nothing follows."""

    def data(self, block: bytes) -> bytes:
        """Return the data of a stream's event as it is told; empty for a block without any."""
        data = block_data(block)
        if b'"response"' not in data and b'"error"' not in data:
            return data
        event = _event(data)
        if event is None:
            return data
        kind, response = str(event.get("type")), event.get("response")
        self.has_ended = self.has_ended or kind in _LAST
        if kind not in _WITH_RESPONSE or not is_object(response):
            return data
        event["response"] = self._told(response, is_last=kind in _LAST)
        return dumps(event)

    def block(self, block: bytes) -> bytes:
        """Return a stream's event as it is told."""
        data = block_data(block)
        told = self.data(block)
        return block if told == data else block.replace(data, told, 1)

    def body(self, body: bytes) -> bytes:
        """Return a whole answer as it is told."""
        whole = _event(body)
        if whole is None or whole.get("object") != "response":
            return body
        return dumps(self._told(whole, is_last=True))

    def unstored(self, body: bytes) -> bytes:
        """Return a whole answer that could not be kept after all."""
        whole = _event(body)
        return body if whole is None else dumps({**whole, "store": False})

    def unstored_block(self, block: bytes) -> bytes:
        """Return a last event whose response could not be kept after all."""
        data = block_data(block)
        event = _event(data)
        if event is None or not is_object(event.get("response")):
            return block
        event["response"]["store"] = False
        return block.replace(data, dumps(event), 1)

    def _told(self, response: JsonObject, *, is_last: bool) -> JsonObject:
        told = self.latest = {**response, **self.edits}
        if is_last:
            self.final = told
        return told


def _event(data: bytes) -> JsonObject | None:
    try:
        value = loads(data)
    except BrokenJsonError:
        return None
    return value if is_object(value) else None

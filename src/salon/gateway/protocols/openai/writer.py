"""Writer's completions, where they differ from OpenAI's: streams of values alone, and no finish at all.

https://dev.writer.com/api-reference/completion-api/text-generation and writer-sdk 3.0 (2026-11).
"""

from typing import Any

import msgspec

from salon.foundation.messages import (
    Finish,
    ModelRequest,
    Response,
    ResponseStart,
    StreamEvent,
    StreamFinish,
    TextDelta,
)
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.event_streams import EventDecoder
from salon.gateway.protocols.openai import completions, response
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import BrokenJsonError, dumps, is_object, loads_lenient

_ENDED = Finish(reason="unknown")
"""Why an answer ended is never said."""


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for Writer's completions. Quirks: those of chat. Raises: Unsupported."""
    refused = tuple(name for name in quirks.get("refused") or () if name != "seed")
    encoded = completions.encode_request(request, quirks={**quirks, "refused": refused})
    wire = msgspec.json.decode(encoded.body, type=dict[str, Any])
    wire.pop("stream_options", None)
    if "seed" in wire:
        wire["random_seed"] = wire.pop("seed")
    return msgspec.structs.replace(encoded, body=dumps(wire))


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    found = response.decode_response(body)
    return found if found.finish is not None else msgspec.structs.replace(found, finish=_ENDED)


class WriterStreamDecoder(EventDecoder):
    """Reads a provider's stream. It has no end mark: the end of the body is the end of the answer.

    A body that breaks off is told by the connection, which knows how much was to come.
    """

    def __init__(self) -> None:
        super().__init__()
        self._track = PartTrack()

    def _block(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        data = block_data(block)
        if self._over or not data or data == b"[DONE]":
            return
        try:
            value = loads_lenient(data)
        except BrokenJsonError as error:
            self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        text = value.get("value") if is_object(value) else None
        if not isinstance(text, str):
            self._tell_error(value.get("error", value) if is_object(value) else value, out)
            return
        if not self._started:
            self._started = True
            out.append(ResponseStart())
        if text:
            out.append(TextDelta(index=self._track.run("text", out), text=text))

    def _end_unmarked(self, out: list[StreamEvent]) -> bool:
        if self._started:
            self._track.end_run(out)
            out.append(StreamFinish(finish=_ENDED))
        return self._started

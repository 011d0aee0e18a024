"""Streams of the Gemini dialect, read: server-sent events or a JSON array in, events out.

There is no end mark: the body ends, and a finish reason was told before.
"""

from salon.foundation.messages import StreamError, StreamEvent
from salon.gateway.protocols.gemini.chunks import ChunkReader
from salon.gateway.protocols.gemini.errors import read_error
from salon.gateway.protocols.gemini.json_array import JsonArraySplitter, begins_json
from salon.gateway.protocols.gemini.proto import camel_keys
from salon.gateway.protocols.sse import BlockSplitter, EventTooLargeError, block_data
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    is_list,
    is_object,
    loads_lenient,
)


class GeminiStreamDecoder:
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        self._splitter: BlockSplitter | JsonArraySplitter | None = None
        self._chunks = ChunkReader()
        self._over = False

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Return the events that ``data`` completes."""
        out: list[StreamEvent] = []
        if self._over:
            return out
        splitter = self._splitter
        if splitter is None:
            is_json = begins_json(data)
            if is_json is None:
                return out
            splitter = self._splitter = JsonArraySplitter() if is_json else BlockSplitter()
        try:
            for piece in splitter.feed(data):
                self._piece(piece, out)
        except EventTooLargeError:
            self._fail(out, "The provider sent an event over the size limit.", "event_too_large")
        return out

    def finish(self) -> list[StreamEvent]:
        """Return what the end of the body completes; a truncated stream ends in a StreamError."""
        out: list[StreamEvent] = []
        if isinstance(self._splitter, BlockSplitter) and not self._over:
            rest = self._splitter.finish()
            if rest:
                self._piece(rest, out, last=True)
        if self._over:
            return out
        self._over = True
        if self._chunks.is_whole:
            self._chunks.end(out)
        else:
            self._fail(out, "The stream ended before the answer did.", "stream_truncated")
        return out

    def _fail(self, out: list[StreamEvent], message: str, kind: str) -> None:
        self._over = True
        out.append(StreamError(message=message, type=kind))

    def _piece(self, piece: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        if self._over:
            return
        data = block_data(piece) if isinstance(self._splitter, BlockSplitter) else piece
        if not data or data.isspace():
            return
        try:
            value = loads_lenient(data)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        for chunk in value if is_list(value) else (value,):
            if is_object(chunk) and not self._over:
                self._chunk(camel_keys(chunk), out)

    def _chunk(self, chunk: JsonObject, out: list[StreamEvent]) -> None:
        error = chunk.get("error")
        self._chunks.read(chunk, out)
        if is_object(error):
            status, body, _ = read_error(error)
            self._over = True
            out.append(
                StreamError(
                    message=body.message or "The provider reported an error without a message.",
                    type=body.type,
                    code=body.code,
                    status=status,
                    raw=error,
                )
            )

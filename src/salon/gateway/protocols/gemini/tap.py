"""Watches a Gemini stream that passes through: counts, finish reason, errors and size."""

import re

import msgspec

from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.gemini.errors import read_error
from salon.gateway.protocols.gemini.json_array import JsonArraySplitter, begins_json
from salon.gateway.protocols.gemini.usage import blocked, merge_usage, read_finish, read_usage
from salon.gateway.protocols.sse import BlockSplitter, EventTooLargeError, block_data, ended, says_nothing
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_json, is_object, text_size


class _Part(msgspec.Struct, gc=False, rename="camel"):
    text: str | None = None
    function_call: msgspec.Raw = msgspec.Raw(b"")
    executable_code: msgspec.Raw = msgspec.Raw(b"")


class _Content(msgspec.Struct, gc=False):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, gc=False, rename="camel"):
    content: _Content | None = None
    finish_reason: str | None = None


class _Feedback(msgspec.Struct, gc=False, rename="camel"):
    block_reason: object = None


class _Chunk(msgspec.Struct, gc=False, rename="camel"):
    candidates: list[_Candidate] | None = None
    usage_metadata: dict[str, object] | None = None
    prompt_feedback: _Feedback | None = None
    error: object = None


_decode = msgspec.json.Decoder(_Chunk).decode
_MODEL = re.compile(rb'"modelVersion"\s*:\s*"(?:[^"\\]|\\.)*"')
_NEW_LINES = re.compile(rb"[\r\n]+")


class _Watch:
    """What is known of an answer so far."""

    __slots__ = ("calls", "events", "finish", "output_bytes", "raw_usage")

    def __init__(self) -> None:
        self.calls = False
        self.events = 0
        self.finish: Finish | None = None
        self.output_bytes = 0
        self.raw_usage: JsonObject | None = None

    def take(self, chunk: _Chunk) -> None:
        size = 0
        for place, candidate in enumerate(chunk.candidates or ()):
            for part in (candidate.content.parts or ()) if candidate.content is not None else ():
                size += text_size(part.text) if part.text else 0
                calls = len(memoryview(part.function_call))
                self.calls = self.calls or calls > 4
                size += calls + len(memoryview(part.executable_code))
            if candidate.finish_reason and not place:
                self.finish = read_finish(candidate.finish_reason, has_tool_calls=self.calls)
        if size:
            self.output_bytes += size
            self.events += 1
        if chunk.usage_metadata:
            self.raw_usage = merge_usage(self.raw_usage, chunk.usage_metadata)
        feedback = chunk.prompt_feedback
        if feedback is not None and feedback.block_reason and self.finish is None:
            self.finish = blocked(feedback.block_reason)

    @property
    def usage(self) -> Usage | None:
        return None if self.raw_usage is None else read_usage(self.raw_usage)


class GeminiStreamTap:
    """Forwards whole events and reads what the ledger needs; a JSON array is forwarded as events."""

    __slots__ = (
        "_broken",
        "_model",
        "_splitter",
        "_watch",
        "error",
        "events",
        "output_bytes",
        "saw_end",
    )

    def __init__(self, *, withhold_usage: bool = False, model: str | None) -> None:
        self.error: InStreamError | None = None
        self.saw_end = False
        self.output_bytes = 0
        self.events = 0
        self._broken = False
        self._splitter: BlockSplitter | JsonArraySplitter | None = None
        self._model = b'"modelVersion":' + dumps(model) if model is not None else None
        self._watch = _Watch()

    @property
    def usage(self) -> Usage | None:
        """The last value of each key so far."""
        return self._watch.usage

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended, as far as it was told."""
        return self._watch.finish

    def feed(self, data: bytes) -> bytes:
        """Return what to forward for ``data``; holds back an incomplete event."""
        splitter = self._splitter
        if splitter is None:
            is_array = begins_json(data)
            if is_array is None:
                return data
            splitter = self._splitter = JsonArraySplitter() if is_array else BlockSplitter()
        try:
            pieces = splitter.feed(data)
        except EventTooLargeError:
            self._fail("The provider sent an event over the size limit.", "event_too_large")
            return b""
        out: list[bytes] = []
        for piece in pieces:
            if self._broken:
                break
            out.append(self._piece(piece))
        return b"".join(out)

    def finish(self) -> bytes:
        """Return what is still held back at the end of the body; an event cut in the middle is dropped."""
        out = self._rest()
        self.saw_end = self._watch.finish is not None and self.error is None
        return out

    def _rest(self) -> bytes:
        if not isinstance(self._splitter, BlockSplitter):
            return b""
        rest = self._splitter.finish()
        data = block_data(rest)
        if not data:
            return rest if says_nothing(rest) and rest.endswith((b"\n", b"\r")) else b""
        if not is_json(data):
            return b""
        out = self._block(rest, data)
        return ended(out) if out else out

    def _piece(self, piece: bytes) -> bytes:
        if isinstance(self._splitter, BlockSplitter):
            return self._block(piece, block_data(piece))
        return self._block(b"data: " + _NEW_LINES.sub(b"", piece) + b"\n\n", piece)

    def _block(self, block: bytes, data: bytes) -> bytes:
        if not data:
            return block
        try:
            chunk = _decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if data.isspace() or is_json(data):
                return block
            self._broken = True
            self._fail("The provider sent an event that is not JSON.", "invalid_event")
            return b""
        watch = self._watch
        watch.take(chunk)
        self.output_bytes, self.events = watch.output_bytes, watch.events
        if chunk.error is not None and self.error is None:
            self._tell(chunk.error)
        if (replacement := self._model) is not None:
            return _MODEL.sub(lambda _: replacement, block, count=1)
        return block

    def _tell(self, error: object) -> None:
        status, body, _ = read_error(error if is_object(error) else {})
        self.error = InStreamError(
            message=body.message or "The provider reported an error without a message.",
            type=body.type,
            code=body.code,
            status=status,
        )

    def _fail(self, message: str, kind: str) -> None:
        """End the stream at what cannot be read: what is not understood is not passed on."""
        if self.error is None:
            self.error = InStreamError(message=message, type=kind, noticed=True)


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return usage, finish and output size of a passed-through finished answer."""
    watch = _Watch()
    try:
        watch.take(_decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    return watch.usage, watch.finish, watch.output_bytes

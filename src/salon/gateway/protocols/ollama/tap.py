"""Watches an Ollama stream that passes through: counts, done reason, errors and size."""

import re

import msgspec

from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.classify import error_of, status_in
from salon.gateway.protocols.ndjson import LineSplitter
from salon.gateway.protocols.ollama.usage import read_finish, read_usage
from salon.gateway.protocols.sse import EventTooLargeError
from salon.gateway.protocols.wire_json import BrokenJsonError, dumps, is_json, loads_lenient, text_size


class _Message(msgspec.Struct, gc=False):
    content: str | None = None
    thinking: str | None = None
    tool_calls: msgspec.Raw = msgspec.Raw(b"")


class _Line(msgspec.Struct, gc=False):
    message: _Message | None = None
    response: str | None = None
    thinking: str | None = None
    done: bool | None = None
    error: object = None


_decode = msgspec.json.Decoder(_Line).decode
_MODEL = re.compile(rb'"model"\s*:\s*"(?:[^"\\]|\\.)*"')


class OllamaStreamTap:
    """Forwards whole lines and reads what the ledger needs; no line is only usage, to be withheld."""

    __slots__ = (
        "_broken",
        "_lines",
        "_model",
        "_tool_calls",
        "error",
        "events",
        "finish_reason",
        "output_bytes",
        "saw_end",
        "usage",
    )

    def __init__(self, *, withhold_usage: bool = False, model: str | None) -> None:
        self.usage: Usage | None = None
        self.finish_reason: Finish | None = None
        self.error: InStreamError | None = None
        self.saw_end = False
        self.output_bytes = 0
        self.events = 0
        self._broken: bytes | None = None
        self._lines = LineSplitter()
        self._model = b'"model":' + dumps(model) if model is not None else None
        self._tool_calls = False

    def feed(self, data: bytes) -> bytes:
        """Return what to forward for ``data``; holds back an incomplete line."""
        try:
            lines = self._lines.feed(data)
        except EventTooLargeError:
            self.error = InStreamError(
                message="Ollama sent a line over the size limit.",
                type="event_too_large",
                noticed=True,
            )
            return b""
        if len(lines) == 1:
            return self._line(lines[0])
        parts = [self._line(line) for line in lines]
        if self._broken is not None:
            del parts[next((place for place, line in enumerate(lines) if line is self._broken), 0) :]
        return b"".join(parts)

    def finish(self) -> bytes:
        """Return what is still held back at the end of the body; a line cut in the middle is dropped."""
        rest = self._lines.finish()
        if not rest or not is_json(rest):
            return b""
        return self._line(rest) + b"\n"

    def _line(self, line: bytes) -> bytes:
        try:
            value = _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return line if not line.strip() or is_json(line) else self._break(line)
        message = value.message
        size = text_size(value.response) if value.response else 0
        if value.thinking:
            size += text_size(value.thinking)
        if message is not None:
            if message.content:
                size += text_size(message.content)
            if message.thinking:
                size += text_size(message.thinking)
            calls = len(memoryview(message.tool_calls))
            if calls > 4:
                self._tool_calls = True
                size += calls
        if size:
            self.output_bytes += size
            self.events += 1
        if value.done:
            self._end(line)
        if value.error is not None and self.error is None:
            body = error_of({"error": value.error})
            self.error = InStreamError(
                message=body.message or "Ollama reported an error without a message.",
                type=body.type,
                code=body.code,
                status=status_in(value.error),
            )
        if (replacement := self._model) is not None:
            return _MODEL.sub(lambda _: replacement, line, count=1)
        return line

    def _break(self, line: bytes) -> bytes:
        """End the stream at a line that cannot be read: what is not understood is not passed on."""
        if self.error is None:
            self._broken = line
            self.error = InStreamError(
                message="Ollama sent a line that is not JSON.", type="invalid_event", noticed=True
            )
        return b""

    def _end(self, line: bytes) -> None:
        self.saw_end = True
        try:
            value = loads_lenient(line)
        except BrokenJsonError:
            return
        self.usage = read_usage(value)
        self.finish_reason = read_finish(value.get("done_reason"), has_tool_calls=self._tool_calls)


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return usage, finish and output size of a passed-through finished answer."""
    tap = OllamaStreamTap(model=None)
    tap.feed(body if body.endswith(b"\n") else body + b"\n")
    return tap.usage, tap.finish_reason, tap.output_bytes

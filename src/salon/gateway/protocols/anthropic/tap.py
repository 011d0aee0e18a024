"""Watches a messages stream that passes through: usage, stop reason, errors and size."""

import re

import msgspec

from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols.anthropic.stream_decoder import ERROR_STATUS
from salon.gateway.protocols.anthropic.usage import merge_usage, read_finish, read_usage
from salon.gateway.protocols.event_streams import EventTap
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_json, text_size


class _Delta(msgspec.Struct, gc=False):
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None


class _Message(msgspec.Struct, gc=False):
    usage: dict[str, object] | None = None


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    delta: _Delta | None = None
    message: _Message | None = None
    usage: dict[str, object] | None = None
    error: object = None


_decode = msgspec.json.Decoder(_Event).decode
_MODEL = re.compile(rb'"model"\s*:\s*"(?:[^"\\]|\\.)*"')
_DELTA = b"event: content_block_delta\ndata: "


class AnthropicStreamTap(EventTap):
    """Forwards whole events and reads what the ledger needs; no event is only usage, to be withheld."""

    __slots__ = ("_model", "_raw_usage", "finish_reason")
    _statuses = ERROR_STATUS

    def __init__(self, *, withhold_usage: bool = False, model: str | None) -> None:
        super().__init__()
        self.finish_reason: Finish | None = None
        self._model = b'"model":' + dumps(model) if model is not None else None
        self._raw_usage: JsonObject | None = None

    @property
    def usage(self) -> Usage | None:
        """The last value of each key so far."""
        return None if self._raw_usage is None else read_usage(self._raw_usage)

    def _block(self, block: bytes) -> bytes:
        if block.startswith(_DELTA) and block.find(b"\n", len(_DELTA)) == len(block) - 2:
            data = block[len(_DELTA) : -2]
        else:
            data = block_data(block)
        if not data or self.saw_end:
            return block
        try:
            event = _decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return block if data.isspace() or is_json(data) else self._break(block)
        delta = event.delta
        if delta is not None:
            text = delta.text or delta.partial_json or delta.thinking
            if text:
                self.output_bytes += text_size(text)
                self.events += 1
                return block
        if event.type == "content_block_delta":
            return block
        return self._rare(event, block)

    def _rare(self, event: _Event, block: bytes) -> bytes:
        if event.usage:
            self._raw_usage = merge_usage(self._raw_usage, event.usage)
        if event.delta is not None and event.delta.stop_reason:
            self.finish_reason = read_finish(event.delta.stop_reason, event.delta.stop_sequence)
        if event.type == "message_stop":
            self.saw_end = True
        elif event.type == "message_start" and event.message is not None:
            if event.message.usage:
                self._raw_usage = merge_usage(self._raw_usage, event.message.usage)
            if (replacement := self._model) is not None:
                return _MODEL.sub(lambda _: replacement, block, count=1)
        elif event.error is not None:
            self._tell_error(event.error)
        return block


class _AnswerBlock(msgspec.Struct, gc=False):
    text: object = None
    thinking: object = None
    input: msgspec.Raw = msgspec.Raw(b"")


class _Answer(msgspec.Struct, gc=False):
    content: list[_AnswerBlock] | None = None
    usage: dict[str, object] | None = None
    stop_reason: object = None
    stop_sequence: object = None


_decode_answer = msgspec.json.Decoder(_Answer).decode


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return usage, finish and output size of a passed-through finished answer."""
    try:
        answer = _decode_answer(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    size = 0
    for block in answer.content or ():
        for text in (block.text, block.thinking):
            if isinstance(text, str):
                size += text_size(text)
        size += len(memoryview(block.input))
    finish = read_finish(answer.stop_reason, answer.stop_sequence)
    return read_usage(answer.usage) if answer.usage else None, finish, size

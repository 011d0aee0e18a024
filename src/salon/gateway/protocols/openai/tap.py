"""Watches a chat stream that passes through: usage, finish, errors and size, without re-encoding.

Whole reads of whole events are forwarded as the same bytes object. An event is written anew only to
rename the model; a usage chunk that only we asked for is withheld.
"""

import re

import msgspec

from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.classify import error_of, status_in
from salon.gateway.protocols.openai.messages import arguments_text
from salon.gateway.protocols.openai.parts import thinking_text
from salon.gateway.protocols.openai.usage import merge_usage, read_finish, read_usage
from salon.gateway.protocols.sse import BlockSplitter, EventTooLarge, block_data
from salon.gateway.protocols.wire_json import BrokenJson, JsonObject, dumps, loads_lenient, text_size


class _Function(msgspec.Struct, gc=False):
    arguments: str | None = None


class _Call(msgspec.Struct, gc=False):
    function: _Function | None = None


class _Delta(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None
    usage: dict[str, object] | None = None
    error: object = None


_decode = msgspec.json.Decoder(_Chunk).decode
_MODEL = re.compile(rb'"model"\s*:\s*"(?:[^"\\]|\\.)*"')


class OpenAIStreamTap:
    """Forwards whole events and reads what the ledger needs."""

    __slots__ = (
        "_finish_word",
        "_model",
        "_raw_usage",
        "_splitter",
        "_tool_calls",
        "_withhold",
        "error",
        "events",
        "output_bytes",
        "saw_end",
    )

    def __init__(self, *, withhold_usage: bool, model: str | None) -> None:
        self.error: InStreamError | None = None
        self.saw_end = False
        self.output_bytes = 0
        self.events = 0
        self._splitter = BlockSplitter()
        self._withhold = withhold_usage
        self._model = b'"model":' + dumps(model) if model is not None else None
        self._raw_usage: JsonObject | None = None
        self._finish_word: str | None = None
        self._tool_calls = False

    @property
    def usage(self) -> Usage | None:
        """The last value of each key so far."""
        return None if self._raw_usage is None else read_usage(self._raw_usage)

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended, once it did."""
        if self._finish_word is None:
            return None
        return read_finish(self._finish_word, has_tool_calls=self._tool_calls)

    def feed(self, data: bytes) -> bytes:
        """Return what to forward for ``data``; holds back an incomplete event."""
        try:
            blocks = self._splitter.feed(data)
        except EventTooLarge:
            self.error = InStreamError(
                message="The provider sent an event over the size limit.", type="event_too_large"
            )
            return b""
        if len(blocks) == 1:
            return self._block(blocks[0])
        return b"".join([self._block(block) for block in blocks])

    def finish(self) -> bytes:
        """Return what is still held back at the end of the body."""
        rest = self._splitter.finish()
        return self._block(rest) if rest else b""

    def _block(self, block: bytes) -> bytes:
        data = block_data(block)
        if not data:
            return block
        try:
            chunk = _decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._odd(block, data)
        self._read(chunk)
        if chunk.usage and self._withhold and not chunk.choices and chunk.error is None:
            return b""
        return block if self._model is None else self._renamed(block)

    def _read(self, chunk: _Chunk) -> None:
        for choice in chunk.choices or ():
            delta = choice.delta
            if delta is not None:
                size = 0
                if delta.content:
                    size += text_size(delta.content)
                if delta.reasoning_content or delta.reasoning:
                    size += text_size(delta.reasoning_content or delta.reasoning or "")
                if delta.refusal:
                    size += text_size(delta.refusal)
                if delta.tool_calls:
                    self._tool_calls = True
                    for call in delta.tool_calls:
                        if call.function and call.function.arguments:
                            size += text_size(call.function.arguments)
                if size:
                    self.output_bytes += size
                    self.events += 1
            if choice.finish_reason:
                self._finish_word = choice.finish_reason
        if chunk.usage:
            self._raw_usage = merge_usage(self._raw_usage, chunk.usage)
        if chunk.error is not None and self.error is None:
            self._read_error(chunk.error)

    def _read_error(self, error: object) -> None:
        body = error_of({"error": error})
        self.error = InStreamError(
            message=body.message or "The provider reported an error without a message.",
            type=body.type,
            code=body.code,
            status=status_in(error),
        )

    def _odd(self, block: bytes, data: bytes) -> bytes:
        """Read an event the typed reader cannot: the end mark, lists as content, broken JSON."""
        if data.startswith(b"[DONE]"):
            self.saw_end = True
            return block
        try:
            value = loads_lenient(data)
        except BrokenJson:
            return block
        if not isinstance(value, dict):
            return block
        chunk = _soften(value)
        self._read(chunk)
        if chunk.usage and self._withhold and not chunk.choices:
            return b""
        return block if self._model is None else self._renamed(block)

    def _renamed(self, block: bytes) -> bytes:
        replacement = self._model
        assert replacement is not None
        return _MODEL.sub(lambda _: replacement, block, count=1)


def _soften(value: JsonObject) -> _Chunk:
    """Read a chunk whose values have unusual types."""
    choices: list[_Choice] = []
    for item in value.get("choices") or () if isinstance(value.get("choices"), list) else ():
        if not isinstance(item, dict):
            continue
        delta = item.get("delta") if isinstance(item.get("delta"), dict) else {}
        calls = delta.get("tool_calls") if isinstance(delta.get("tool_calls"), list) else []
        word = item.get("finish_reason")
        choices.append(
            _Choice(
                delta=_Delta(
                    content=_words(delta.get("content")),
                    reasoning_content=_words(delta.get("reasoning_content") or delta.get("reasoning")),
                    refusal=_words(delta.get("refusal")),
                    tool_calls=[
                        _Call(function=_Function(arguments=arguments_text(call["function"].get("arguments"))))
                        for call in calls
                        if isinstance(call, dict) and isinstance(call.get("function"), dict)
                    ]
                    or None,
                ),
                finish_reason=str(word) if word else None,
            )
        )
    usage = value.get("usage")
    return _Chunk(choices=choices, usage=usage if isinstance(usage, dict) else None, error=value.get("error"))


def _words(value: object) -> str | None:
    if isinstance(value, str) or value is None:
        return value
    if not isinstance(value, list):
        return None
    return "".join(
        thinking_text(item.get("thinking")) if item.get("type") == "thinking" else str(item.get("text") or "")
        for item in value
        if isinstance(item, dict)
    )


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return usage, finish and output size of a passed-through finished answer."""
    try:
        answer = _decode_answer(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    size = 0
    finish: Finish | None = None
    for choice in answer.choices or ():
        message = choice.message if isinstance(choice.message, dict) else {}
        calls = message.get("tool_calls")
        calls = calls if isinstance(calls, list) else []
        size += sum(
            text_size(_words(message.get(name)) or "")
            for name in ("content", "reasoning_content", "reasoning", "refusal")
        )
        for call in calls:
            if isinstance(call, dict) and isinstance(call.get("function"), dict):
                size += text_size(arguments_text(call["function"].get("arguments")))
        if finish is None:
            finish = read_finish(choice.finish_reason, has_tool_calls=bool(calls))
    return read_usage(answer.usage) if answer.usage else None, finish, size


class _AnswerChoice(msgspec.Struct, gc=False):
    message: object = None
    finish_reason: object = None


class _Answer(msgspec.Struct, gc=False):
    choices: list[_AnswerChoice] | None = None
    usage: dict[str, object] | None = None


_decode_answer = msgspec.json.Decoder(_Answer).decode

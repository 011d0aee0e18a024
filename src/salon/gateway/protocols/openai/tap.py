"""Watches a chat stream that passes through: usage, finish, errors and size, without re-encoding.

Whole reads of whole events are forwarded as the same bytes object. An event is written anew only to
rename the model; a usage chunk that only we asked for is withheld.
"""

import re
from typing import Any

import msgspec

from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols.event_streams import EventTap
from salon.gateway.protocols.openai.messages import arguments_text
from salon.gateway.protocols.openai.parts import thinking_text
from salon.gateway.protocols.openai.usage import merge_usage, read_finish, read_usage
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps,
    is_json,
    is_list,
    is_object,
    loads_lenient,
    text_size,
)


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
    text: str | None = None
    """Of completions, instead of a delta."""
    finish_reason: str | None = None


class _Chunk(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None
    usage: dict[str, object] | None = None
    error: object = None
    service_tier: object = None


_decode = msgspec.json.Decoder(_Chunk).decode
_MODEL = re.compile(rb'"model"\s*:\s*"(?:[^"\\]|\\.)*"')


class OpenAIStreamTap(EventTap):
    """Forwards whole events and reads what the ledger needs."""

    __slots__ = (
        "_finish_word",
        "_model",
        "_raw_usage",
        "_tier",
        "_tool_calls",
        "_withhold",
    )

    def __init__(self, *, withhold_usage: bool, model: str | None) -> None:
        super().__init__()
        self._withhold = withhold_usage
        self._model = b'"model":' + dumps(model) if model is not None else None
        self._raw_usage: JsonObject | None = None
        self._tier: object = None
        self._finish_word: str | None = None
        self._tool_calls = False

    @property
    def usage(self) -> Usage | None:
        """The last value of each key so far."""
        return None if self._raw_usage is None else read_usage(self._raw_usage, tier=self._tier)

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended, once it did."""
        if self._finish_word is None:
            return None
        return read_finish(self._finish_word, has_tool_calls=self._tool_calls)

    def _block(self, block: bytes) -> bytes:
        data = b"" if self.saw_end else block_data(block)
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

    def _read(self, chunk: _Chunk) -> None:  # noqa: PLR0912 - one branch a field, in the order of their numbers
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
            elif choice.text:
                self.output_bytes += text_size(choice.text)
                self.events += 1
            if choice.finish_reason:
                self._finish_word = choice.finish_reason
        if chunk.usage:
            self._raw_usage = merge_usage(self._raw_usage, chunk.usage)
            self._tier = chunk.service_tier or self._tier
        if chunk.error is not None:
            self._tell_error(chunk.error)

    def _odd(self, block: bytes, data: bytes) -> bytes:
        """Read an event the typed reader cannot: the end mark, lists as content, broken JSON."""
        if data.startswith(b"[DONE]"):
            self.saw_end = True
            return block
        try:
            value = loads_lenient(data)
        except BrokenJsonError:
            return block if data.isspace() else self._break(block)
        if not is_object(value):
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

    def _is_whole(self, data: bytes) -> bool:
        return data.startswith(b"[DONE]") or is_json(data)


def _soften(value: JsonObject) -> _Chunk:
    """Read a chunk whose values have unusual types."""
    listed = value.get("choices")
    choices = [_soften_choice(item) for item in (listed if is_list(listed) else ()) if is_object(item)]
    usage = value.get("usage")
    return _Chunk(
        choices=choices,
        usage=usage if is_object(usage) else None,
        error=value.get("error"),
        service_tier=value.get("service_tier"),
    )


def _soften_choice(item: JsonObject) -> _Choice:
    given, word = item.get("delta"), item.get("finish_reason")
    delta: JsonObject = given if is_object(given) else {}
    return _Choice(
        delta=_Delta(
            content=_words(delta.get("content")),
            reasoning_content=_words(delta.get("reasoning_content") or delta.get("reasoning")),
            refusal=_words(delta.get("refusal")),
            tool_calls=[_Call(function=_Function(arguments=a)) for a in _arguments(delta)] or None,
        )
        if given is not None
        else None,
        text=_words(item.get("text")),
        finish_reason=str(word) if word else None,
    )


def _arguments(message: JsonObject) -> list[str]:
    """Return the arguments of each tool call of a message or delta."""
    calls = message.get("tool_calls")
    found: list[str] = []
    for call in calls if is_list(calls) else ():
        function = call.get("function") if is_object(call) else None
        if is_object(function):
            found.append(arguments_text(function.get("arguments")))
    return found


def _words(value: Any) -> str | None:
    if isinstance(value, str) or value is None:
        return value
    if not is_list(value):
        return None
    return "".join(
        thinking_text(item.get("thinking")) if item.get("type") == "thinking" else str(item.get("text") or "")
        for item in value
        if is_object(item)
    )


def read_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Return usage, finish and output size of a passed-through finished answer."""
    try:
        answer = _decode_answer(body)
    except msgspec.ValidationError:
        return _read_odd_answer(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    size = 0
    finish: Finish | None = None
    for choice in answer.choices or ():
        message = choice.message
        has_calls = False
        if message is not None:
            text = message.content
            if text:
                size += len(text) if text.isascii() else text_size(text)
            if message.refusal:
                size += text_size(message.refusal)
            thought = message.reasoning_content or message.reasoning
            if thought:
                size += text_size(thought)
            if message.tool_calls:
                arguments = _arguments({"tool_calls": message.tool_calls})
                has_calls = bool(arguments)
                size += sum([text_size(text) for text in arguments])
        elif choice.text:
            size += text_size(choice.text)
        if finish is None:
            finish = read_finish(choice.finish_reason, has_tool_calls=has_calls)
    usage = read_usage(answer.usage, tier=answer.service_tier) if answer.usage else None
    return usage, finish, size


def _read_odd_answer(body: bytes) -> tuple[Usage | None, Finish | None, int]:
    """Read an answer that has other types than the dialect says in some places."""
    try:
        answer = _decode_odd_answer(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    size = 0
    finish: Finish | None = None
    for choice in answer.choices or ():
        message: JsonObject = choice.message if is_object(choice.message) else {}
        arguments = _arguments(message)
        words = [_words(message.get(name)) or "" for name in ("content", "refusal")]
        words.append(_words(message.get("reasoning_content") or message.get("reasoning")) or "")
        size += sum(text_size(text) for text in (*words, *arguments))
        if finish is None:
            finish = read_finish(choice.finish_reason, has_tool_calls=bool(arguments))
    usage = read_usage(answer.usage, tier=answer.service_tier) if answer.usage else None
    return usage, finish, size


class _Message(msgspec.Struct, gc=False):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: object = None


class _AnswerChoice(msgspec.Struct, gc=False):
    message: _Message | None = None
    text: str | None = None
    finish_reason: object = None


class _Answer(msgspec.Struct, gc=False):
    choices: list[_AnswerChoice] | None = None
    usage: dict[str, object] | None = None
    service_tier: object = None


class _OddChoice(msgspec.Struct, gc=False):
    message: object = None
    finish_reason: object = None


class _OddAnswer(msgspec.Struct, gc=False):
    choices: list[_OddChoice] | None = None
    usage: dict[str, object] | None = None
    service_tier: object = None


_decode_answer = msgspec.json.Decoder(_Answer).decode
_decode_odd_answer = msgspec.json.Decoder(_OddAnswer).decode

"""Streams of Ollama's dialect, written: events in, lines of JSON out.

A tool call is shown whole, because its arguments are an object here; the last line carries the counts.
"""

import time
from collections.abc import Sequence
from typing import ClassVar

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import (
    CitationAdded,
    Finish,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningStart,
    RefusalDelta,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, InStreamError
from salon.gateway.protocols.classify import stream_error
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.ollama.errors import error_object
from salon.gateway.protocols.ollama.response import CARRIED, write_likelihood, write_time, write_tool_call
from salon.gateway.protocols.ollama.usage import TOLD, write_finish, write_usage
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, own_data


class _Call:
    __slots__ = ("arguments", "id", "name")

    def __init__(self, start: ToolCallStart) -> None:
        self.id = start.id
        self.name = start.name
        self.arguments: list[str] = []


class OllamaStreamEncoder:
    """Writes one stream in Ollama's dialect."""

    OPENING: ClassVar = b',"message":{"role":"assistant","content":'
    """Stands before the text of a line."""
    CLOSING: ClassVar = b"}"
    """Ends what ``OPENING`` opened."""

    def __init__(self, context: EncodeContext) -> None:
        self.lost: set[Loss] = set()
        self._began_ns = time.monotonic_ns()
        self._usage: Usage | None = None
        self._finish: Finish | None = None
        self._own: JsonObject = {}
        self._calls: dict[int, _Call] = {}
        self._over = False
        head: JsonObject = {"model": context.model, "created_at": write_time(context.created_at_s)}
        self._head = dumps(head)[:-1] + self.OPENING
        self._tail = self.CLOSING + b',"done":false}\n'

    def encode(self, events: Sequence[StreamEvent]) -> bytes:
        """Return the wire bytes for ``events``."""
        out: list[bytes] = []
        for event in events:
            if self._over:
                break
            if isinstance(event, TextDelta) and not event.choice:
                out += (self._head, dumps(event.text))
                logprobs = write_likelihood(event.provider_data) if event.provider_data else None
                if logprobs:
                    out += (self.CLOSING, b',"logprobs":', dumps(logprobs), b',"done":false}\n')
                else:
                    out.append(self._tail)
            else:
                self._event(event, out)
        return b"".join(out)

    def finish(self) -> bytes:
        """Return the bytes that end the stream well."""
        if self._over:
            return b""
        out: list[bytes] = []
        for index in list(self._calls):
            self._end_call(index, out)
        self._over = True
        self.lost.update(losses.ending(self._finish, TOLD))
        usage = self._usage
        if usage is not None and (usage.cached_tokens or usage.cache_write_tokens or usage.reasoning_tokens):
            self.lost.add("usage.details")
        taken_ns = max(1, time.monotonic_ns() - self._began_ns)
        end: JsonObject = {
            "done": True,
            "done_reason": write_finish(self._finish),
            **write_usage(self._usage, duration_ns=taken_ns),
            **self._own,
            **losses.in_stream(self.lost),
        }
        out += (self._head, b'""', self.CLOSING, b",", dumps(end)[1:], b"\n")
        return b"".join(out)

    def error(self, error: SalonError) -> bytes:
        """Return the bytes that end the stream with an error."""
        if self._over:
            return b""
        self._over = True
        return error_object(error) + b"\n"

    def _event(self, event: StreamEvent, out: list[bytes]) -> None:
        if isinstance(event, UsageReported):
            self._usage = event.usage
        elif isinstance(event, ResponseStart):
            self._usage = event.usage or self._usage
            self.lost.update(losses.beside(event.provider_data, "ollama", CARRIED))
        elif isinstance(event, StreamError):
            found = InStreamError(
                message=event.message, type=event.type, code=event.code, status=event.status
            )
            out.append(self.error(stream_error(found, provider="The provider")))
        elif event.choice:
            self.lost.add("n")
        else:
            self._content(event, out)

    def _content(self, event: StreamEvent, out: list[bytes]) -> None:  # noqa: PLR0912 - one branch a kind
        if isinstance(event, ReasoningDelta):
            if event.signature or is_proof_lost(event.provider_data, "ollama"):
                self.lost.add("reasoning_signature")
            if event.text:
                out += (self._head, b'"","thinking":', dumps(event.text), self._tail)
        elif isinstance(event, ReasoningStart):
            if event.redacted is not None:
                self.lost.add("redacted_reasoning")
        elif isinstance(event, RefusalDelta):
            self.lost.add("refusals")
            out += (self._head, dumps(event.text), self._tail)
        elif isinstance(event, ToolCallStart):
            if is_proof_lost(event.provider_data, "ollama"):
                self.lost.add(LOST)
            self._calls[event.index] = _Call(event)
        elif isinstance(event, ToolCallDelta):
            if event.index in self._calls:
                self._calls[event.index].arguments.append(event.arguments)
            else:
                self.lost.add("late_content")
        elif isinstance(event, ToolCallEnd):
            self._end_call(event.index, out)
        elif isinstance(event, CitationAdded):
            self.lost.add("citations")
        elif isinstance(event, OpaqueReceived):
            if event.dialect == "ollama":
                out += (self._head, b'"",', dumps({event.type: event.raw})[1:-1], self._tail)
            else:
                self.lost.add(losses.block(event.type))
        elif isinstance(event, StreamFinish):
            self._finish = event.finish
            self._own = own_data(event.provider_data, "ollama")
            self.lost.update(losses.beside(event.provider_data, "ollama", CARRIED))

    def _end_call(self, index: int, out: list[bytes]) -> None:
        call = self._calls.pop(index, None)
        if call is None:
            return
        wire, whole = write_tool_call(call.id, call.name, "".join(call.arguments))
        if not whole:
            self.lost.add("tool_calls.arguments")
        out += (self._head, b'"","tool_calls":', dumps([wire]), self._tail)

"""Streams of the chat dialect, written: events in, chunks of bytes out."""

from collections.abc import Sequence

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
    ToolCallStart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, InStreamError
from salon.gateway.protocols.classify import stream_error
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.openai.response import CARRIED, answer_id, write_citation
from salon.gateway.protocols.openai.usage import TOLD, write_finish, write_usage
from salon.gateway.protocols.openai_errors import error_object
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, own_data

_TEXT = b',"choices":[{"index":0,"delta":{"content":'
_END = b"data: [DONE]\n\n"


class OpenAIStreamEncoder:
    """Writes one stream in the chat dialect."""

    def __init__(self, context: EncodeContext) -> None:
        self.lost: set[Loss] = set()
        self._include_usage = context.include_usage
        self._usage: Usage | None = None
        self._finished: set[int] = set()
        self._begun: set[int] = set()
        self._slots: dict[tuple[int, int], int] = {}
        self._thoughts: dict[tuple[int, int], list[str]] = {}
        self._slot_count: dict[int, int] = {}
        self._legacy: set[tuple[int, int]] = set()
        self._custom: set[tuple[int, int]] = set()
        self._over = False
        head: JsonObject = {
            "id": answer_id(context),
            "object": "chat.completion.chunk",
            "created": context.created_at_s,
            "model": context.model,
        }
        self._head = b"data: " + dumps(head)[:-1]
        null = b',"usage":null' if self._include_usage else b""
        self._tail = b',"logprobs":null,"finish_reason":null}]' + null + b"}\n\n"
        self._text_head = self._head + _TEXT
        self._text_tail = b"}" + self._tail

    def encode(self, events: Sequence[StreamEvent]) -> bytes:
        """Return the wire bytes for ``events``."""
        out: list[bytes] = []
        for event in events:
            if (
                isinstance(event, TextDelta)
                and not event.choice
                and 0 in self._begun
                and not event.provider_data
            ):
                out += (self._text_head, dumps(event.text), self._text_tail)
            else:
                self._event(event, out)
        return b"".join(out)

    def finish(self) -> bytes:
        """Return the bytes that end the stream well."""
        if self._over:
            return b""
        self._over = True
        out: list[bytes] = []
        if not self._finished:
            self._begin(0, out)
            self._finish_chunk(0, None, out, losses.in_stream(self.lost))
        if self._include_usage:
            usage = dumps(write_usage(self._usage or Usage()))
            out += (self._head, b',"choices":[],"usage":', usage, b"}\n\n")
        out.append(_END)
        return b"".join(out)

    def error(self, error: SalonError) -> bytes:
        """Return the bytes that end the stream with an error."""
        if self._over:
            return b""
        self._over = True
        return b"data: " + dumps({"error": error_object(error)}) + b"\n\n"

    def _extend_head(self, own: JsonObject) -> None:
        """Show a provider's fingerprint and tier in every chunk, as it did."""
        kept = {name: own[name] for name in ("system_fingerprint", "service_tier") if own.get(name)}
        if kept:
            self._head += b"," + dumps(kept)[1:-1]
            self._text_head = self._head + _TEXT

    def _begin(self, choice: int, out: list[bytes]) -> None:
        if choice not in self._begun:
            self._begun.add(choice)
            self._delta(choice, {"role": "assistant", "content": "", "refusal": None}, out)

    def _delta(self, choice: int, delta: JsonObject, out: list[bytes]) -> None:
        out += (self._head, b',"choices":[{"index":%d,"delta":' % choice, dumps(delta), self._tail)

    def _finish_chunk(
        self, choice: int, finish: Finish | None, out: list[bytes], own: JsonObject | None = None
    ) -> None:
        self._finished.add(choice)
        word = write_finish(finish).encode()
        null = b',"usage":null' if self._include_usage else b""
        out += (
            self._head,
            b',"choices":[{"index":%d,"delta":{},"logprobs":null,"finish_reason":"' % choice,
            word,
            b'"}]',
            null,
            b"," + dumps(own)[1:-1] if own else b"",
            b"}\n\n",
        )

    def _event(self, event: StreamEvent, out: list[bytes]) -> None:
        choice = event.choice
        if isinstance(event, UsageReported):
            self._usage = event.usage
        elif isinstance(event, ResponseStart):
            if event.usage:
                self._usage = event.usage
            if event.provider_data:
                self.lost.update(losses.beside(event.provider_data, "openai", CARRIED))
                self._extend_head(own_data(event.provider_data, "openai"))
            self._begin(0, out)
        elif isinstance(event, StreamError):
            found = InStreamError(
                message=event.message, type=event.type, code=event.code, status=event.status
            )
            out.append(self.error(stream_error(found, provider="The provider")))
        elif not self._over:
            self._begin(choice, out)
            self._content(event, choice, out)

    def _content(self, event: StreamEvent, choice: int, out: list[bytes]) -> None:  # noqa: PLR0912 - one branch a kind
        if isinstance(event, TextDelta):
            logprobs = own_data(event.provider_data, "openai").get("logprobs")
            if logprobs:
                head = b',"choices":[{"index":%d,"delta":{"content":' % choice
                null = b',"usage":null' if self._include_usage else b""
                tail = b',"finish_reason":null}]' + null + b"}\n\n"
                out += (self._head, head, dumps(event.text), b'},"logprobs":', dumps(logprobs), tail)
            else:
                self._delta(choice, {"content": event.text}, out)
        elif isinstance(event, ReasoningDelta):
            self._reasoning(event, out)
        elif isinstance(event, ReasoningStart):
            if event.redacted is not None:
                detail = {"type": "reasoning.encrypted", "data": event.redacted, "index": event.index}
                self._delta(choice, {"reasoning_details": [detail]}, out)
        elif isinstance(event, ToolCallStart):
            self._call_start(event, out)
        elif isinstance(event, ToolCallDelta):
            if (choice, event.index) in self._legacy:
                self._delta(choice, {"function_call": {"arguments": event.arguments}}, out)
            else:
                slot = self._slots.get((choice, event.index), 0)
                call: JsonObject = {"index": slot, "function": {"arguments": event.arguments}}
                if (choice, event.index) in self._custom:
                    call = {"index": slot, "custom": {"input": event.arguments}}
                self._delta(choice, {"tool_calls": [call]}, out)
        elif isinstance(event, RefusalDelta):
            self._delta(choice, {"refusal": event.text}, out)
        elif isinstance(event, CitationAdded):
            note = write_citation(event.citation)
            if note is None:
                self.lost.add("citations")
            else:
                self._delta(choice, {"annotations": [note]}, out)
        elif isinstance(event, OpaqueReceived):
            self._opaque(event, out)
        elif isinstance(event, StreamFinish):
            self.lost.update(losses.ending(event.finish, TOLD))
            own = own_data(event.provider_data, "openai")
            told = {name: own[name] for name in ("citations", "search_results") if own.get(name)}
            tier = own_data(event.provider_data, "responses").get("service_tier")
            if tier is not None:
                told["service_tier"] = tier
            self.lost.update(losses.beside(event.provider_data, "openai", CARRIED))
            self._finish_chunk(choice, event.finish, out, {**told, **losses.in_stream(self.lost)})

    def _reasoning(self, event: ReasoningDelta, out: list[bytes]) -> None:
        delta: JsonObject = {}
        thought = self._thoughts.setdefault((event.choice, event.index), [])
        if event.text:
            delta["reasoning_content"] = event.text
            thought.append(event.text)
        details = own_data(event.provider_data, "openai").get("details")
        if is_proof_lost(event.provider_data, "openai"):
            self.lost.add(LOST)
        if details:
            delta["reasoning_details"] = details
        elif event.signature:
            # Its caller sends the details back; a signature without the words that it signs is refused then.
            signed = {"text": "".join(thought), "signature": event.signature}
            delta.setdefault("reasoning_content", "")
            delta["reasoning_details"] = [{"type": "reasoning.text", **signed, "index": event.index}]
        if delta:
            self._delta(event.choice, delta, out)

    def _call_start(self, event: ToolCallStart, out: list[bytes]) -> None:
        kept: JsonObject = dict(own_data(event.provider_data, "openai"))
        if kept.pop("legacy_function", None):
            self._legacy.add((event.choice, event.index))
            self._delta(event.choice, {"function_call": {"name": event.name, "arguments": ""}}, out)
            return
        slot = self._slot_count.get(event.choice, 0)
        self._slot_count[event.choice] = slot + 1
        self._slots[event.choice, event.index] = slot
        call: JsonObject = {"index": slot, "id": event.id, "type": "function"}
        if kept.pop("custom", None):
            self._custom.add((event.choice, event.index))
            call |= {"type": "custom", "custom": {"name": event.name, "input": ""}}
        else:
            call["function"] = {"name": event.name, "arguments": ""}
        call |= kept
        self._delta(event.choice, {"tool_calls": [call]}, out)

    def _opaque(self, event: OpaqueReceived, out: list[bytes]) -> None:
        if event.dialect != "openai":
            self.lost.add(losses.block(event.type))
        elif event.type in {"audio", "images"}:
            self._delta(event.choice, {event.type: event.raw}, out)
        else:
            self._delta(event.choice, {"content": [event.raw]}, out)

"""Streams of OpenAI's older completions, written: events in, chunks of text out."""

from collections.abc import Sequence

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import (
    CitationAdded,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningStart,
    RefusalDelta,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    ToolCallStart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, InStreamError
from salon.gateway.protocols.classify import stream_error
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.openai.completions import CARRIED, answer_id, finish_word, write_logprobs
from salon.gateway.protocols.openai.usage import TOLD, write_finish, write_usage
from salon.gateway.protocols.openai_errors import error_object
from salon.gateway.protocols.wire_json import JsonObject, dumps, own_data


class CompletionsStreamEncoder:
    """Writes one stream of completions."""

    def __init__(self, context: EncodeContext) -> None:
        self.lost: set[Loss] = set()
        self._include_usage = context.include_usage
        self._usage: Usage | None = None
        self._said: dict[int, int] = {}
        self._finished = False
        self._over = False
        head: JsonObject = {
            "id": answer_id(context),
            "object": "text_completion",
            "created": context.created_at_s,
            "model": context.model,
        }
        self._head = b"data: " + dumps(head)[:-1] + b',"choices":['
        self._tail = b'],"usage":null}\n\n' if self._include_usage else b"]}\n\n"

    def encode(self, events: Sequence[StreamEvent]) -> bytes:
        """Return the wire bytes for ``events``."""
        out: list[bytes] = []
        for event in events:
            self._event(event, out)
        return b"".join(out)

    def finish(self) -> bytes:
        """Return the bytes that end the stream well."""
        if self._over:
            return b""
        self._over = True
        out: list[bytes] = []
        if not self._finished:
            self._end_chunk(0, "stop", out)
        if self._include_usage:
            out += (self._head, b'],"usage":', dumps(write_usage(self._usage or Usage())), b"}\n\n")
        out.append(b"data: [DONE]\n\n")
        return b"".join(out)

    def error(self, error: SalonError) -> bytes:
        """Return the bytes that end the stream with an error."""
        if self._over:
            return b""
        self._over = True
        return b"data: " + dumps({"error": error_object(error)}) + b"\n\n"

    def _chunk(
        self,
        choice: int,
        text: str,
        out: list[bytes],
        *,
        logprobs: JsonObject | None = None,
    ) -> None:
        wire = {"index": choice, "text": text, "logprobs": logprobs, "finish_reason": None}
        out += (self._head, dumps(wire), self._tail)

    def _end_chunk(self, choice: int, word: str, out: list[bytes]) -> None:
        """Write the end of a choice, with what was lost so far."""
        wire = {"index": choice, "text": "", "logprobs": None, "finish_reason": word}
        told = losses.in_stream(self.lost)
        more = b"," + dumps(told)[1:-1] if told else b""
        null = b',"usage":null' if self._include_usage else b""
        out += (self._head, dumps(wire), b"]", null, more, b"}\n\n")

    def _event(self, event: StreamEvent, out: list[bytes]) -> None:
        if isinstance(event, UsageReported):
            self._usage = event.usage
        elif isinstance(event, ResponseStart):
            self._usage = event.usage or self._usage
            self.lost.update(losses.beside(event.provider_data, "completions", CARRIED))
            fingerprint = own_data(event.provider_data, "openai").get("system_fingerprint")
            if fingerprint is not None:
                self._head = self._head.replace(
                    b',"choices":[', b',"system_fingerprint":' + dumps(fingerprint) + b',"choices":[', 1
                )
        elif isinstance(event, StreamError):
            found = InStreamError(
                message=event.message, type=event.type, code=event.code, status=event.status
            )
            out.append(self.error(stream_error(found, provider="The provider")))
        elif not self._over:
            self._content(event, out)

    def _content(self, event: StreamEvent, out: list[bytes]) -> None:
        choice = event.choice
        if isinstance(event, TextDelta | RefusalDelta):
            at = self._said.get(choice, 0)
            self._said[choice] = at + len(event.text)
            if isinstance(event, RefusalDelta):
                self.lost.add("refusals")
            kept = own_data(event.provider_data, "openai") if isinstance(event, TextDelta) else {}
            self._chunk(choice, event.text, out, logprobs=write_logprobs(kept.get("logprobs"), at))
        elif isinstance(event, ReasoningStart | ReasoningDelta):
            self.lost.add("reasoning")
        elif isinstance(event, ToolCallStart):
            self.lost.add("tool_calls")
        elif isinstance(event, CitationAdded):
            self.lost.add("citations")
        elif isinstance(event, OpaqueReceived):
            self.lost.add(losses.block(event.type))
        elif isinstance(event, StreamFinish):
            self.lost.update(losses.ending(event.finish, TOLD))
            self.lost.update(losses.beside(event.provider_data, "completions", CARRIED))
            self._finished = True
            self._end_chunk(choice, finish_word(write_finish(event.finish)), out)

"""Streams of the Gemini dialect, written: events in, server-sent chunks out.

A call is shown whole, because its arguments are an object here. The last chunk tells finish reasons,
sources and counts; a door frames the chunks as a JSON array for callers who did not ask for events.
"""

from collections.abc import Sequence

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import (
    CitationAdded,
    CitationPart,
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
from salon.gateway.protocols.gemini.errors import encode_stream_error
from salon.gateway.protocols.gemini.grounding import write_grounding
from salon.gateway.protocols.gemini.logprobs import from_chat
from salon.gateway.protocols.gemini.response import CARRIED, answer_id, call_part, thought_part
from salon.gateway.protocols.gemini.usage import TOLD, write_finish, write_usage
from salon.gateway.protocols.losses import Loss, Lost
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_list, is_object, own_data


class _Choice:
    """One candidate while it is told."""

    __slots__ = ("calls", "finish", "notes", "own", "refused", "said", "text")

    def __init__(self) -> None:
        self.calls: dict[int, tuple[ToolCallStart, list[str]]] = {}
        self.text: list[str] = []
        self.notes: list[CitationPart] = []
        self.finish: Finish | None = None
        self.own: JsonObject = {}
        self.refused = False
        self.said = False


class GeminiStreamEncoder:
    """Writes one stream in the Gemini dialect."""

    def __init__(self, context: EncodeContext) -> None:
        self.lost: set[Loss] = set()
        self._request_id = context.request_id
        self._usage: Usage | None = None
        self._choices: dict[int, _Choice] = {}
        self._over = False
        self._names: JsonObject = {"modelVersion": context.model, "responseId": answer_id(context)}
        names = dumps(self._names)[1:]
        self._head = b'data: {"candidates":[{"content":{"parts":['
        self._tail = b'],"role":"model"},"index":%d}],' + names.replace(b"%", b"%%") + b"\n\n"
        self._text_head = self._head + b'{"text":'
        self._text_tail = b"}" + self._tail % 0

    def encode(self, events: Sequence[StreamEvent]) -> bytes:
        """Return the wire bytes for ``events``."""
        out: list[bytes] = []
        for event in events:
            if self._over:
                break
            if isinstance(event, TextDelta) and not event.choice and not event.provider_data:
                choice = self._choice(0)
                choice.said = True
                choice.text.append(event.text)
                out += (self._text_head, dumps(event.text), self._text_tail)
            else:
                self._event(event, out)
        return b"".join(out)

    def finish(self) -> bytes:
        """Return the bytes that end the stream well."""
        if self._over:
            return b""
        out: list[bytes] = []
        for number, choice in self._choices.items():
            for index in list(choice.calls):
                self._end_call(choice, number, index, out)
        self._over = True
        if not self._choices:
            self._choice(0)
        candidates = [self._last(number, choice) for number, choice in sorted(self._choices.items())]
        wire: JsonObject = {"candidates": candidates}
        feedback = candidates[0].pop("promptFeedback", None)
        if feedback is not None:
            wire["promptFeedback"] = feedback
            if not any(choice.said for choice in self._choices.values()):
                del wire["candidates"]
        wire["usageMetadata"] = write_usage(self._usage or Usage())
        out += (b"data: ", dumps({**wire, **self._names, **losses.in_stream(self.lost)}), b"\n\n")
        return b"".join(out)

    def error(self, error: SalonError) -> bytes:
        """Return the bytes that end the stream with an error."""
        if self._over:
            return b""
        self._over = True
        return encode_stream_error(error, request_id=self._request_id)

    def _choice(self, number: int) -> _Choice:
        choice = self._choices.get(number)
        if choice is None:
            choice = self._choices[number] = _Choice()
        return choice

    def _last(self, number: int, choice: _Choice) -> JsonObject:
        self.lost.update(losses.ending(choice.finish, TOLD))
        candidate: JsonObject = {
            "content": {"parts": [{"text": ""}], "role": "model"},
            "finishReason": write_finish(choice.finish, refused=choice.refused),
            "index": number,
        }
        grounding, all_told = write_grounding(choice.notes, "".join(choice.text))
        if grounding is not None:
            candidate["groundingMetadata"] = grounding
        if not all_told:
            self.lost.add("citations")
        return {**candidate, **choice.own}

    def _event(self, event: StreamEvent, out: list[bytes]) -> None:
        if isinstance(event, UsageReported):
            self._usage = event.usage
        elif isinstance(event, ResponseStart):
            self._usage = event.usage or self._usage
            self.lost.update(losses.beside(event.provider_data, "gemini", CARRIED))
        elif isinstance(event, StreamError):
            found = InStreamError(
                message=event.message, type=event.type, code=event.code, status=event.status
            )
            out.append(self.error(stream_error(found, provider="The provider")))
        else:
            self._content(event, self._choice(event.choice), out)

    def _part(self, number: int, part: JsonObject, out: list[bytes]) -> None:
        self._choice(number).said = True
        out += (self._head, dumps(part), self._tail % number)

    def _content(self, event: StreamEvent, choice: _Choice, out: list[bytes]) -> None:  # noqa: PLR0912 - one branch a kind
        if isinstance(event, TextDelta):
            self._text(event, choice, out)
        elif isinstance(event, ReasoningDelta):
            if is_proof_lost(event.provider_data, "gemini"):
                self.lost.add(LOST)
            if event.text or event.signature:
                lost: Lost = {}
                self._part(event.choice, thought_part(event.text, event.signature, lost), out)
                self.lost |= lost.keys()
        elif isinstance(event, ReasoningStart):
            if event.redacted is not None:
                self.lost.add("redacted_reasoning")
        elif isinstance(event, RefusalDelta):
            choice.refused = True
            self._part(event.choice, {"text": event.text}, out)
        elif isinstance(event, ToolCallStart):
            choice.calls[event.index] = (event, [])
        elif isinstance(event, ToolCallDelta):
            if event.index in choice.calls:
                choice.calls[event.index][1].append(event.arguments)
            else:
                self.lost.add("late_content")
        elif isinstance(event, ToolCallEnd):
            self._end_call(choice, event.choice, event.index, out)
        elif isinstance(event, CitationAdded):
            choice.notes.append(event.citation)
        elif isinstance(event, OpaqueReceived):
            if event.dialect == "gemini" and is_object(event.raw):
                self._part(event.choice, event.raw, out)
            else:
                self.lost.add(losses.block(event.type))
        elif isinstance(event, StreamFinish):
            choice.finish = event.finish
            choice.own = {**choice.own, **own_data(event.provider_data, "gemini")}
            self.lost.update(losses.beside(event.provider_data, "gemini", CARRIED))

    def _text(self, event: TextDelta, choice: _Choice, out: list[bytes]) -> None:
        choice.text.append(event.text)
        choice.said = True
        part: JsonObject = {"text": event.text, **own_data(event.provider_data, "gemini")}
        logprobs = own_data(event.provider_data, "openai").get("logprobs")
        content = logprobs.get("content") if is_object(logprobs) else None
        if not is_list(content):
            self._part(event.choice, part, out)
            return
        candidate: JsonObject = {
            "content": {"parts": [part], "role": "model"},
            "index": event.choice,
            "logprobsResult": from_chat(content),
        }
        out += (b"data: ", dumps({"candidates": [candidate], **self._names}), b"\n\n")

    def _end_call(self, choice: _Choice, number: int, index: int, out: list[bytes]) -> None:
        call = choice.calls.pop(index, None)
        if call is None:
            return
        start, arguments = call
        lost: Lost = {}
        own = own_data(start.provider_data, "gemini")
        self._part(number, call_part(start.id, start.name, "".join(arguments), own=own, lost=lost), out)
        self.lost |= lost.keys()

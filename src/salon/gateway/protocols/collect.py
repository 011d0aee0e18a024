"""Between streams and finished answers: events gathered into a Response, a Response told as events.

Used where a target cannot stream, or where a caller did not ask for a stream and the target only can.
"""

from collections.abc import Iterable

import msgspec

from salon.foundation.messages import (
    CitationAdded,
    CitationPart,
    Finish,
    OpaquePart,
    OpaqueReceived,
    Part,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningPart,
    ReasoningStart,
    RefusalDelta,
    RefusalPart,
    Response,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    TextEnd,
    TextPart,
    TextStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallPart,
    ToolCallStart,
    ToolResultPart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object, own_data


class _Gathering:
    """One part while it grows."""

    __slots__ = ("citations", "own", "part", "signature", "text")

    def __init__(self, part: Part) -> None:
        self.part = part
        self.text: list[str] = []
        self.signature: str | None = None
        self.citations: list[CitationPart] = []
        self.own: JsonObject | None = None

    def whole(self) -> Part:
        """Return the part with everything that arrived for it."""
        part, text = self.part, "".join(self.text)
        if isinstance(part, TextPart):
            return TextPart(text=text, provider_data=part.provider_data)
        if isinstance(part, RefusalPart):
            return RefusalPart(text=text)
        if isinstance(part, ReasoningPart):
            return ReasoningPart(
                text=text, signature=self.signature, redacted=part.redacted, provider_data=self.own
            )
        if isinstance(part, ToolCallPart):
            return ToolCallPart(id=part.id, name=part.name, arguments=text, provider_data=part.provider_data)
        return part


class _Choice:
    def __init__(self) -> None:
        self.parts: dict[int, _Gathering] = {}
        self.loose: list[Part] = []
        self.finish: Finish | None = None
        self.own: dict[str, JsonObject] = {}

    def all_parts(self) -> tuple[Part, ...]:
        out: list[Part] = []
        for _, gathering in sorted(self.parts.items()):
            out.append(gathering.whole())
            out += gathering.citations
        return (*out, *self.loose)


class ResponseCollector:
    """Gathers the events of one stream into one Response."""

    def __init__(self) -> None:
        self._start: ResponseStart | None = None
        self._choices: dict[int, _Choice] = {}
        self._usage: Usage | None = None
        self.error: StreamError | None = None

    def add(self, events: Iterable[StreamEvent]) -> None:
        """Take more events."""
        for event in events:
            self._add(event)

    def response(self) -> Response:
        """Return what was gathered; ``error`` tells whether the stream failed after it."""
        start = self._start or ResponseStart()
        ordered = [choice for _, choice in sorted(self._choices.items())] or [_Choice()]
        first = ordered[0]
        own = {**(start.provider_data or {})}
        for dialect, values in first.own.items():
            own[dialect] = {**(own.get(dialect) or {}), **values}
        return Response(
            id=start.id,
            model=start.model,
            created_at_s=start.created_at_s,
            parts=first.all_parts(),
            finish=first.finish,
            usage=self._usage,
            provider_data=own or None,
            alternatives=tuple(
                Response(
                    id=None,
                    model=None,
                    parts=other.all_parts(),
                    finish=other.finish,
                    usage=None,
                    provider_data=dict(other.own) or None,
                )
                for other in ordered[1:]
            ),
        )

    def _add(self, event: StreamEvent) -> None:
        if isinstance(event, ResponseStart):
            self._start = event
            self._usage = event.usage or self._usage
        elif isinstance(event, UsageReported):
            self._usage = event.usage
        elif isinstance(event, StreamError):
            self.error = event
        else:
            choice = self._choices.get(event.choice)
            if choice is None:
                choice = self._choices[event.choice] = _Choice()
            _gather(choice, event)


_Content = (
    TextStart
    | TextDelta
    | TextEnd
    | ReasoningStart
    | ReasoningDelta
    | ReasoningEnd
    | ToolCallStart
    | ToolCallDelta
    | ToolCallEnd
    | CitationAdded
    | RefusalDelta
    | OpaqueReceived
    | StreamFinish
)


def _gather(choice: _Choice, event: _Content) -> None:  # noqa: PLR0912 - one branch a kind
    parts = choice.parts
    if isinstance(event, TextDelta):
        gathering = parts.setdefault(event.index, _Gathering(TextPart(text="")))
        gathering.text.append(event.text)
        logprobs = own_data(event.provider_data, "openai").get("logprobs")
        if is_object(logprobs):
            _merge_logprobs(choice, logprobs)
        _keep_signature(gathering, event)
    elif isinstance(event, TextStart):
        parts[event.index] = _Gathering(TextPart(text="", provider_data=event.provider_data))
    elif isinstance(event, TextEnd):
        if event.whole is not None and event.index in parts:
            parts[event.index].text = [event.whole]
    elif isinstance(event, ReasoningStart):
        parts[event.index] = _Gathering(ReasoningPart(redacted=event.redacted))
    elif isinstance(event, ReasoningDelta):
        gathering = parts.setdefault(event.index, _Gathering(ReasoningPart()))
        gathering.text.append(event.text)
        gathering.signature = event.signature or gathering.signature
        item = own_data(event.provider_data, "responses").get("item")
        if is_object(item):
            gathering.own = {"responses": {"item": item}}
        elif thought := own_data(event.provider_data, "gemini"):
            gathering.own = {"gemini": thought}
    elif isinstance(event, ToolCallStart):
        call = ToolCallPart(id=event.id, name=event.name, arguments="", provider_data=event.provider_data)
        parts[event.index] = _Gathering(call)
    elif isinstance(event, ToolCallDelta):
        if event.index in parts:
            parts[event.index].text.append(event.arguments)
    elif isinstance(event, RefusalDelta):
        parts.setdefault(event.index, _Gathering(RefusalPart(text=""))).text.append(event.text)
    elif isinstance(event, CitationAdded):
        if event.index in parts:
            parts[event.index].citations.append(event.citation)
        else:
            choice.loose.append(event.citation)
    elif isinstance(event, OpaqueReceived):
        part = OpaquePart(dialect=event.dialect, type=event.type, raw=event.raw)
        if event.index is None:
            choice.loose.append(part)
        else:
            parts[event.index] = _Gathering(part)
    elif isinstance(event, StreamFinish):
        choice.finish = event.finish
        for dialect, values in (event.provider_data or {}).items():
            choice.own[dialect] = {**choice.own.get(dialect, {}), **values}


def _keep_signature(gathering: _Gathering, event: TextDelta) -> None:
    """Keep Gemini's proof of a text part, which may come with any of its deltas."""
    signed = own_data(event.provider_data, "gemini")
    if signed and isinstance(gathering.part, TextPart):
        kept = {**(gathering.part.provider_data or {}), "gemini": signed}
        gathering.part = TextPart(text="", provider_data=kept)


def _merge_logprobs(choice: _Choice, logprobs: JsonObject) -> None:
    kept = choice.own.setdefault("openai", {}).setdefault("logprobs", {})
    for name, items in logprobs.items():
        if is_list(items):
            kept[name] = [*(kept.get(name) or ()), *items]
        else:
            kept.setdefault(name, items)


def response_events(response: Response) -> list[StreamEvent]:
    """Tell a finished answer as the events of a stream."""
    out: list[StreamEvent] = [
        ResponseStart(
            id=response.id,
            model=response.model,
            created_at_s=response.created_at_s,
            provider_data=response.provider_data,
        )
    ]
    choices = (response, *response.alternatives)
    for number, choice in enumerate(choices):
        _tell_parts(choice, number, out)
    if response.usage is not None:
        out.append(UsageReported(usage=response.usage))
    for number, choice in enumerate(choices):
        finish = choice.finish or Finish(reason="unknown")
        out.append(StreamFinish(choice=number, finish=finish, provider_data=choice.provider_data))
    return out


def _tell_parts(response: Response, choice: int, out: list[StreamEvent]) -> None:
    logprobs = own_data(response.provider_data, "openai").get("logprobs")
    first_text = next((part for part in response.parts if isinstance(part, TextPart)), None)
    index = -1
    last = len(response.parts) - 1
    text_open = False
    for at, part in enumerate(response.parts):
        if isinstance(part, CitationPart):
            out.append(CitationAdded(choice=choice, index=max(index, 0), citation=part))
        else:
            index += 1
            text_open = _tell_part(part, index, choice, out)
            if text_open and logprobs is not None and part == first_text and isinstance(out[-1], TextDelta):
                kept = {"openai": {"logprobs": logprobs}}
                out[-1] = msgspec.structs.replace(out[-1], provider_data=kept)
        followed = at < last and isinstance(response.parts[at + 1], CitationPart)
        if text_open and not followed:
            out.append(TextEnd(choice=choice, index=index))
            text_open = False


def _tell_part(part: Part, index: int, choice: int, out: list[StreamEvent]) -> bool:
    """Tell one part; True when it is text, left open for the citations that may follow."""
    if isinstance(part, TextPart):
        out.append(TextStart(choice=choice, index=index, provider_data=part.provider_data))
        if part.text:
            out.append(TextDelta(choice=choice, index=index, text=part.text))
        return True
    if isinstance(part, ReasoningPart):
        out.append(ReasoningStart(choice=choice, index=index, redacted=part.redacted))
        item = own_data(part.provider_data, "responses").get("item")
        own = {"responses": {"item": item}} if is_object(item) else None
        if part.text or part.signature or own:
            out.append(
                ReasoningDelta(
                    choice=choice, index=index, text=part.text, signature=part.signature, provider_data=own
                )
            )
        out.append(ReasoningEnd(choice=choice, index=index))
    elif isinstance(part, ToolCallPart):
        out.append(
            ToolCallStart(
                choice=choice, index=index, id=part.id, name=part.name, provider_data=part.provider_data
            )
        )
        out.append(ToolCallDelta(choice=choice, index=index, arguments=part.arguments or "{}"))
        out.append(ToolCallEnd(choice=choice, index=index))
    elif isinstance(part, RefusalPart):
        out.append(RefusalDelta(choice=choice, index=index, text=part.text))
    elif isinstance(part, OpaquePart):
        position = None if part.type in {"audio", "images"} else index
        out.append(
            OpaqueReceived(choice=choice, dialect=part.dialect, type=part.type, raw=part.raw, index=position)
        )
    elif not isinstance(part, ToolResultPart):
        out.append(
            OpaqueReceived(choice=choice, dialect="salon", type=part_name(part), raw=None, index=index)
        )
    return False

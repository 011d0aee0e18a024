"""Streams of the chat dialect, read: chunks of bytes in, events out.

Facts it is built on (each has a test): usage may come with a choice, without one, or in every chunk; a
finish reason may be repeated and more content may follow it, so finishes are told at the end; a tool
call may lack its index or id, and two ids on one index are two calls; content may be a list; the first
chunk may have no choices; the end mark may be missing; an error may come inside a 200.
"""

from typing import Any

from salon.foundation.messages import (
    CitationAdded,
    CitationPart,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    UsageReported,
)
from salon.gateway.protocols.classify import error_of, status_in
from salon.gateway.protocols.event_streams import EventDecoder
from salon.gateway.protocols.openai.call_slots import CallSlots
from salon.gateway.protocols.openai.chunks import Choice, Chunk, Delta, read_chunk
from salon.gateway.protocols.openai.parts import thinking_text
from salon.gateway.protocols.openai.response import read_annotation
from salon.gateway.protocols.openai.usage import merge_usage, read_finish, read_usage
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    is_list,
    is_object,
    loads_lenient,
    objects_in,
    seconds,
)


class _ChoiceState:
    __slots__ = ("calls", "finish", "thought", "track")

    def __init__(self, number: int) -> None:
        self.track = PartTrack(number)
        self.calls = CallSlots(self.track)
        self.finish: str | None = None
        self.thought: list[str] = []
        """The words of the reasoning that is open, or was open last."""


class OpenAIStreamDecoder(EventDecoder):
    """Reads a provider's stream. Feed bytes as they come, cut anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._choices: dict[int, _ChoiceState] = {}
        self._usage: JsonObject | None = None
        self._tier: object = None
        self._sources: JsonObject = {}
        self._sources_told = False

    def _block(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        if self._over:
            return
        data = block_data(block)
        if not data or data.isspace():
            return
        if data.startswith(b"[DONE]"):
            self._end(out)
            return
        try:
            chunk = read_chunk(data)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        self._chunk(chunk, data, out)

    def _end_unmarked(self, out: list[StreamEvent]) -> bool:
        if not any(state.finish for state in self._choices.values()):
            return False
        self._end(out)
        return True

    def _chunk(self, chunk: Chunk, data: bytes, out: list[StreamEvent]) -> None:
        if not self._started and (chunk.choices or chunk.id or chunk.model):
            self._start(chunk, out)
        for choice in chunk.choices or ():
            self._choice(choice, out)
        if is_object(chunk.usage) and chunk.usage:
            self._usage = merge_usage(self._usage, chunk.usage)
            self._tier = chunk.service_tier or self._tier
            out.append(UsageReported(usage=read_usage(self._usage, tier=self._tier)))
        if chunk.citations:
            self._sources["citations"] = chunk.citations
        if chunk.search_results:
            self._sources["search_results"] = chunk.search_results
        if chunk.error:
            self._tell_error(chunk.error, out)
        elif chunk.choices is None and chunk.usage is None and not chunk.id:
            self._bare_error(data, out)

    def _bare_error(self, data: bytes, out: list[StreamEvent]) -> None:
        """Read an event that is an error without the ``error`` object, such as ``{"detail": ...}``."""
        value = loads_lenient(data)
        if is_object(value) and (body := error_of(value)).message:
            self._over = True
            out.append(
                StreamError(
                    message=body.message or "",
                    type=body.type,
                    code=body.code,
                    status=status_in(value),
                    raw=value,
                )
            )

    def _start(self, chunk: Chunk, out: list[StreamEvent]) -> None:
        if not chunk.choices and not chunk.model:
            return
        self._started = True
        own: JsonObject = {}
        if chunk.system_fingerprint is not None:
            own["system_fingerprint"] = chunk.system_fingerprint
        if chunk.service_tier is not None:
            own["service_tier"] = chunk.service_tier
        out.append(
            ResponseStart(
                id=chunk.id if isinstance(chunk.id, str) and chunk.id else None,
                model=chunk.model if isinstance(chunk.model, str) and chunk.model else None,
                created_at_s=seconds(chunk.created),
                provider_data={"openai": own} if own else None,
            )
        )

    def _choice(self, choice: Choice, out: list[StreamEvent]) -> None:
        number = choice.index if isinstance(choice.index, int) else 0
        state = self._choices.get(number)
        if state is None:
            state = self._choices[number] = _ChoiceState(number)
        if choice.delta is not None:
            self._delta(state, choice.delta, choice.logprobs, out)
        elif choice.text:
            self._delta(state, Delta(content=choice.text), choice.logprobs, out)
        if choice.finish_reason:
            state.finish = str(choice.finish_reason)

    def _delta(self, state: _ChoiceState, delta: Delta, logprobs: Any, out: list[StreamEvent]) -> None:  # noqa: PLR0912 - one branch a kind
        track = state.track
        if delta.reasoning_details or delta.reasoning_content or delta.reasoning:
            self._reasoning(state, delta, out)
        content = delta.content
        if content:
            if isinstance(content, str):
                kept = {"openai": {"logprobs": logprobs}} if logprobs else None
                index = track.run("text", out)
                out.append(TextDelta(choice=track.choice, index=index, text=content, provider_data=kept))
            elif is_list(content):
                self._content_list(track, content, out)
        elif content == "" and track.kind == "text" and is_object(logprobs) and logprobs.get("content"):
            # Bytes of a character that a later token completes.
            kept = {"openai": {"logprobs": logprobs}}
            out.append(TextDelta(choice=track.choice, index=track.index, text="", provider_data=kept))
        if isinstance(delta.refusal, str) and delta.refusal:
            index = track.run("refusal", out)
            out.append(RefusalDelta(choice=track.choice, index=index, text=delta.refusal))
        if delta.annotations and is_list(delta.annotations):
            for note in delta.annotations:
                if is_object(note):
                    self._cite(track, read_annotation(note), out)
        if delta.tool_calls and is_list(delta.tool_calls):
            for call in delta.tool_calls:
                if is_object(call):
                    state.calls.add(call, out)
        if is_object(delta.function_call) and any(delta.function_call.values()):
            state.calls.add({"index": 0, "function": delta.function_call}, out, legacy=True)
        if delta.audio:
            out.append(OpaqueReceived(dialect="openai", type="audio", raw=delta.audio, choice=track.choice))
        if delta.images:
            out.append(OpaqueReceived(dialect="openai", type="images", raw=delta.images, choice=track.choice))

    def _reasoning(self, state: _ChoiceState, delta: Delta, out: list[StreamEvent]) -> None:
        track = state.track
        plain = delta.reasoning_content or delta.reasoning or None
        details = delta.reasoning_details
        kept: JsonObject | None = None
        signature: str | None = None
        if is_list(details) and details:
            kept = {"openai": {"details": details}}
            for item in details:
                if is_object(item) and isinstance(item.get("signature"), str) and item["signature"]:
                    signature = item["signature"]
            if not isinstance(plain, str):
                plain = "".join(
                    item["text"] for item in details if is_object(item) and isinstance(item.get("text"), str)
                )
                # This house tells the words once more with what proves them, beside empty words. Others may
                # send empty words beside all of theirs.
                if delta.reasoning_content == "" and plain == "".join(state.thought):
                    plain = ""
        text = plain if isinstance(plain, str) else ""
        hidden = [item["data"] for item in objects_in(details) if _is_hidden(item)]
        if text or signature is not None or (kept is not None and not hidden):
            if track.kind != "reasoning":
                state.thought = []
            state.thought.append(text)
            index = track.run("reasoning", out)
            out.append(
                ReasoningDelta(
                    choice=track.choice, index=index, text=text, signature=signature, provider_data=kept
                )
            )
        for data in hidden:
            track.end_run(out)
            index = track.allot()
            out += (
                ReasoningStart(choice=track.choice, index=index, redacted=data),
                ReasoningEnd(choice=track.choice, index=index),
            )

    def _content_list(self, track: PartTrack, items: list[Any], out: list[StreamEvent]) -> None:
        for item in items:
            if not is_object(item):
                continue
            kind, text = item.get("type"), item.get("text")
            if kind == "text" and isinstance(text, str):
                if text:
                    out.append(TextDelta(choice=track.choice, index=track.run("text", out), text=text))
            elif kind == "thinking":
                words = thinking_text(item.get("thinking"))
                if words:
                    index = track.run("reasoning", out)
                    out.append(ReasoningDelta(choice=track.choice, index=index, text=words))
            else:
                track.end_run(out)
                out.append(
                    OpaqueReceived(
                        choice=track.choice,
                        dialect="openai",
                        type=str(kind),
                        raw=item,
                        index=track.allot(),
                    )
                )

    def _cite(self, track: PartTrack, citation: CitationPart, out: list[StreamEvent]) -> None:
        index = track.index if track.kind == "text" else max(track.index, 0)
        out.append(CitationAdded(choice=track.choice, index=index, citation=citation))

    def _end(self, out: list[StreamEvent]) -> None:
        self._over = True
        self._tell_sources(out)
        own = {"openai": self._sources} if self._sources else None
        for number, state in sorted(self._choices.items()):
            state.track.end_run(out)
            state.calls.end(out)
            finish = read_finish(state.finish, has_tool_calls=state.calls.any)
            out.append(StreamFinish(choice=number, finish=finish, provider_data=own))
        if not self._choices:
            out.append(StreamFinish(finish=read_finish(None, has_tool_calls=False)))

    def _tell_sources(self, out: list[StreamEvent]) -> None:
        """Tell Perplexity's sources once: it repeats them in every chunk."""
        results = self._sources.get("search_results")
        first = self._choices.get(0)
        if not is_list(results) or first is None:
            return
        for item in results:
            if is_object(item):
                url, title, text = (item.get(name) for name in ("url", "title", "snippet"))
                citation = CitationPart(
                    url=url if isinstance(url, str) else None,
                    title=title if isinstance(title, str) else None,
                    text=text if isinstance(text, str) else None,
                    provider_data={"openai": {"search_result": item}},
                )
                self._cite(first.track, citation, out)


def _is_hidden(detail: JsonObject) -> bool:
    """Tell whether this is reasoning that its provider hides; a signature proves words and hides none."""
    data = detail.get("data")
    return isinstance(data, str) and bool(data) and not detail.get("text")

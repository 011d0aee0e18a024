"""Chunks of an answer, read: what each adds. A finished answer is one chunk.

Facts it is built on: every chunk may carry counts and a finish reason, the last ones hold; old models
say ``STOP`` in every chunk, so finishes are told at the end; calls come whole and may lack an id; a
signature may come with any part, also with an empty one at the end; a prompt that was refused has a
``promptFeedback`` and no candidate.
"""

from datetime import datetime
from typing import Any

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationAdded,
    OpaqueReceived,
    ReasoningDelta,
    ResponseStart,
    StreamEvent,
    StreamFinish,
    TextDelta,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    UsageReported,
)
from salon.gateway.protocols.gemini.grounding import read_citations
from salon.gateway.protocols.gemini.logprobs import to_chat
from salon.gateway.protocols.gemini.parts import SIGNATURE, kind_of
from salon.gateway.protocols.gemini.proto import camel_keys
from salon.gateway.protocols.gemini.usage import blocked, merge_usage, read_finish, read_usage
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.wire_json import JsonObject, dumps_text, is_object, objects_in, seconds

_CANDIDATE = {"content", "index", "finishReason", "logprobsResult"}
_ENVELOPE = {"candidates", "usageMetadata", "modelVersion", "responseId", "createTime", "promptFeedback"}


class _Candidate:
    """One candidate so far."""

    __slots__ = ("calls", "finish", "own", "text", "text_index", "track")

    def __init__(self, number: int) -> None:
        self.track = PartTrack(number)
        self.calls = 0
        self.finish: Any = None
        self.own: JsonObject = {}
        self.text: list[str] = []
        self.text_index = 0
        """The part that sources are told for: the last text."""


class ChunkReader:
    """Reads the chunks of one answer, in order."""

    def __init__(self) -> None:
        self._candidates: dict[int, _Candidate] = {}
        self._usage: JsonObject | None = None
        self._feedback: JsonObject | None = None
        self._own: JsonObject = {}
        self.started = False
        """Whether anything of an answer was seen."""

    @property
    def is_whole(self) -> bool:
        """Whether some candidate told why it ended, or the prompt was refused."""
        return self._feedback is not None or any(state.finish for state in self._candidates.values())

    def read(self, chunk: JsonObject, out: list[StreamEvent]) -> None:
        """Take one chunk, its names in camelCase."""
        if not self.started and any(chunk.get(name) is not None for name in _ENVELOPE):
            self._start(chunk, out)
        for place, item in enumerate(objects_in(chunk.get("candidates"))):
            self._candidate(camel_keys(item), place, out)
        usage = chunk.get("usageMetadata")
        if is_object(usage) and usage:
            self._usage = merge_usage(self._usage, usage)
            out.append(UsageReported(usage=read_usage(self._usage)))
        feedback = chunk.get("promptFeedback")
        if is_object(feedback):
            if camel_keys(feedback).get("blockReason"):
                self._feedback = feedback
            else:
                self._own["promptFeedback"] = feedback

    def end(self, out: list[StreamEvent]) -> None:
        """Tell sources and finishes."""
        for number, state in sorted(self._candidates.items()):
            notes = read_citations(state.own, "".join(state.text))
            out += [CitationAdded(choice=number, index=state.text_index, citation=note) for note in notes]
            state.track.end_run(out)
        for number, state in sorted(self._candidates.items()):
            finish = read_finish(state.finish, has_tool_calls=state.calls > 0)
            if finish is not None:
                own = {**self._own, **state.own}
                kept: JsonObject | None = {"gemini": own} if own else None
                out.append(StreamFinish(choice=number, finish=finish, provider_data=kept))
        if self._feedback is not None and not self._candidates:
            finish = blocked(camel_keys(self._feedback).get("blockReason"))
            told: JsonObject = {"gemini": {"promptFeedback": self._feedback}}
            out.append(StreamFinish(finish=finish, provider_data=told))

    def _start(self, chunk: JsonObject, out: list[StreamEvent]) -> None:
        self.started = True
        answer_id, model = chunk.get("responseId"), chunk.get("modelVersion")
        out.append(
            ResponseStart(
                id=answer_id if isinstance(answer_id, str) and answer_id else None,
                model=model if isinstance(model, str) and model else None,
                created_at_s=_time(chunk.get("createTime")),
            )
        )

    def _candidate(self, item: JsonObject, place: int, out: list[StreamEvent]) -> None:
        index = item.get("index")
        number = index if isinstance(index, int) and not isinstance(index, bool) else place
        state = self._candidates.get(number)
        if state is None:
            state = self._candidates[number] = _Candidate(number)
        content = item.get("content")
        logprobs = to_chat(item.get("logprobsResult"))
        for part in objects_in(content.get("parts")) if is_object(content) else ():
            if self._part(state, camel_keys(part), part, logprobs, out):
                logprobs = None
        state.finish = item.get("finishReason") or state.finish
        for name, value in item.items():
            if name in _CANDIDATE or value is None:
                continue
            before = state.own.get(name)
            # Later chunks may say only what is new.
            state.own[name] = {**before, **value} if is_object(before) and is_object(value) else value

    def _part(
        self,
        state: _Candidate,
        part: JsonObject,
        raw: JsonObject,
        logprobs: JsonObject | None,
        out: list[StreamEvent],
    ) -> bool:
        """Read one part; True when it took ``logprobs`` along."""
        kind = kind_of(raw)
        call = part.get("functionCall")
        if kind == "text" and isinstance(part.get("text"), str):
            return self._text(state, part, raw, logprobs, out)
        if is_object(call) and isinstance(call.get("name"), str):
            self._call(state, part, call, out)
        elif raw:
            self._opaque(state, raw, out)
        return False

    def _text(
        self,
        state: _Candidate,
        part: JsonObject,
        raw: JsonObject,
        logprobs: JsonObject | None,
        out: list[StreamEvent],
    ) -> bool:
        track, text, signature = state.track, part["text"], _signature(part)
        if part.get("thought") is True:
            if text or signature:
                index = track.run("reasoning", out)
                own: JsonObject = {"gemini": {"thought": True}}
                out.append(
                    ReasoningDelta(
                        choice=track.choice, index=index, text=text, signature=signature, provider_data=own
                    )
                )
            return False
        if not text and (signature is None or track.kind != "text"):
            if signature is not None:
                self._opaque(state, raw, out)
            return False
        kept: JsonObject = {}
        if signature is not None:
            kept["gemini"] = {SIGNATURE: signature}
        if logprobs is not None:
            kept["openai"] = {"logprobs": logprobs}
        state.text_index = track.run("text", out)
        state.text.append(text)
        out.append(
            TextDelta(choice=track.choice, index=state.text_index, text=text, provider_data=kept or None)
        )
        return logprobs is not None

    def _call(self, state: _Candidate, part: JsonObject, call: JsonObject, out: list[StreamEvent]) -> None:
        track = state.track
        track.end_run(out)
        state.calls += 1
        index, call_id = track.allot(), call.get("id")
        arguments = call.get("args")
        signature = _signature(part)
        out += (
            ToolCallStart(
                choice=track.choice,
                index=index,
                id=call_id if isinstance(call_id, str) and call_id else new_id("call"),
                name=call["name"],
                provider_data=None if signature is None else signed(signature),
            ),
            ToolCallDelta(choice=track.choice, index=index, arguments=dumps_text(arguments or {})),
            ToolCallEnd(choice=track.choice, index=index),
        )

    @staticmethod
    def _opaque(state: _Candidate, raw: JsonObject, out: list[StreamEvent]) -> None:
        track = state.track
        track.end_run(out)
        out.append(
            OpaqueReceived(
                choice=track.choice, dialect="gemini", type=kind_of(raw), raw=raw, index=track.allot()
            )
        )


def signed(signature: str) -> JsonObject:
    """Return what keeps a call's signature, also where callers of the chat dialect bring it back.

    https://ai.google.dev/gemini-api/docs/thought-signatures#openai (2026)
    """
    return {
        "gemini": {SIGNATURE: signature},
        "openai": {"extra_content": {"google": {"thought_signature": signature}}},
    }


def _signature(part: JsonObject) -> str | None:
    value = part.get(SIGNATURE)
    return value if isinstance(value, str) and value else None


def _time(value: Any) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return seconds(datetime.fromisoformat(value).timestamp())
    except (ValueError, OverflowError):
        return None

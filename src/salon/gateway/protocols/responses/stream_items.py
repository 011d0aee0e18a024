"""Items of one answer while its stream is decoded: what of each was told, and what its end adds.

The last word is an item's own end, and the response object at the end of the stream: what the deltas did
not tell is told then, and what they told otherwise is corrected with the part's end.
"""

from typing import Any

from salon.foundation.messages import (
    CitationAdded,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    TextEnd,
    TextStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
)
from salon.gateway.protocols.responses.output import (
    arguments_of,
    message_meta,
    read_annotation,
    read_call,
    text_of,
)
from salon.gateway.protocols.responses.reasoning import read_reasoning
from salon.gateway.protocols.wire_json import JsonObject, is_list, objects_in


class _Content:
    """One content part of a message."""

    __slots__ = ("index", "is_refusal", "notes", "text")

    def __init__(self, index: int, *, is_refusal: bool) -> None:
        self.index = index
        self.is_refusal = is_refusal
        self.text: list[str] = []
        self.notes = 0


class OutputTrack:
    """All items of one answer, by their place in the output."""

    def __init__(self) -> None:
        self._items: dict[int, _Item] = {}
        self._next = 0
        self.has_calls = False

    def allot(self) -> int:
        """Take the next part number."""
        number = self._next
        self._next += 1
        return number

    def begin(self, at: int, item: JsonObject, out: list[StreamEvent]) -> "_Item":
        """Return the item at ``at``, beginning it if it is new."""
        found = self._items.get(at)
        if found is None:
            found = self._items[at] = _KINDS.get(text_of(item.get("type")), _Item)(self, item, out)
        return found

    def end(self, at: int, item: JsonObject, out: list[StreamEvent]) -> None:
        """End the item at ``at`` with all that is known of it."""
        found = self.begin(at, item, out)
        if not found.is_over:
            found.is_over = True
            found.end(item, out)

    def end_all(self, output: Any, out: list[StreamEvent]) -> None:
        """End what is open, with the whole output where it is told."""
        for at, item in enumerate(objects_in(output)):
            self.end(at, item, out)
        for at, found in self._items.items():
            self.end(at, found.item, out)

    def message(self, at: int, out: list[StreamEvent]) -> "_Message | None":
        """Return the message at ``at``, which a delta is for."""
        found = self.begin(at, {"type": "message"}, out)
        return found if isinstance(found, _Message) and not found.is_over else None

    def reasoning(self, at: int, out: list[StreamEvent]) -> "_Reasoning | None":
        """Return the reasoning at ``at``, which a delta is for."""
        found = self.begin(at, {"type": "reasoning"}, out)
        return found if isinstance(found, _Reasoning) and not found.is_over else None

    def call(self, at: int, out: list[StreamEvent]) -> "_Call | None":
        """Return the function call at ``at``, which a delta is for."""
        found = self._items.get(at)
        return found if isinstance(found, _Call) and not found.is_over else None


class _Item:
    """An item only this dialect understands: told whole, at its end."""

    def __init__(self, track: OutputTrack, item: JsonObject, out: list[StreamEvent]) -> None:
        self.track = track
        self.item = item
        self.is_over = False
        self.index = -1
        self.start(out)

    def start(self, out: list[StreamEvent]) -> None:
        """Tell what its beginning tells."""
        self.index = self.track.allot()

    def end(self, item: JsonObject, out: list[StreamEvent]) -> None:
        """Tell what its end adds."""
        kind = text_of(item.get("type")) or "unknown"
        out.append(OpaqueReceived(dialect="responses", type=kind, raw=item, index=self.index))


class _Message(_Item):
    def start(self, out: list[StreamEvent]) -> None:
        self.contents: dict[int, _Content] = {}

    def content(self, at: int, out: list[StreamEvent], *, is_refusal: bool = False) -> _Content:
        """Return the content part at ``at``, beginning it if it is new."""
        found = self.contents.get(at)
        if found is None:
            found = self.contents[at] = _Content(self.track.allot(), is_refusal=is_refusal)
            if not is_refusal:
                own: JsonObject = {"responses": {"item": message_meta(self.item)}}
                out.append(TextStart(index=found.index, provider_data=own))
        return found

    def delta(self, at: int, text: str, logprobs: Any, out: list[StreamEvent]) -> None:
        content = self.content(at, out)
        if content.is_refusal:
            return
        content.text.append(text)
        kept = {"openai": {"logprobs": {"content": logprobs}}} if is_list(logprobs) and logprobs else None
        out.append(TextDelta(index=content.index, text=text, provider_data=kept))

    def refusal(self, at: int, text: str, out: list[StreamEvent]) -> None:
        content = self.content(at, out, is_refusal=True)
        if content.is_refusal:
            content.text.append(text)
            out.append(RefusalDelta(index=content.index, text=text))

    def cite(self, at: int, note: JsonObject, out: list[StreamEvent]) -> None:
        content = self.content(at, out)
        content.notes += 1
        out.append(CitationAdded(index=content.index, citation=read_annotation(note)))

    def end(self, item: JsonObject, out: list[StreamEvent]) -> None:
        told = objects_in(item.get("content"))
        for at, given in enumerate(told):
            kind = given.get("type")
            if kind == "refusal":
                content = self.content(at, out, is_refusal=True)
                self._complete(at, text_of(given.get("refusal")), out)
            elif kind == "output_text":
                content = self.content(at, out)
                self._complete(at, text_of(given.get("text")), out)
                for note in objects_in(given.get("annotations"))[content.notes :]:
                    self.cite(at, note, out)
            else:
                kept = OpaqueReceived(
                    dialect="responses",
                    type=text_of(kind) or "unknown",
                    raw=given,
                    index=self.track.allot(),
                )
                out.append(kept)
        if not self.contents and not told:
            self.content(0, out)
        for at, content in self.contents.items():
            if not content.is_refusal:
                whole = text_of(told[at].get("text")) if at < len(told) else ""
                differs = bool(whole) and whole != "".join(content.text)
                out.append(TextEnd(index=content.index, whole=whole if differs else None))

    def _complete(self, at: int, whole: str, out: list[StreamEvent]) -> None:
        content = self.contents[at]
        so_far = "".join(content.text)
        if whole == so_far or not whole.startswith(so_far):
            return
        rest = whole[len(so_far) :]
        if content.is_refusal:
            self.refusal(at, rest, out)
        else:
            self.delta(at, rest, None, out)


class _Reasoning(_Item):
    def start(self, out: list[StreamEvent]) -> None:
        self.index = self.track.allot()
        self.text: list[str] = []
        self.kind = ""
        self.parts = -1
        out.append(ReasoningStart(index=self.index))

    def delta(self, kind: str, text: str, out: list[StreamEvent]) -> None:
        """Take more of the summary or of the raw text; the first kind that comes is told."""
        self.kind = self.kind or kind
        if self.kind == kind and text:
            self.text.append(text)
            out.append(ReasoningDelta(index=self.index, text=text))

    def end(self, item: JsonObject, out: list[StreamEvent]) -> None:
        part = read_reasoning(item)
        so_far = "".join(self.text)
        rest = part.text[len(so_far) :] if part.text.startswith(so_far) else ""
        out.append(
            ReasoningDelta(
                index=self.index, text=rest, signature=part.signature, provider_data=part.provider_data
            )
        )
        out.append(ReasoningEnd(index=self.index))


class _Call(_Item):
    def start(self, out: list[StreamEvent]) -> None:
        self.index = self.track.allot()
        self.track.has_calls = True
        self.arguments: list[str] = []
        call = read_call(self.item)
        out.append(
            ToolCallStart(index=self.index, id=call.id, name=call.name, provider_data=call.provider_data)
        )

    def delta(self, text: str, out: list[StreamEvent]) -> None:
        self.arguments.append(text)
        out.append(ToolCallDelta(index=self.index, arguments=text))

    def end(self, item: JsonObject, out: list[StreamEvent]) -> None:
        so_far, whole = "".join(self.arguments), arguments_of(item)
        if whole.startswith(so_far) and whole != so_far:
            self.delta(whole[len(so_far) :], out)
        out.append(ToolCallEnd(index=self.index))


_KINDS: dict[str, type[_Item]] = {"message": _Message, "reasoning": _Reasoning, "function_call": _Call}

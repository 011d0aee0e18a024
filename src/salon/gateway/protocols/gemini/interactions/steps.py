"""Steps of an interaction, read: what each adds to an answer, whole or piece by piece.

A thought's proof stands in the thought. It is told with the call that follows too, because callers of chat
have a place for it there alone.
"""

from typing import Any, Final

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationAdded,
    CitationPart,
    OpaqueReceived,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
)
from salon.gateway.protocols.gemini.chunks import signed
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.wire_json import JsonObject, dumps_text, is_object, objects_in

_OWN: Final[JsonObject] = {"gemini": {"thought": True}}
"""Marks a thought as Google's, whichever of its two ways it came."""
_URLS: Final = ("url", "document_uri", "source")
_TITLES: Final = ("title", "file_name", "name")


class _Step:
    """One step while it comes."""

    __slots__ = ("index", "kind", "told", "value")

    def __init__(self, value: JsonObject) -> None:
        self.kind = str(value.get("type") or "")
        self.value = value
        self.index = -1
        """The part it is, where it is one."""
        self.told = False
        """Arguments of a call were told."""


class StepReader:
    """Reads the steps of one answer, in order."""

    def __init__(self) -> None:
        self.calls = 0
        """Calls of the caller's own functions so far."""
        self.failure: JsonObject | None = None
        """Why a step of the model's failed, in Google's words."""
        self._track = PartTrack()
        self._steps: dict[Any, _Step] = {}
        self._text: list[str] = []
        self._proof: str | None = None

    def begin(self, index: Any, value: JsonObject, out: list[StreamEvent]) -> None:
        """Take the start of a step, with what is known of it already."""
        step = self._steps[index] = _Step(value)
        if step.kind == "thought":
            for item in objects_in(value.get("summary")):
                self._summary(item, out)
            self._sign(value.get("signature"), out)
        elif step.kind == "model_output":
            self._text = []
            for item in objects_in(value.get("content")):
                self._content(item, out)
                self._cite(item.get("annotations"), out)
            if is_object(value.get("error")):
                self.failure = value["error"]
        elif step.kind == "function_call":
            self._call(step, out)
        else:
            self._track.end_run(out)

    def add(self, index: Any, delta: JsonObject, out: list[StreamEvent]) -> None:
        """Take more of a step."""
        step = self._steps.get(index)
        if step is None:
            step = self._steps[index] = _Step({"type": "model_output"})
        match delta.get("type"):
            case "thought_summary":
                content = delta.get("content")
                self._summary(content if is_object(content) else {}, out)
            case "thought_signature":
                self._sign(delta.get("signature"), out)
            case "text_annotation_delta" | "text_annotation":
                self._cite(delta.get("annotations"), out)
            case "arguments_delta" if step.kind == "function_call":
                self._argue(step, delta.get("arguments"), out)
            case _ if step.kind == "model_output":
                self._content(delta, out)
            case _:
                step.value = {**step.value, **{name: one for name, one in delta.items() if name != "type"}}

    def end(self, index: Any, out: list[StreamEvent]) -> None:
        """Take the end of a step."""
        step = self._steps.pop(index, None)
        self._track.end_run(out)
        if step is None or step.kind in {"thought", "model_output", "user_input"}:
            return
        if step.kind == "function_call":
            arguments = step.value.get("arguments")
            if not step.told and is_object(arguments):
                out.append(ToolCallDelta(index=step.index, arguments=dumps_text(arguments)))
            out.append(ToolCallEnd(index=step.index))
        else:
            self._opaque(step.kind, step.value, out)

    def end_all(self, out: list[StreamEvent]) -> None:
        """End what nobody ended."""
        for index in list(self._steps):
            self.end(index, out)

    # -- pieces -----------------------------------------------------------------------------------
    def _content(self, item: JsonObject, out: list[StreamEvent]) -> None:
        kind, said = item.get("type"), item.get("text")
        if kind == "text" and isinstance(said, str):
            if said:
                out.append(TextDelta(index=self._track.run("text", out), text=said))
                self._text.append(said)
        elif kind:
            self._track.end_run(out)
            self._opaque(str(kind), item, out)

    def _summary(self, item: JsonObject, out: list[StreamEvent]) -> None:
        said = item.get("text")
        if isinstance(said, str) and said:
            index = self._track.run("reasoning", out)
            out.append(ReasoningDelta(index=index, text=said, provider_data=_OWN))

    def _sign(self, signature: Any, out: list[StreamEvent]) -> None:
        if isinstance(signature, str) and signature:
            self._proof = signature
            index = self._track.run("reasoning", out)
            out.append(ReasoningDelta(index=index, signature=signature, provider_data=_OWN))

    def _call(self, step: _Step, out: list[StreamEvent]) -> None:
        self._track.end_run(out)
        self.calls += 1
        step.index = self._track.allot()
        call_id, name = step.value.get("id"), step.value.get("name")
        proof = step.value.get("signature") or self._proof
        self._proof = None  # the first call after a thought brings it back
        out.append(
            ToolCallStart(
                index=step.index,
                id=call_id if isinstance(call_id, str) and call_id else new_id("call"),
                name=name if isinstance(name, str) else "",
                provider_data=signed(proof) if isinstance(proof, str) else None,
            )
        )

    def _argue(self, step: _Step, more: Any, out: list[StreamEvent]) -> None:
        if isinstance(more, str) and more:
            step.told = True
            out.append(ToolCallDelta(index=step.index, arguments=more))

    def _opaque(self, kind: str, raw: JsonObject, out: list[StreamEvent]) -> None:
        place = self._track.allot()
        out.append(OpaqueReceived(dialect="interactions", type=kind, raw=raw, index=place))

    def _cite(self, annotations: Any, out: list[StreamEvent]) -> None:
        notes = objects_in(annotations)
        if not notes:
            return
        index = self._track.run("text", out)
        said = "".join(self._text).encode()
        out += [CitationAdded(index=index, citation=_citation(note, said)) for note in notes]


def _citation(note: JsonObject, said: bytes) -> CitationPart:
    """Read one source; its places count UTF-8 bytes there and characters here."""
    return CitationPart(
        url=_first(note, _URLS),
        title=_first(note, _TITLES),
        start=_characters(said, note.get("start_index")),
        end=_characters(said, note.get("end_index")),
        provider_data={"interactions": note},
    )


def _first(note: JsonObject, names: tuple[str, ...]) -> str | None:
    return next((found for name in names if isinstance(found := note.get(name), str) and found), None)


def _characters(said: bytes, place: Any) -> int | None:
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place <= len(said):
        return None
    return len(said[:place].decode("utf-8", "ignore"))

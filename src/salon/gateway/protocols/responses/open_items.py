"""Items of one answer while its stream is written: each tells its beginning, its growth and its end."""

from typing import Any

from salon.foundation.messages import ReasoningDelta
from salon.gateway.protocols.responses.output import end_call, end_reasoning, text_content
from salon.gateway.protocols.wire_json import JsonObject, dumps, own_data


class EventWriter:
    """Numbers and writes events."""

    __slots__ = ("_number", "_out")

    def __init__(self) -> None:
        self._number = 0
        self._out: list[bytes] = []

    def add(self, kind: str, value: JsonObject) -> None:
        """Write one event."""
        body = dumps({"type": kind, "sequence_number": self._number, **value})
        self._number += 1
        self._out += (b"event: ", kind.encode(), b"\ndata: ", body, b"\n\n")

    def add_delta(self, head: bytes, text: str) -> None:
        """Write one event of which all but number and delta is known; ``head`` ends before the number."""
        self._out += (head, b"%d" % self._number, b',"delta":', dumps(text), b"}\n\n")
        self._number += 1

    def put(self, written: bytes) -> None:
        """Put back what was taken."""
        self._out.append(written)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        out, self._out = self._out, []
        return b"".join(out)


def delta_head(kind: str, where: JsonObject) -> bytes:
    """Return an event up to its number."""
    body = dumps({"type": kind, **where})
    return b"event: " + kind.encode() + b"\ndata: " + body[:-1] + b',"sequence_number":'


class OpenItem:
    """One item of the output."""

    def __init__(self, events: EventWriter, item: JsonObject, at: int) -> None:
        self.events = events
        self.item = item
        self.where: JsonObject = {"item_id": item["id"], "output_index": at}
        events.add("response.output_item.added", {"output_index": at, "item": item})

    def end(self) -> None:
        """Tell that the item is complete."""
        self.events.add(
            "response.output_item.done", {"output_index": self.where["output_index"], "item": self.item}
        )


class OpenMessage(OpenItem):
    """A message: content parts one after the other, the last one open."""

    def __init__(self, events: EventWriter, item: JsonObject, at: int) -> None:
        super().__init__(events, item, at)
        self.index = -1
        """Number of the text part that is open; -1 if none is."""
        self._refusal = -1
        self._text: list[str] = []
        self._logprobs: list[Any] = []
        self._content: JsonObject = {}
        self._at: JsonObject = {}
        self._head = b""

    def start_text(self, index: int) -> None:
        """Begin a text part, unless it is the open one."""
        if self.index != index:
            self._open(text_content())
            self.index = index
            self._head = delta_head("response.output_text.delta", {**self._at, "logprobs": []})

    def more_text(self, text: str, logprobs: list[Any] | None = None) -> None:
        """Tell more of the open text part."""
        self._text.append(text)
        if logprobs:
            self._logprobs += logprobs
            told = {**self._at, "delta": text, "logprobs": logprobs}
            self.events.add("response.output_text.delta", told)
        elif text:
            self.events.add_delta(self._head, text)

    def correct(self, index: int, text: str) -> None:
        """Replace the open part's text by what it is as a whole."""
        if self.index == index:
            self._text = [text]

    def refuse(self, index: int, text: str) -> None:
        """Tell more of a refusal."""
        if self._refusal != index:
            self._open({"type": "refusal", "refusal": ""})
            self._refusal = index
        self._text.append(text)
        self.events.add("response.refusal.delta", {**self._at, "delta": text})

    def cite(self, note: JsonObject) -> bool:
        """Tell a source of the open text part; False when there is none."""
        if self.index < 0:
            return False
        notes: list[JsonObject] = self._content["annotations"]
        told = {**self._at, "annotation_index": len(notes), "annotation": note}
        notes.append(note)
        self.events.add("response.output_text.annotation.added", told)
        return True

    def end(self) -> None:
        """Tell that the message is complete."""
        if not self.item["content"]:
            self._open(text_content())
            self.index = 0
        self._close()
        self.item["status"] = "completed"
        super().end()

    def _open(self, content: JsonObject) -> None:
        self._close()
        self._at = {**self.where, "content_index": len(self.item["content"])}
        self._content = content
        self.events.add("response.content_part.added", {**self._at, "part": content})
        self.item["content"].append(content)

    def _close(self) -> None:
        if self.index < 0 > self._refusal:
            return
        whole, content = "".join(self._text), self._content
        if self.index >= 0:
            content["text"], content["logprobs"] = whole, self._logprobs
            told = {**self._at, "text": whole, "logprobs": self._logprobs}
            self.events.add("response.output_text.done", told)
        else:
            content["refusal"] = whole
            self.events.add("response.refusal.done", {**self._at, "refusal": whole})
        self.events.add("response.content_part.done", {**self._at, "part": content})
        self.index = self._refusal = -1
        self._text, self._logprobs = [], []


class OpenReasoning(OpenItem):
    """Reasoning, told as its summary."""

    def __init__(self, events: EventWriter, item: JsonObject, at: int) -> None:
        super().__init__(events, item, at)
        self.redacted: str | None = None
        self._signature: str | None = None
        self._own: Any = None
        self._text: list[str] = []
        self._at: JsonObject = {**self.where, "summary_index": 0}
        self._head = b""

    def more(self, event: ReasoningDelta) -> None:
        """Tell more."""
        self._signature = event.signature or self._signature
        self._own = own_data(event.provider_data, "responses").get("item") or self._own
        if not event.text:
            return
        if not self._text:
            part = {"type": "summary_text", "text": ""}
            self.events.add("response.reasoning_summary_part.added", {**self._at, "part": part})
            self._head = delta_head("response.reasoning_summary_text.delta", self._at)
        self._text.append(event.text)
        self.events.add_delta(self._head, event.text)

    def end(self) -> None:
        """Tell that the reasoning is complete."""
        whole = "".join(self._text)
        if whole:
            self.events.add("response.reasoning_summary_text.done", {**self._at, "text": whole})
            part = {"type": "summary_text", "text": whole}
            self.events.add("response.reasoning_summary_part.done", {**self._at, "part": part})
        end_reasoning(self.item, whole, own=self._own, signature=self._signature, redacted=self.redacted)
        super().end()


class OpenCall(OpenItem):
    """A function call."""

    def __init__(self, events: EventWriter, item: JsonObject, at: int) -> None:
        super().__init__(events, item, at)
        self._arguments: list[str] = []
        self._head = delta_head("response.function_call_arguments.delta", self.where)

    def more(self, arguments: str) -> None:
        """Tell more of the arguments."""
        if arguments:
            self._arguments.append(arguments)
            self.events.add_delta(self._head, arguments)

    def end(self) -> None:
        """Tell that the call is complete."""
        if not self._arguments:
            self.more("{}")
        whole = end_call(self.item, "".join(self._arguments))
        told = {**self.where, "name": self.item["name"], "arguments": whole}
        self.events.add("response.function_call_arguments.done", told)
        super().end()


class OpenCustomCall(OpenItem):
    """A call of a custom tool: its free text is within the model's JSON, and told once that is whole."""

    def __init__(self, events: EventWriter, item: JsonObject, at: int) -> None:
        super().__init__(events, item, at)
        self._arguments: list[str] = []

    def more(self, arguments: str) -> None:
        """Take more of the arguments."""
        self._arguments.append(arguments)

    def end(self) -> None:
        """Tell what the tool is called with."""
        whole = end_call(self.item, "".join(self._arguments))
        self.events.add("response.custom_tool_call_input.delta", {**self.where, "delta": whole})
        self.events.add("response.custom_tool_call_input.done", {**self.where, "input": whole})
        super().end()

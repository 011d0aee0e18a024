"""Output items of the responses dialect, read and written."""

from collections.abc import Sequence
from typing import Any

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationPart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.responses.reasoning import read_reasoning, sealed
from salon.gateway.protocols.responses.tools import called_by, free_text
from salon.gateway.protocols.wire_json import JsonObject, dumps_text, is_object, objects_in, own_data

_CALL_KEYS = {"type", "call_id", "name", "arguments"}


def text_of(value: Any) -> str:
    """Return ``value`` if it is text, else nothing."""
    return value if isinstance(value, str) else ""


def arguments_of(item: JsonObject) -> str:
    """Return a call's arguments as JSON text; some servers send an object."""
    value = item.get("arguments")
    if value is None or isinstance(value, str):
        return value or ""
    return dumps_text(value)


def message_meta(item: JsonObject) -> JsonObject:
    """Return what is kept of a message item beside its content."""
    return {
        name: value
        for name, value in item.items()
        if name not in {"type", "role", "content"} and value is not None
    }


def read_call(item: JsonObject) -> ToolCallPart:
    """Read a function call; a missing id is made."""
    kept: JsonObject = {k: v for k, v in item.items() if k not in _CALL_KEYS and v is not None}
    return ToolCallPart(
        id=text_of(item.get("call_id")) or text_of(item.get("id")) or new_id("call"),
        name=text_of(item.get("name")),
        arguments=arguments_of(item),
        provider_data={"responses": kept} if kept else None,
    )


def read_annotation(note: JsonObject) -> CitationPart:
    """Read one annotation; its raw form is kept."""
    start, end = note.get("start_index"), note.get("end_index")
    return CitationPart(
        url=text_of(note.get("url")) or None,
        title=text_of(note.get("title")) or text_of(note.get("filename")) or None,
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
        provider_data={"responses": {"annotation": note}},
    )


def write_annotation(part: CitationPart) -> JsonObject | None:
    """Write a citation as an annotation; None where it has no address."""
    kept = own_data(part.provider_data, "responses").get("annotation")
    if is_object(kept):
        return kept
    if not part.url:
        return None
    return {
        "type": "url_citation",
        "url": part.url,
        "title": part.title or "",
        "start_index": part.start or 0,
        "end_index": part.end or 0,
    }


def read_item(item: JsonObject) -> list[Part]:
    """Read one output item as parts, citations after the text they belong to."""
    kind = item.get("type")
    if kind == "message":
        return _read_message(item)
    if kind == "reasoning":
        return [read_reasoning(item)]
    if kind == "function_call":
        return [read_call(item)]
    return [OpaquePart(dialect="responses", type=text_of(kind) or "unknown", raw=item)]


def _read_message(item: JsonObject) -> list[Part]:
    own: JsonObject = {"responses": {"item": message_meta(item)}}
    parts: list[Part] = []
    for content in objects_in(item.get("content")):
        kind = content.get("type")
        if kind == "output_text":
            parts.append(TextPart(text=text_of(content.get("text")), provider_data=own))
            parts += [read_annotation(note) for note in objects_in(content.get("annotations"))]
        elif kind == "refusal":
            parts.append(RefusalPart(text=text_of(content.get("refusal")), provider_data=own))
        else:
            parts.append(OpaquePart(dialect="responses", type=text_of(kind) or "unknown", raw=content))
    return parts or [TextPart(text="", provider_data=own)]


def read_logprobs(output: Any) -> list[Any]:
    """Return the log probabilities of all text in ``output``, in order."""
    found: list[Any] = []
    for item in objects_in(output):
        for content in objects_in(item.get("content")):
            found += objects_in(content.get("logprobs"))
    return found


class ItemMaker:
    """Makes the items of one answer, with ids of our own."""

    def __init__(self, context: EncodeContext) -> None:
        self._answer = context.request_id.removeprefix("req_")
        self._called = called_by(context.fields)
        self.count = 0

    def _id(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}_{self._answer}{self.count:02}"

    def message(self) -> JsonObject:
        """Return a message item without content."""
        return {
            "id": self._id("msg"),
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        }

    def reasoning(self) -> JsonObject:
        """Return a reasoning item without text."""
        return {"id": self._id("rs"), "type": "reasoning", "summary": []}

    def call(self, call_id: str, name: str, kept: JsonObject) -> JsonObject:
        """Return a call without arguments, of the tool as the caller knows it."""
        known = self._called.get(name)
        if known is not None:
            kept = kept if known.namespace is None else {**kept, "namespace": known.namespace}
            name = known.name
        if known is not None and known.is_custom:
            return {
                **kept,
                "id": self._id("ctc"),
                "type": "custom_tool_call",
                "status": "in_progress",
                "call_id": call_id or new_id("call"),
                "name": name,
                "input": "",
            }
        return {
            **kept,
            "id": self._id("fc"),
            "type": "function_call",
            "status": "in_progress",
            "call_id": call_id or new_id("call"),
            "name": name,
            "arguments": "",
        }


def text_content(text: str = "") -> JsonObject:
    """Return a text content part."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def end_reasoning(
    item: JsonObject, text: str, *, own: Any, signature: str | None, redacted: str | None
) -> None:
    """Complete a reasoning item: its text as summary, and what proves it."""
    if is_object(own):
        item.update({name: value for name, value in own.items() if name != "id"})
        return
    if text:
        item["summary"] = [{"type": "summary_text", "text": text}]
    proof = sealed(signature, redacted)
    if proof is not None:
        item["encrypted_content"] = proof


def end_call(item: JsonObject, arguments: str) -> str:
    """Complete a call with what the model said; return that as the caller reads it."""
    is_custom = item["type"] == "custom_tool_call"
    whole = free_text(arguments) if is_custom else arguments or "{}"
    item["input" if is_custom else "arguments"], item["status"] = whole, "completed"
    return whole


def write_output(parts: Sequence[Part], context: EncodeContext, lost: Lost) -> list[JsonObject]:
    """Write an answer's parts as output items."""
    maker = ItemMaker(context)
    items: list[JsonObject] = []
    for part in parts:
        last = items[-1] if items else {}
        if is_proof_lost(part.provider_data, "responses"):
            lost[LOST] = None
        if isinstance(part, TextPart | RefusalPart):
            if last.get("type") != "message":
                items.append({**maker.message(), "status": "completed"})
            content = (
                text_content(part.text)
                if isinstance(part, TextPart)
                else {"type": "refusal", "refusal": part.text}
            )
            items[-1]["content"].append(content)
        elif isinstance(part, CitationPart):
            note = write_annotation(part)
            texts = [c for c in last.get("content") or () if c.get("type") == "output_text"]
            if note is None or last.get("type") != "message" or not texts:
                lost["citations"] = None
            else:
                texts[-1]["annotations"].append(note)
        elif isinstance(part, ReasoningPart):
            item = maker.reasoning()
            own = own_data(part.provider_data, "responses").get("item")
            end_reasoning(item, part.text, own=own, signature=part.signature, redacted=part.redacted)
            items.append(item)
        elif isinstance(part, ToolCallPart):
            call = maker.call(part.id, part.name, own_data(part.provider_data, "responses"))
            end_call(call, part.arguments)
            items.append(call)
        elif isinstance(part, OpaquePart) and part.dialect == "responses":
            items.append(part.raw)
        else:
            lost[losses.in_answer(part)] = None
    return items

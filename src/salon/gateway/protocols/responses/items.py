"""Input items of the responses dialect, read and written.

What one turn of the model said is several items here and one message inside: reasoning, words and calls
that follow each other are gathered.
"""

from collections.abc import Sequence
from typing import Any

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    Message,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    Role,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.fields import Fields, array_at, invalid, object_at
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.responses.compaction import read_compaction
from salon.gateway.protocols.responses.parts import PartWriter, read_content
from salon.gateway.protocols.responses.reasoning import read_reasoning, write_reasoning
from salon.gateway.protocols.responses.tools import ADDED, free_text, full_name, write_input
from salon.gateway.protocols.wire_json import JsonObject, is_object, own_data

_CALLS = ("function_call", "custom_tool_call")
_RESULTS = ("function_call_output", "custom_tool_call_output")
_ROLES: dict[str, Role] = {"system": "system", "developer": "developer", "user": "user"}
_NOT_STORED = "Nothing is stored here, so an item cannot be named by its id: send the item itself."


def read_input(value: Any, instructions: Any) -> tuple[Message, ...]:
    """Read ``input`` after ``instructions``. Raises: InvalidRequest naming the path."""
    turns = _Turns()
    if isinstance(instructions, str):
        if instructions:
            told = TextPart(text=instructions)
            own: JsonObject = {"responses": {"instructions": True}}
            turns.messages.append(Message(role="system", parts=(told,), provider_data=own))
    elif instructions is not None:
        for i, item in enumerate(array_at(instructions, "instructions")):
            turns.add(item, f"instructions[{i}]")
    if isinstance(value, str):
        turns.messages.append(Message(role="user", parts=(TextPart(text=value),)))
    else:
        for i, item in enumerate(array_at(value, "input")):
            turns.add(item, f"input[{i}]")
    turns.end()
    if not turns.messages:
        raise invalid("input", "It must hold at least one item.")
    return tuple(turns.messages)


def is_reference(item: Any) -> bool:
    """Tell whether an item only names a stored one."""
    if not is_object(item):
        return False
    kind = item.get("type")
    return kind == "item_reference" or (kind is None and "role" not in item and "id" in item)


class _Turns:
    """Gathers items into messages."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._assistant: list[Part] = []

    def end(self) -> None:
        """End the model's turn."""
        if self._assistant:
            self.messages.append(Message(role="assistant", parts=tuple(self._assistant)))
            self._assistant = []

    def add(self, value: Any, path: str) -> None:
        """Take one item. Raises: InvalidRequest."""
        item: JsonObject = object_at(value, path)
        if is_reference(item):
            raise invalid(path, _NOT_STORED)
        if item.get("type") == ADDED:
            return  # tools, and read as such
        fields = Fields(item, path)
        kind = fields.text("type") or "message"
        in_short = read_compaction(item) if kind.startswith("compaction") else None
        if kind == "message":
            self._message(fields)
        elif in_short is not None:
            self._say("user", (TextPart(text=in_short),))
        elif kind == "reasoning":
            self._assistant.append(_read_reasoning(item, path))
        elif kind in _CALLS:
            self._assistant.append(_read_call(fields, kind))
        elif kind in _RESULTS:
            self._say("tool", (_read_result(fields, kind),))
        elif kind.endswith(("_output", "_response")) or kind.startswith("compaction"):
            self._say("user", (OpaquePart(dialect="responses", type=kind, raw=item),))
        else:
            self._assistant.append(OpaquePart(dialect="responses", type=kind, raw=item))

    def _say(self, role: Role, parts: tuple[Part, ...]) -> None:
        self.end()
        self.messages.append(Message(role=role, parts=parts))

    def _message(self, fields: Fields) -> None:
        role = fields.required_text("role")
        content, path = fields.take("content"), fields.path("content")
        if role == "assistant":
            self._assistant += read_content(content, path, fields.rest)
        elif role in _ROLES:
            self._say(_ROLES[role], read_content(content, path))
        else:
            raise invalid(fields.path("role"), "It must be one of assistant, developer, system, user.")


def _read_reasoning(item: JsonObject, path: str) -> ReasoningPart:
    for name in ("summary", "content"):
        for i, part in enumerate(Fields(item, path).array(name) or ()):
            object_at(part, f"{path}.{name}[{i}]")
    return read_reasoning(item)


def _read_call(fields: Fields, kind: str) -> ToolCallPart:
    call_id, name = fields.required_text("call_id"), fields.required_text("name")
    is_custom = kind == "custom_tool_call"
    arguments = write_input(fields.text("input") or "") if is_custom else fields.text("arguments") or "{}"
    kept = {"type": kind, **fields.rest} if is_custom else fields.rest
    space = kept.get("namespace")
    return ToolCallPart(
        id=call_id,
        name=full_name(name, space if isinstance(space, str) else None),
        arguments=arguments,
        provider_data={"responses": {**kept, "name": name} if space else kept} if kept else None,
    )


def _read_result(fields: Fields, kind: str) -> ToolResultPart:
    call_id = fields.required_text("call_id")
    return ToolResultPart(
        tool_call_id=call_id,
        parts=read_content(fields.take("output"), fields.path("output")),
        provider_data={"responses": {"type": kind}} if kind != "function_call_output" else None,
    )


class ItemWriter:
    """Writes messages as input items for one provider and remembers what got lost."""

    def __init__(self, lost: Lost) -> None:
        self._parts = PartWriter(lost)
        self._lost = lost

    def write(self, messages: Sequence[Message]) -> tuple[str | None, list[JsonObject]]:
        """Return ``instructions`` and ``input``. Raises: Unsupported."""
        instructions: str | None = None
        items: list[JsonObject] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            if message.name:
                self._lost["messages.name"] = None
            if i == 0 and own_data(message.provider_data, "responses").get("instructions"):
                instructions = "".join(part.text for part in message.parts if isinstance(part, TextPart))
            elif message.role == "assistant":
                self._assistant(message.parts, items)
            else:
                self._said(message, path, items)
        return instructions, items

    def _said(self, message: Message, path: str, items: list[JsonObject]) -> None:
        rest: list[Part] = []
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                items.append(self._result(part, path))
            elif isinstance(part, OpaquePart) and part.dialect == "responses" and _is_item(part):
                items.append(part.raw)
            else:
                rest.append(part)
        if rest or not message.parts:
            role = "user" if message.role == "tool" else message.role
            items.append({"role": role, "content": self._parts.write(rest, f"{path}.content")})

    def _result(self, part: ToolResultPart, path: str) -> JsonObject:
        if part.is_error:
            self._lost["tool_result.is_error"] = None
        output = self._parts.write(part.parts, f"{path}.content")
        kind = own_data(part.provider_data, "responses").get("type", "function_call_output")
        return {"type": kind, "call_id": part.tool_call_id, "output": output}

    def _assistant(self, parts: Sequence[Part], items: list[JsonObject]) -> None:
        for part in parts:
            if isinstance(part, TextPart | RefusalPart):
                _say(part, items)
            elif isinstance(part, ReasoningPart):
                own = write_reasoning(part)
                if own is None:
                    self._lost["messages.reasoning"] = None
                else:
                    items.append(own)
            elif isinstance(part, ToolCallPart):
                items.append(write_call(part))
            elif isinstance(part, OpaquePart) and part.dialect == "responses":
                items.append(part.raw)
            else:
                self._lost[losses.in_messages(part)] = None


def _is_item(part: OpaquePart) -> bool:
    return not part.type.startswith("input_")


def _say(part: TextPart | RefusalPart, items: list[JsonObject]) -> None:
    """Write the model's words, into the message before them if they are from the same one."""
    own = own_data(part.provider_data, "responses")
    given = own.get("item")
    meta: JsonObject = given if is_object(given) else {}
    if isinstance(part, RefusalPart):
        content: JsonObject = {"type": "refusal", "refusal": part.text}
    else:
        content = {"type": "output_text", "text": part.text, "annotations": own.get("annotations") or []}
    last = items[-1] if items else {}
    if last.get("role") == "assistant" and last.get("id") == meta.get("id"):
        last["content"].append(content)
    else:
        items.append({"type": "message", "role": "assistant", "content": [content], **meta})


def write_call(part: ToolCallPart) -> JsonObject:
    """Write a tool call as an item."""
    kept: JsonObject = own_data(part.provider_data, "responses")
    wire: JsonObject = {
        "type": "function_call",
        "name": part.name,
        **kept,
        "call_id": part.id or new_id("call"),
    }
    if wire["type"] == "function_call":
        wire["arguments"] = part.arguments or "{}"
    else:
        wire["input"] = free_text(part.arguments)
    return wire

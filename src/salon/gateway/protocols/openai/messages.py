"""Messages of the chat dialect, read and written."""

from collections.abc import Sequence
from typing import Any

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    AudioPart,
    ImagePart,
    Message,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import Quirks
from salon.gateway.protocols.fields import Fields, array_at, invalid
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai.parts import PartWriter, read_content
from salon.gateway.protocols.wire_json import JsonObject, dumps_text, is_list, is_object, own_data

_ROLES = {"system", "developer", "user", "assistant", "tool", "function"}


def read_messages(value: Any) -> tuple[Message, ...]:
    """Read ``messages``. Raises: InvalidRequest naming the path."""
    if value is None:
        raise invalid("messages", "It is missing.")
    items = array_at(value, "messages")
    if not items:
        raise invalid("messages", "It must hold at least one message.")
    return tuple(_read_message(item, f"messages[{i}]") for i, item in enumerate(items))


def _read_message(value: Any, path: str) -> Message:
    fields = Fields(value, path)
    role = fields.required_text("role")
    if role not in _ROLES:
        raise invalid(fields.path("role"), f"It must be one of {', '.join(sorted(_ROLES))}.")
    name = fields.text("name")
    if role == "assistant":
        return _read_assistant(fields, name)
    content = read_content(fields.take("content"), fields.path("content"))
    if role == "tool":
        result = ToolResultPart(tool_call_id=fields.required_text("tool_call_id"), name=name, parts=content)
        return Message(role="tool", parts=(result,))
    if role == "function":
        if name is None:
            raise invalid(fields.path("name"), "It is missing.")
        legacy: JsonObject = {"openai": {"legacy_function": True}}
        result = ToolResultPart(tool_call_id=_legacy_id(name), name=name, parts=content, provider_data=legacy)
        return Message(role="tool", parts=(result,))
    kept = fields.rest
    own: JsonObject | None = {"openai": kept} if kept else None
    if role == "user":
        return Message(role="user", parts=content, name=name, provider_data=own)
    if role == "system":
        return Message(role="system", parts=content, name=name, provider_data=own)
    return Message(role="developer", parts=content, name=name, provider_data=own)


def _legacy_id(name: str) -> str:
    return f"call_{name}"


def _read_assistant(fields: Fields, name: str | None) -> Message:
    parts: list[Part] = list(read_reasoning(fields))
    parts += read_content(fields.take("content"), fields.path("content"))
    refusal = fields.text("refusal")
    if refusal:
        parts.append(RefusalPart(text=refusal))
    audio = fields.object("audio")
    if audio is not None:
        parts.append(OpaquePart(dialect="openai", type="audio", raw=audio))
    for i, call in enumerate(fields.array("tool_calls") or ()):
        parts.append(read_tool_call(call, f"{fields.path('tool_calls')}[{i}]"))
    legacy = fields.object("function_call")
    if legacy is not None:
        function = Fields(legacy, fields.path("function_call"))
        called = function.required_text("name")
        parts.append(
            ToolCallPart(
                id=_legacy_id(called),
                name=called,
                arguments=function.text("arguments") or "{}",
                provider_data={"openai": {"legacy_function": True}},
            )
        )
    kept = fields.rest
    return Message(
        role="assistant", parts=tuple(parts), name=name, provider_data={"openai": kept} if kept else None
    )


def read_reasoning(fields: Fields) -> list[Part]:
    """Read reasoning in any of its spellings; details with signatures win over plain text."""
    details = fields.take("reasoning_details")
    plain = fields.take("reasoning_content")
    other = fields.take("reasoning")
    if is_list(details) and details:
        return [_read_detail(item) for item in details if is_object(item)]
    text = plain if isinstance(plain, str) and plain else other
    if isinstance(text, str) and text:
        field = "reasoning_content" if text is plain else "reasoning"
        return [ReasoningPart(text=text, provider_data={"openai": {"field": field}})]
    return []


def _read_detail(item: JsonObject) -> ReasoningPart:
    text = item.get("text")
    if not isinstance(text, str):
        text = item.get("summary") if isinstance(item.get("summary"), str) else ""
    signature, data = item.get("signature"), item.get("data")
    return ReasoningPart(
        text=text or "",
        signature=signature if isinstance(signature, str) and signature else None,
        redacted=data if isinstance(data, str) and data else None,
        provider_data={"openai": {"detail": item}},
    )


def read_tool_call(value: Any, path: str) -> ToolCallPart:
    """Read one tool call of a message; custom calls carry their input as text."""
    call = Fields(value, path)
    kept: JsonObject = {}
    if call.take("type") == "custom":
        custom = Fields(call.take("custom"), call.path("custom"))
        name, arguments = custom.required_text("name"), custom.text("input") or ""
        kept["custom"] = True
    else:
        function = Fields(call.take("function"), call.path("function"))
        name = function.required_text("name")
        arguments = arguments_text(function.take("arguments"))
    call_id = call.text("id") or new_id("call")
    call.take("index")
    kept.update(call.rest)
    return ToolCallPart(
        id=call_id, name=name, arguments=arguments, provider_data={"openai": kept} if kept else None
    )


def arguments_text(value: Any) -> str:
    """Return tool arguments as JSON text; some providers send an object."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps_text(value)


class MessageWriter:
    """Writes messages for one provider and remembers what got lost."""

    def __init__(self, quirks: Quirks, lost: Lost) -> None:
        self._parts = PartWriter(quirks, lost)
        self._lost = lost
        self._reasoning_field = quirks.get("reasoning_field")
        self._reasoning_details = bool(quirks.get("reasoning_details"))
        self._developer_role = str(quirks.get("developer_role", "developer"))
        self._names = bool(quirks.get("names", True))

    def write(self, messages: Sequence[Message]) -> list[JsonObject]:
        """Write all messages. Raises: Unsupported."""
        out: list[JsonObject] = []
        moved: list[JsonObject] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            results = [part for part in message.parts if isinstance(part, ToolResultPart)]
            out += [self._tool_result(part, path, moved) for part in results]
            rest = tuple(part for part in message.parts if not isinstance(part, ToolResultPart))
            next_is_result = i + 1 < len(messages) and any(
                isinstance(part, ToolResultPart) for part in messages[i + 1].parts
            )
            if moved and not next_is_result:
                # Pictures in a tool's result have no place in a tool message: they follow as the user's.
                out.append({"role": "user", "content": moved})
                moved = []
            if rest or not results:
                out.append(self._plain(message, rest, path))
        return out

    def _plain(self, message: Message, parts: tuple[Part, ...], path: str) -> JsonObject:
        if message.role == "assistant":
            return self._assistant(message, parts, path)
        role = self._developer_role if message.role == "developer" else message.role
        if role == "tool":
            role = "user"
        kept = own_data(message.provider_data, "openai")
        wire: JsonObject = {"role": role, "content": self._parts.write(parts, f"{path}.content"), **kept}
        if message.name:
            self._name(wire, message.name)
        if wire["content"] == []:
            wire["content"] = ""
        return wire

    def _tool_result(self, part: ToolResultPart, path: str, moved: list[JsonObject]) -> JsonObject:
        if part.is_error:
            self._lost["tool_result.is_error"] = None
        kept = [p for p in part.parts if not isinstance(p, ImagePart | AudioPart)]
        media = [p for p in part.parts if isinstance(p, ImagePart | AudioPart)]
        content = self._parts.write(kept, f"{path}.content") or ""
        if media:
            written = self._parts.write(media, f"{path}.content")
            moved.append({"type": "text", "text": f"From the result of tool call {part.tool_call_id}:"})
            moved += written if is_list(written) else []
        if own_data(part.provider_data, "openai").get("legacy_function"):
            return {"role": "function", "name": part.name, "content": content}
        return {"role": "tool", "tool_call_id": part.tool_call_id, "content": content}

    def _assistant(self, message: Message, parts: tuple[Part, ...], path: str) -> JsonObject:  # noqa: PLR0912 - one branch a kind
        kept = own_data(message.provider_data, "openai")
        wire: JsonObject = {"role": "assistant", **kept}
        content: list[Part] = []
        calls: list[JsonObject] = []
        reasoning: list[ReasoningPart] = []
        for part in parts:
            own = own_data(part.provider_data, "openai")
            if isinstance(part, ReasoningPart) and is_object(own.get("part")):
                content.append(OpaquePart(dialect="openai", type="thinking", raw=own["part"]))
            elif isinstance(part, ReasoningPart):
                reasoning.append(part)
            elif isinstance(part, ToolCallPart):
                if own.get("legacy_function"):
                    wire["function_call"] = {"name": part.name, "arguments": part.arguments}
                else:
                    calls.append(write_tool_call(part))
            elif isinstance(part, RefusalPart) and len(parts) == 1:
                wire["refusal"] = part.text
            elif isinstance(part, OpaquePart) and part.dialect == "openai" and part.type == "audio":
                wire["audio"] = part.raw
            elif isinstance(part, TextPart | RefusalPart) or (
                isinstance(part, OpaquePart) and part.dialect == "openai"
            ):
                content.append(part)
            else:
                self._lost[losses.in_messages(part)] = None
        wire["content"] = self._parts.write(content, f"{path}.content") or None
        if wire["content"] is None and not calls and "refusal" not in wire:
            wire["content"] = ""
        if calls:
            wire["tool_calls"] = calls
        self._reasoning(wire, reasoning)
        if message.name:
            self._name(wire, message.name)
        return wire

    def _name(self, wire: JsonObject, name: str) -> None:
        if self._names:
            wire["name"] = name
        else:
            self._lost["messages.name"] = None

    def _reasoning(self, wire: JsonObject, reasoning: list[ReasoningPart]) -> None:
        if not reasoning:
            return
        if self._reasoning_details:
            wire["reasoning_details"] = [write_detail(part, i) for i, part in enumerate(reasoning)]
        elif self._reasoning_field:
            wire[str(self._reasoning_field)] = "".join(part.text for part in reasoning)
        else:
            self._lost["messages.reasoning"] = None


def write_tool_call(part: ToolCallPart) -> JsonObject:
    """Write one tool call of a message."""
    kept: JsonObject = dict(own_data(part.provider_data, "openai"))
    if kept.pop("custom", None):
        return {
            "id": part.id,
            "type": "custom",
            "custom": {"name": part.name, "input": part.arguments},
            **kept,
        }
    return {
        "id": part.id,
        "type": "function",
        "function": {"name": part.name, "arguments": part.arguments or "{}"},
        **kept,
    }


def write_detail(part: ReasoningPart, index: int) -> JsonObject:
    """Write reasoning as one entry of ``reasoning_details``, so that its signature can come back."""
    kept = own_data(part.provider_data, "openai").get("detail")
    if is_object(kept):
        return kept
    if part.redacted is not None:
        return {"type": "reasoning.encrypted", "data": part.redacted, "index": index}
    detail: JsonObject = {"type": "reasoning.text", "text": part.text, "index": index}
    if part.signature:
        detail["signature"] = part.signature
    return detail

"""Contents of the Gemini dialect, read: roles, parts, and which result belongs to which call.

Calls may lack an id. One is made, and results without an id answer the calls of their name in order.
"""

from typing import Any

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from salon.gateway.protocols.fields import Fields, array_at, invalid, object_at
from salon.gateway.protocols.gemini.parts import kind_of, opaque, own_values, read_media, read_text
from salon.gateway.protocols.gemini.proto import proto_fields
from salon.gateway.protocols.wire_json import JsonObject, dumps_text

_ROLES = {"user": "user", "model": "assistant", "function": "user", "tool": "user"}


class ContentReader:
    """Reads the contents of one request, in order."""

    def __init__(self) -> None:
        self._open: list[ToolCallPart] = []

    def read(self, value: Any) -> tuple[Message, ...]:
        """Read ``contents``. Raises: InvalidRequest naming the path."""
        if value is None:
            raise invalid("contents", "It is missing.")
        items = array_at(value, "contents")
        if not items:
            raise invalid("contents", "It must hold at least one content.")
        messages: list[Message] = []
        for i, item in enumerate(items):
            messages += self._content(item, f"contents[{i}]")
        return tuple(messages)

    def system(self, value: Any) -> tuple[Part, ...]:
        """Read ``systemInstruction``: a content, or words alone. Raises: InvalidRequest."""
        if isinstance(value, str):
            return (TextPart(text=value),) if value else ()
        if value is None:
            return ()
        fields = proto_fields(value, "systemInstruction")
        fields.text("role")
        return self._parts(fields)

    def _content(self, value: Any, path: str) -> list[Message]:
        fields = proto_fields(value, path)
        role = _ROLES.get(fields.text("role") or "user")
        if role is None:
            raise invalid(fields.path("role"), "It must be user or model.")
        parts = self._parts(fields)
        if role == "assistant":
            return [Message(role="assistant", parts=parts)]
        results = tuple(part for part in parts if isinstance(part, ToolResultPart))
        rest = tuple(part for part in parts if not isinstance(part, ToolResultPart))
        messages = [Message(role="tool", parts=results)] if results else []
        if rest or not results:
            messages.append(Message(role="user", parts=rest))
        return messages

    def _parts(self, fields: Fields) -> tuple[Part, ...]:
        parts: list[Part] = []
        for i, item in enumerate(fields.array("parts") or ()):
            part = self._part(item, f"{fields.path('parts')}[{i}]")
            before = parts[-1] if parts else None
            if isinstance(part, ReasoningPart) and isinstance(before, ReasoningPart) and not before.signature:
                # Thoughts come in pieces, the proof with the last: together they are one part.
                parts[-1] = ReasoningPart(
                    text=before.text + part.text,
                    signature=part.signature,
                    provider_data=before.provider_data,
                )
            elif part is not None:
                parts.append(part)
        return tuple(parts)

    def _part(self, value: Any, path: str) -> Part | None:
        raw: JsonObject = object_at(value, path)
        fields = proto_fields(raw, path)
        kind = kind_of(raw)
        if kind == "text":
            return read_text(fields, raw)
        if kind in {"inlineData", "fileData"}:
            return read_media(fields, kind)
        if kind == "functionCall":
            return self._call(fields)
        if kind == "functionResponse":
            return self._result(fields)
        return opaque(raw) if raw else None

    def _call(self, fields: Fields) -> ToolCallPart:
        call = proto_fields(fields.take("functionCall"), fields.path("functionCall"))
        name, arguments = call.required_text("name"), call.object("args")
        call_id = call.text("id") or new_id("call")
        fields.take("thought")
        part = ToolCallPart(
            id=call_id, name=name, arguments=dumps_text(arguments or {}), provider_data=own_values(fields)
        )
        self._open.append(part)
        return part

    def _result(self, fields: Fields) -> ToolResultPart:
        result = proto_fields(fields.take("functionResponse"), fields.path("functionResponse"))
        name, call_id = result.text("name"), result.text("id")
        response = result.object("response") or {}
        match = next(
            (call for call in self._open if (call.id == call_id if call_id else call.name == name)), None
        )
        if match is not None:
            self._open.remove(match)
        parts: list[Part] = list(_words(response))
        for i, item in enumerate(result.array("parts") or ()):
            media = self._part(item, f"{result.path('parts')}[{i}]")
            if media is not None:
                parts.append(media)
        return ToolResultPart(
            tool_call_id=call_id or (match.id if match else f"call_{name or 'unknown'}"),
            name=name or (match.name if match else None),
            parts=tuple(parts),
            is_error=response.keys() == {"error"},
            provider_data={"gemini": {**result.rest, "response": response}},
        )


def _words(response: JsonObject) -> tuple[TextPart, ...]:
    """Return a result's words: ``output``, ``result`` or ``error`` alone say it plainly."""
    if not response:
        return ()
    for name in ("output", "result", "error"):
        value = response.get(name)
        if len(response) == 1 and isinstance(value, str):
            return (TextPart(text=value),) if value else ()
    return (TextPart(text=dumps_text(response)),)

"""Messages of Ollama's dialect, read and written."""

import re
from collections.abc import Sequence
from typing import Any

from salon.foundation.kit.errors import Unsupported
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationPart,
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.fields import Fields, array_at, invalid, of_type
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import decode_text, document_text, sniff, split_data_url
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, dumps_text, is_object, loads

_ROLES = {"system", "user", "assistant", "tool"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s_-]*\Z")


class MessageReader:
    """Reads messages in order: a tool's result finds its call by name, for Ollama's have no ids."""

    def __init__(self) -> None:
        self._open: list[ToolCallPart] = []

    def read(self, value: Any) -> tuple[Message, ...]:
        """Read ``messages``. Raises: InvalidRequest naming the path."""
        items = array_at(value, "messages")
        return tuple(self._message(item, f"messages[{i}]", i) for i, item in enumerate(items))

    def _message(self, value: Any, path: str, number: int) -> Message:
        fields = Fields(value, path)
        role = fields.required_text("role")
        if role not in _ROLES:
            raise invalid(fields.path("role"), f"It must be one of {', '.join(sorted(_ROLES))}.")
        text = fields.text("content") or ""
        thinking = fields.text("thinking")
        parts: list[Part] = []
        if thinking:
            parts.append(ReasoningPart(text=thinking))
        if text:
            parts.append(TextPart(text=text))
        for i, image in enumerate(fields.array("images") or ()):
            parts.append(read_image(image, f"{fields.path('images')}[{i}]"))
        if role == "tool":
            return Message(role="tool", parts=(self._result(fields, tuple(parts)),))
        calls = [
            _read_call(call, f"{fields.path('tool_calls')}[{i}]", f"call_{number}_{i}")
            for i, call in enumerate(fields.array("tool_calls") or ())
        ]
        self._open += calls
        if role == "assistant":
            return Message(role="assistant", parts=(*parts, *calls))
        return Message(role="system" if role == "system" else "user", parts=tuple(parts))

    def _result(self, fields: Fields, parts: tuple[Part, ...]) -> ToolResultPart:
        name = fields.text("tool_name") or fields.text("name")
        call_id = fields.text("tool_call_id")
        match = next(
            (
                call
                for call in self._open
                if (call.id == call_id if call_id else name is None or call.name == name)
            ),
            None,
        )
        if match is not None:
            self._open.remove(match)
        found = call_id or (match.id if match else f"call_{name or 'unknown'}")
        return ToolResultPart(tool_call_id=found, name=name or (match.name if match else None), parts=parts)


def read_image(value: Any, path: str) -> ImagePart:
    """Read a picture in base64. Raises: InvalidRequest naming ``path``."""
    data = of_type(value, str, path)
    if not data:
        raise invalid(path, "It must not be empty.")
    inline = split_data_url(data)
    if inline:
        return ImagePart(media_type=inline[0], data=inline[1])
    if not _BASE64.match(data[:4096]):
        raise invalid(path, "It must be base64.")
    return ImagePart(media_type=sniff(data) or "image/png", data=data)


def _read_call(value: Any, path: str, made_id: str) -> ToolCallPart:
    call = Fields(value, path)
    function = Fields(call.take("function"), call.path("function"))
    name = function.required_text("name")
    arguments = function.take("arguments")
    text = arguments if isinstance(arguments, str) else dumps_text({} if arguments is None else arguments)
    return ToolCallPart(id=call.text("id") or made_id, name=name, arguments=text)


def read_output_call(call: Any) -> ToolCallPart | None:
    """Read one tool call of an answer; an id is made where there is none."""
    if not is_object(call) or not is_object(call.get("function")):
        return None
    function: JsonObject = call["function"]
    name, arguments, call_id = function.get("name"), function.get("arguments"), call.get("id")
    return ToolCallPart(
        id=call_id if isinstance(call_id, str) and call_id else new_id("call"),
        name=name if isinstance(name, str) else "",
        arguments=arguments
        if isinstance(arguments, str)
        else dumps_text({} if arguments is None else arguments),
    )


class MessageWriter:
    """Writes messages for an Ollama and remembers what got lost."""

    def __init__(self, lost: Lost) -> None:
        self._lost = lost
        self._names: dict[str, str] = {}

    def write(self, messages: Sequence[Message]) -> list[JsonObject]:
        """Write all messages. Raises: Unsupported."""
        out: list[JsonObject] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            results = [part for part in message.parts if isinstance(part, ToolResultPart)]
            out += [self._result(part, path) for part in results]
            rest = [part for part in message.parts if not isinstance(part, ToolResultPart)]
            if rest or not results:
                out.append(self._plain(message, rest, path))
        return out

    def _result(self, part: ToolResultPart, path: str) -> JsonObject:
        wire = self._content({"role": "tool"}, part.parts, path, assistant=False)
        name = part.name or self._names.get(part.tool_call_id)
        if name:
            wire["tool_name"] = name
        wire["tool_call_id"] = part.tool_call_id
        if part.is_error:
            self._lost["tool_result.is_error"] = None
        return wire

    def _plain(self, message: Message, parts: Sequence[Part], path: str) -> JsonObject:
        role = {"developer": "system", "tool": "user"}.get(message.role, message.role)
        if message.name:
            self._lost["messages.name"] = None
        return self._content({"role": role}, parts, path, assistant=role == "assistant")

    def _content(self, wire: JsonObject, parts: Sequence[Part], path: str, *, assistant: bool) -> JsonObject:  # noqa: PLR0912 - one branch a kind
        text: list[str] = []
        images: list[str] = []
        thinking: list[str] = []
        calls: list[JsonObject] = []
        for i, part in enumerate(parts):
            if getattr(part, "cache", False):
                self._lost["cache_control"] = None
            if isinstance(part, TextPart | RefusalPart):
                text.append(part.text)
            elif isinstance(part, ImagePart) and part.data:
                images.append(part.data)
            elif isinstance(part, FilePart) and (words := _file_text(part)) is not None:
                text.append(document_text(part.name, words))
            elif isinstance(part, ReasoningPart):
                if part.signature or part.redacted:
                    self._lost["messages.reasoning_signature"] = None
                if part.text:
                    thinking.append(part.text)
            elif isinstance(part, ToolCallPart):
                calls.append(self._call(part))
            elif isinstance(part, CitationPart) or assistant:
                self._lost[losses.in_messages(part)] = None
            else:
                raise Unsupported(field=f"{path}.content[{i}]", problem=_refusal(part))
        wire["content"] = "\n\n".join(text) if wire["role"] != "assistant" else "".join(text)
        if images:
            wire["images"] = images
        if thinking:
            wire["thinking"] = "".join(thinking)
        if calls:
            wire["tool_calls"] = calls
        return wire

    def _call(self, part: ToolCallPart) -> JsonObject:
        self._names[part.id] = part.name
        arguments, whole = arguments_object(part.arguments)
        if not whole:
            self._lost["tool_calls.arguments"] = None
        return {"id": part.id, "function": {"name": part.name, "arguments": arguments}}


def arguments_object(text: str) -> tuple[JsonObject, bool]:
    """Return tool arguments as an object, and whether nothing was lost."""
    if not text.strip():
        return {}, True
    try:
        value = loads(text.encode("utf-8", "replace"))
    except BrokenJsonError:
        value = None
    if is_object(value):
        return value, True
    return {"unreadable_arguments": text}, False


def _file_text(part: FilePart) -> str | None:
    if part.text is not None:
        return part.text
    if part.data and part.media_type != "application/pdf":
        return decode_text(part.data)
    return None


def _refusal(part: Part) -> str:
    if isinstance(part, ImagePart):
        return "Ollama takes images as bytes, not by address."
    what = part_name(part)
    return f"Ollama has no place for {what}."

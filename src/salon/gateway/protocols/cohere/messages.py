"""Messages of Cohere's dialect, written."""

from collections.abc import Sequence

from salon.foundation.kit.errors import Unsupported
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
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import data_url, decode_text, document_text
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import JsonObject

_ROLES = {"developer": "system", "tool": "user"}


class MessageWriter:
    """Writes messages and remembers what got lost."""

    def __init__(self, lost: Lost) -> None:
        self._lost = lost

    def write(self, messages: Sequence[Message]) -> list[JsonObject]:
        """Write all messages. Raises: Unsupported."""
        out: list[JsonObject] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            if message.name:
                self._lost["messages.name"] = None
            results = [part for part in message.parts if isinstance(part, ToolResultPart)]
            out += [self._result(part, path) for part in results]
            rest = [part for part in message.parts if not isinstance(part, ToolResultPart)]
            if message.role == "assistant":
                out.append(self._assistant(rest))
            elif rest or not results:
                role = _ROLES.get(message.role, message.role)
                out.append({"role": role, "content": self._content(rest, path)})
        return out

    def _result(self, part: ToolResultPart, path: str) -> JsonObject:
        if part.is_error:
            self._lost["tool_result.is_error"] = None
        content = self._content(part.parts, path)
        if not isinstance(content, str) and any(one["type"] != "text" for one in content):
            raise Unsupported(field=path, problem="Cohere takes words from a tool, and no pictures.")
        return {"role": "tool", "tool_call_id": part.tool_call_id, "content": content}

    def _assistant(self, parts: Sequence[Part]) -> JsonObject:
        """Write what a model said; why it called tools is its plan, other thoughts stay behind."""
        text = "".join(part.text for part in parts if isinstance(part, TextPart | RefusalPart))
        calls = [_call(part) for part in parts if isinstance(part, ToolCallPart)]
        plan = "".join(part.text for part in parts if isinstance(part, ReasoningPart))
        wire: JsonObject = {"role": "assistant"}
        if text or not calls:
            wire["content"] = text
        if calls:
            wire["tool_calls"] = calls
        if calls and plan:
            wire["tool_plan"] = plan
        for part in parts:
            self._note(part, keeps_plan=bool(calls))
        return wire

    def _note(self, part: Part, *, keeps_plan: bool) -> None:
        if getattr(part, "cache", False):
            self._lost["cache_control"] = None
        if isinstance(part, TextPart | RefusalPart | ToolCallPart):
            return
        if isinstance(part, ReasoningPart) and keeps_plan and part.text:
            if part.signature:
                self._lost["messages.reasoning_signature"] = None
            return
        self._lost[losses.in_messages(part)] = None

    def _content(self, parts: Sequence[Part], path: str) -> str | list[JsonObject]:
        """Return words alone as text, and anything else as a list."""
        out: list[JsonObject] = []
        for i, part in enumerate(parts):
            if getattr(part, "cache", False):
                self._lost["cache_control"] = None
            if isinstance(part, TextPart | RefusalPart):
                out.append({"type": "text", "text": part.text})
            elif isinstance(part, ImagePart) and (part.data or part.url):
                address = part.url or data_url(part.media_type, part.data or "")
                detail = {"detail": part.detail} if part.detail else {}
                out.append({"type": "image_url", "image_url": {"url": address, **detail}})
            elif isinstance(part, FilePart) and (words := _file_text(part)) is not None:
                out.append({"type": "text", "text": document_text(part.name, words)})
            elif isinstance(part, CitationPart | ReasoningPart):
                self._lost[losses.in_messages(part)] = None
            else:
                problem = f"Cohere has no place for {part_name(part)}."
                raise Unsupported(field=f"{path}.content[{i}]", problem=problem)
        if len(out) == 1 and out[0]["type"] == "text":
            return out[0]["text"]
        return out or ""


def _call(part: ToolCallPart) -> JsonObject:
    function = {"name": part.name, "arguments": part.arguments or "{}"}
    return {"id": part.id, "type": "function", "function": function}


def _file_text(part: FilePart) -> str | None:
    if part.text is not None:
        return part.text
    if part.data and part.media_type != "application/pdf":
        return decode_text(part.data)
    return None

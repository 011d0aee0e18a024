"""Messages as the steps of an interaction: each thought, call and result is a step of its own."""

from collections.abc import Sequence
from typing import Final

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Message,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    VideoPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.gemini.contents_writer import arguments_object, call_signature, media_object
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import document_text
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import JsonObject, is_object, own_data

_KINDS: Final = ((ImagePart, "image"), (AudioPart, "audio"), (VideoPart, "video"), (FilePart, "document"))


class StepWriter:
    """Writes messages and remembers what got lost."""

    def __init__(self, lost: Lost) -> None:
        self._lost = lost
        self._names: dict[str, str] = {}
        self._out: list[JsonObject] = []

    def write(self, messages: Sequence[Message]) -> tuple[str | None, list[JsonObject]]:
        """Return ``system_instruction`` and ``input``. Raises: Unsupported."""
        system: list[str] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            if message.name:
                self._lost["messages.name"] = None
            if message.role == "assistant":
                self._model(message.parts)
            elif message.role in {"system", "developer"} and not self._out:
                system += [part["text"] for part in self._contents(message.parts, path) if "text" in part]
            else:
                if message.role in {"system", "developer"}:
                    # Later instructions keep their place and weight as the user's words.
                    self._lost["messages.system_position"] = None
                self._user(message.parts, path)
        if not self._out and system:
            self._say("user_input", [{"type": "text", "text": text} for text in system])
            return None, self._out
        return "\n\n".join(system) or None, self._out

    def _say(self, kind: str, content: list[JsonObject]) -> None:
        if not content:
            return
        if self._out and self._out[-1]["type"] == kind:
            self._out[-1]["content"] += content
        else:
            self._out.append({"type": kind, "content": content})

    # -- a user's and the system's ----------------------------------------------------------------
    def _user(self, parts: Sequence[Part], path: str) -> None:
        for part in parts:
            if isinstance(part, ToolResultPart):
                self._out.append(self._result(part, path))
        self._say(
            "user_input",
            self._contents([part for part in parts if not isinstance(part, ToolResultPart)], path),
        )

    def _contents(self, parts: Sequence[Part], path: str) -> list[JsonObject]:
        out: list[JsonObject] = []
        for i, part in enumerate(parts):
            if getattr(part, "cache", False):
                self._lost["cache_control"] = None
            content = self._content(part, f"{path}.content[{i}]")
            if content is None:
                problem = f"An interaction has no place for {part_name(part)}."
                raise Unsupported(field=f"{path}.content[{i}]", problem=problem)
            if content:
                out.append(content)
        return out

    def _content(self, part: Part, path: str) -> JsonObject | None:
        """Return a content block; an empty one for a part that says nothing, None when it has no place."""
        if isinstance(part, TextPart | RefusalPart):
            return {"type": "text", "text": part.text} if part.text else {}
        if isinstance(part, FilePart) and part.text is not None:
            return {"type": "text", "text": document_text(part.name, part.text)}
        for cls, kind in _KINDS:
            if isinstance(part, cls):
                return {"type": kind, **_source(part, path)}
        return None

    def _result(self, part: ToolResultPart, path: str) -> JsonObject:
        wire: JsonObject = {
            "type": "function_result",
            "call_id": part.tool_call_id,
            "result": self._contents(part.parts, path),
        }
        name = part.name or self._names.get(part.tool_call_id)
        if name:
            wire["name"] = name
        if part.is_error:
            wire["is_error"] = True
        if all(block["type"] == "text" for block in wire["result"]):
            wire["result"] = "".join(block["text"] for block in wire["result"])
        return wire

    # -- the model's ------------------------------------------------------------------------------
    def _model(self, parts: Sequence[Part]) -> None:
        proven: str | None = None
        for part in parts:
            if isinstance(part, ReasoningPart):
                proven = self._thought(part) or proven
            elif isinstance(part, ToolCallPart):
                signature = call_signature(part)
                if signature is not None and signature != proven:
                    # Callers of chat bring a thought's proof back with the call that followed it.
                    self._out.append({"type": "thought", "signature": signature})
                    proven = signature
                self._out.append(self._call(part))
            elif isinstance(part, OpaquePart) and part.dialect == "interactions" and is_object(part.raw):
                self._out.append(part.raw)
            else:
                self._own_words(part)

    def _own_words(self, part: Part) -> None:
        try:
            content = self._content(part, "messages")
        except Unsupported:
            content = None
        if content is None:
            self._lost[losses.in_messages(part)] = None
        elif content:
            self._say("model_output", [content])

    def _thought(self, part: ReasoningPart) -> str | None:
        """Write a thought of Google's own; return what proves it."""
        if not own_data(part.provider_data, "gemini"):
            self._lost["messages.reasoning"] = None  # the thoughts of other models are none of its own
            return None
        step: JsonObject = {"type": "thought"}
        if part.signature:
            step["signature"] = part.signature
        if part.text:
            step["summary"] = [{"type": "text", "text": part.text}]
        self._out.append(step)
        return part.signature

    def _call(self, part: ToolCallPart) -> JsonObject:
        self._names[part.id] = part.name
        arguments, is_whole = arguments_object(part.arguments)
        if not is_whole:
            self._lost["tool_calls.arguments"] = None
        return {"type": "function_call", "id": part.id, "name": part.name, "arguments": arguments}


def _source(part: ImagePart | AudioPart | VideoPart | FilePart, path: str) -> JsonObject:
    """Return where the bytes are, and what they are. Raises: Unsupported for another provider's file."""
    held = media_object(part, path, own_data(part.provider_data, "gemini"))
    inline, source = held.get("inlineData"), held.get("fileData")
    if is_object(inline):
        return {"data": inline["data"], "mime_type": inline["mimeType"]}
    assert is_object(source)
    wire: JsonObject = {"uri": source["fileUri"]}
    return {**wire, "mime_type": source["mimeType"]} if "mimeType" in source else wire

"""Messages of the messages dialect, written: roles merged, tool results first, blocks in order."""

from collections.abc import Sequence
from typing import Any

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    CitationPart,
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
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import decode_text, sniff
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, is_object, loads, own_data

_IMAGE_TYPES = {"image/jpeg", "image/png", "image/gif", "image/webp"}


class MessageWriter:
    """Writes messages for one provider and remembers what got lost."""

    def __init__(self, lost: Lost) -> None:
        self._lost = lost

    def write(self, messages: Sequence[Message]) -> tuple[Any, list[JsonObject]]:
        """Return ``system`` (None if there is none) and ``messages``. Raises: Unsupported."""
        system: list[JsonObject] = []
        out: list[JsonObject] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            if message.role in {"system", "developer"}:
                blocks = self._blocks(message.parts, path, assistant=False)
                if not out:
                    system += blocks
                    continue
                # Later instructions keep their place and weight as the user's words.
                self._append(out, "user", blocks)
                self._lost["messages.system_position"] = None
            else:
                role = "assistant" if message.role == "assistant" else "user"
                if message.name:
                    self._lost["messages.name"] = None
                self._append(out, role, self._blocks(message.parts, path, assistant=role == "assistant"))
        for entry in out:
            entry["content"] = _simplify(entry["content"])
        return (_simplify(system) if system else None), out

    def _append(self, out: list[JsonObject], role: str, blocks: list[JsonObject]) -> None:
        if not blocks:
            return
        if not out or out[-1]["role"] != role:
            out.append({"role": role, "content": blocks})
            return
        content: list[JsonObject] = out[-1]["content"]
        results = [block for block in blocks if block["type"] == "tool_result"]
        # All results of one turn come first in the next user message, or the provider refuses it.
        at = next((i for i, b in enumerate(content) if b["type"] != "tool_result"), len(content))
        content[at:at] = results
        content += [block for block in blocks if block["type"] != "tool_result"]

    def _blocks(self, parts: Sequence[Part], path: str, *, assistant: bool) -> list[JsonObject]:
        blocks: list[JsonObject] = []
        for i, part in enumerate(parts):
            if isinstance(part, CitationPart):
                _cite(blocks, part)
                continue
            block = self._block(part, f"{path}.content[{i}]", assistant=assistant)
            if block is not None:
                blocks.append(block)
        return blocks

    def _block(self, part: Part, path: str, *, assistant: bool) -> JsonObject | None:
        own: JsonObject = own_data(part.provider_data, "anthropic")
        block = self._bare(part, path, own)
        if block is None:
            if assistant:
                what = part_name(part)
                self._lost[losses.in_messages(part)] = None
                return None
            what = part_name(part)
            raise Unsupported(field=path, problem=f"This provider's dialect has no place for {what}.")
        if isinstance(part, OpaquePart) or not block:
            return block or None
        extras = {name: value for name, value in own.items() if name not in {"file_id", "citation"}}
        if getattr(part, "cache", False) and "cache_control" not in extras:
            extras["cache_control"] = {"type": "ephemeral"}
        return {**block, **extras}

    def _bare(self, part: Part, path: str, own: JsonObject) -> JsonObject | None:  # noqa: PLR0911 - one return a kind
        if isinstance(part, TextPart | RefusalPart):
            return {"type": "text", "text": part.text} if part.text else {}
        if isinstance(part, ToolCallPart):
            return {
                "type": "tool_use",
                "id": part.id,
                "name": part.name,
                "input": self.arguments(part.arguments),
            }
        if isinstance(part, ToolResultPart):
            return self._result(part, path)
        if isinstance(part, ReasoningPart):
            return self._thinking(part)
        if isinstance(part, ImagePart):
            return {"type": "image", "source": _image_source(part, path, own)}
        if isinstance(part, FilePart):
            wire: JsonObject = {"type": "document", "source": _file_source(part, path, own)}
            if part.name:
                wire["title"] = part.name
            return wire
        if isinstance(part, OpaquePart) and part.dialect == "anthropic":
            return part.raw
        return None

    def arguments(self, text: str) -> JsonObject:
        """Return tool arguments as the object this dialect wants."""
        if not text.strip():
            return {}
        try:
            value = loads(text.encode("utf-8", "replace"))
        except BrokenJsonError:
            value = None
        if is_object(value):
            return value
        self._lost["tool_calls.arguments"] = None
        return {"unreadable_arguments": text}

    def _result(self, part: ToolResultPart, path: str) -> JsonObject:
        wire: JsonObject = {"type": "tool_result", "tool_use_id": part.tool_call_id}
        content = self._blocks(part.parts, path, assistant=False)
        if content:
            wire["content"] = _simplify(content)
        if part.is_error:
            wire["is_error"] = True
        return wire

    def _thinking(self, part: ReasoningPart) -> JsonObject:
        if part.redacted is not None:
            return {"type": "redacted_thinking", "data": part.redacted}
        if part.signature:
            return {"type": "thinking", "thinking": part.text, "signature": part.signature}
        self._lost["messages.reasoning"] = None  # the provider refuses thinking it did not sign
        return {}


def _cite(blocks: list[JsonObject], part: CitationPart) -> None:
    kept = own_data(part.provider_data, "anthropic").get("citation")
    if kept and blocks and blocks[-1]["type"] == "text":
        blocks[-1]["citations"] = [*blocks[-1].get("citations", ()), kept]


def _simplify(blocks: list[JsonObject]) -> Any:
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        return blocks[0]["text"]
    return blocks


def _image_source(part: ImagePart, path: str, own: JsonObject) -> JsonObject:
    if part.data:
        media_type = part.media_type
        if media_type not in _IMAGE_TYPES:
            media_type = sniff(part.data) or "image/png"
        return {"type": "base64", "media_type": media_type, "data": part.data}
    if part.url:
        return {"type": "url", "url": part.url}
    if part.file_id and own.get("file_id") == part.file_id:
        return {"type": "file", "file_id": part.file_id}
    raise Unsupported(field=path, problem="An image held in another provider's file store.")


def _file_source(part: FilePart, path: str, own: JsonObject) -> JsonObject:
    if part.text is not None:
        return {"type": "text", "media_type": "text/plain", "data": part.text}
    if part.data:
        media_type = part.media_type or sniff(part.data)
        if media_type == "application/pdf":
            return {"type": "base64", "media_type": media_type, "data": part.data}
        if (text := decode_text(part.data)) is not None:
            return {"type": "text", "media_type": "text/plain", "data": text}
        raise Unsupported(field=path, problem=f"This provider reads PDF and text, not {media_type}.")
    if part.url:
        return {"type": "url", "url": part.url}
    if part.file_id and own.get("file_id") == part.file_id:
        return {"type": "file", "file_id": part.file_id}
    raise Unsupported(field=path, problem="A file held in another provider's file store.")

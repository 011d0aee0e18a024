"""Messages of Converse, written: roles merged and alternating, system apart, no empty text."""

import base64
import contextlib
import re
from collections.abc import Sequence
from typing import Any, Final

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    AudioPart,
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
    VideoPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import sniff
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, is_object, loads

_CACHE_POINT: Final = {"cachePoint": {"type": "default"}}
_IMAGES: Final = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCUMENTS: Final = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
    "application/msword": "doc",
    _WORD: "docx",
    "application/vnd.ms-excel": "xls",
    _SHEET: "xlsx",
}
_VIDEOS: Final = {
    "video/x-matroska": "mkv",
    "video/quicktime": "mov",
    "video/x-flv": "flv",
    "video/3gpp": "three_gp",
}
_SOUNDS: Final = {"audio/mpeg": "mp3", "audio/x-wav": "wav", "audio/wave": "wav"}
_NO_NAME = re.compile(r"[^A-Za-z0-9()\[\]-]+")
_NO_ID = re.compile(r"[^A-Za-z0-9_.:-]")
_LONGEST_ID: Final = 64


class MessageWriter:
    """Writes messages and remembers what got lost."""

    def __init__(self, lost: Lost, *, caches: bool) -> None:
        self._lost = lost
        self._caches = caches
        self._documents = 0

    def write(self, messages: Sequence[Message]) -> tuple[list[JsonObject], list[JsonObject]]:
        """Return ``system`` and ``messages``. Raises: Unsupported."""
        system: list[JsonObject] = []
        out: list[JsonObject] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            if message.name:
                self._lost["messages.name"] = None
            role = "assistant" if message.role == "assistant" else "user"
            blocks = self._blocks(message.parts, path, assistant=role == "assistant")
            if message.role in {"system", "developer"} and not out:
                system += blocks
                continue
            if message.role in {"system", "developer"}:
                # Later instructions keep their place and weight as the user's words.
                self._lost["messages.system_position"] = None
            if not blocks:
                continue
            if out and out[-1]["role"] == role:
                out[-1]["content"] += blocks
            else:
                out.append({"role": role, "content": blocks})
        return system, out

    def _blocks(self, parts: Sequence[Part], path: str, *, assistant: bool) -> list[JsonObject]:
        blocks: list[JsonObject] = []
        for i, part in enumerate(parts):
            block = self._block(part, f"{path}.content[{i}]")
            if block is None and (assistant or isinstance(part, CitationPart | ReasoningPart)):
                self._lost[losses.in_messages(part)] = None
            elif block is None:
                problem = f"Bedrock's Converse has no place for {part_name(part)}."
                raise Unsupported(field=f"{path}.content[{i}]", problem=problem)
            elif block:
                blocks.append(block)
            if getattr(part, "cache", False):
                if self._caches and blocks:
                    blocks.append(_CACHE_POINT)
                else:
                    self._lost["cache_control"] = None
        return blocks

    def _block(self, part: Part, path: str) -> JsonObject | None:  # noqa: PLR0911 - one return a kind
        """Return a block; an empty one for a part that says nothing, None for one that has no place."""
        match part:
            case TextPart() | RefusalPart():
                return {"text": part.text} if part.text.strip() else {}
            case ToolCallPart():
                return {"toolUse": self._call(part)}
            case ToolResultPart():
                return {"toolResult": self._result(part, path)}
            case ReasoningPart(redacted=str() as redacted):
                return {"reasoningContent": {"redactedContent": redacted}}
            case ReasoningPart(signature=str() as signature):
                return {"reasoningContent": {"reasoningText": {"text": part.text, "signature": signature}}}
            case ImagePart() | VideoPart() | AudioPart() | FilePart():
                return self._media(part, path)
            case OpaquePart(dialect="converse") if is_object(part.raw) and "start" not in part.raw:
                return part.raw
            case _:
                return None

    def _call(self, part: ToolCallPart) -> JsonObject:
        given: Any = None
        with contextlib.suppress(BrokenJsonError):
            given = loads(part.arguments.encode("utf-8", "replace") if part.arguments.strip() else b"{}")
        if not is_object(given):
            self._lost["tool_calls.arguments"] = None
            given = {"unreadable_arguments": part.arguments}
        return {"toolUseId": _id(part.id), "name": part.name, "input": given}

    def _result(self, part: ToolResultPart, path: str) -> JsonObject:
        content = [block for block in (self._inside(one, path) for one in part.parts) if block]
        wire: JsonObject = {"toolUseId": _id(part.tool_call_id), "content": content}
        if part.is_error:
            wire["status"] = "error"
        return wire

    def _inside(self, part: Part, path: str) -> JsonObject:
        if isinstance(part, TextPart):
            return {"text": part.text} if part.text.strip() else {}
        if isinstance(part, ImagePart | FilePart | VideoPart):
            return self._media(part, path)
        raise Unsupported(field=path, problem=f"A tool's result has no place for {part_name(part)}.")

    def _media(self, part: ImagePart | VideoPart | AudioPart | FilePart, path: str) -> JsonObject:
        data, kind = part.data, part.media_type or ""
        if isinstance(part, FilePart) and part.text is not None:
            data, kind = base64.b64encode(part.text.encode("utf-8", "replace")).decode(), "text/plain"
        if data is None:
            raise Unsupported(field=path, problem="Bedrock takes media as bytes, not by address or id.")
        source = {"bytes": data}
        if isinstance(part, FilePart):
            form = _DOCUMENTS.get(kind) or _DOCUMENTS.get(sniff(data) or "")
            if form is None:
                raise Unsupported(
                    field=path, problem=f"Bedrock reads no documents of type {kind or 'unknown'}."
                )
            self._documents += 1
            name = _NO_NAME.sub(" ", part.name or "").strip()[:200] or f"document {self._documents}"
            return {"document": {"format": form, "name": name, "source": source}}
        if isinstance(part, ImagePart):
            form = _IMAGES.get(kind) or _IMAGES.get(sniff(data) or "")
            if form is None:
                raise Unsupported(field=path, problem=f"Bedrock takes no images of type {kind or 'unknown'}.")
            return {"image": {"format": form, "source": source}}
        known = _VIDEOS if isinstance(part, VideoPart) else _SOUNDS
        form = known.get(kind) or kind.partition("/")[2] or ("mp4" if isinstance(part, VideoPart) else "wav")
        return {"video" if isinstance(part, VideoPart) else "audio": {"format": form, "source": source}}


def _id(given: str) -> str:
    """Return an id of a tool call as Bedrock takes it; the same one for call and result."""
    return _NO_ID.sub("_", given)[:_LONGEST_ID] or "_"

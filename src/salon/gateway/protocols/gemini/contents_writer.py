"""Contents of the Gemini dialect, written: system words first, results of one turn together."""

import re
from collections.abc import Sequence

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
from salon.gateway.protocols.base import Quirks
from salon.gateway.protocols.gemini.parts import SIGNATURE
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import document_text, sniff
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, is_object, loads, own_data

_Media = ImagePart | AudioPart | VideoPart | FilePart
_USUAL_TYPE: dict[type[object], str] = {
    ImagePart: "image/png",
    AudioPart: "audio/wav",
    VideoPart: "video/mp4",
}
_BY_ENDING = {
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp3": "audio/mp3",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "csv": "text/csv",
    "html": "text/html",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "txt": "text/plain",
}
_SIGNED = re.compile(r"gemini-(?:[3-9]|\d\d)")
"""Models that refuse a call of theirs without its signature: Gemini 3 and later."""
_NO_SIGNATURE = "skip_thought_signature_validator"
"""What Google names for calls that another model made.

https://ai.google.dev/gemini-api/docs/thought-signatures (2026)
"""


class ContentWriter:
    """Writes messages for one request and remembers what got lost."""

    def __init__(self, model: str, quirks: Quirks, lost: Lost) -> None:
        self._lost = lost
        self._names: dict[str, str] = {}
        self._needs_signature = bool(quirks.get("signatures", _SIGNED.search(model) is not None))
        self._call_ids = bool(quirks.get("call_ids", True))

    def write(self, messages: Sequence[Message]) -> tuple[JsonObject | None, list[JsonObject]]:
        """Return ``systemInstruction`` and ``contents``. Raises: Unsupported."""
        system: list[JsonObject] = []
        out: list[JsonObject] = []
        for i, message in enumerate(messages):
            path = f"messages[{i}]"
            if message.name:
                self._lost["messages.name"] = None
            if message.role in {"system", "developer"}:
                parts = self._user(message.parts, path)
                if not out:
                    system += parts
                    continue
                # Later instructions keep their place and weight as the user's words.
                self._lost["messages.system_position"] = None
                _append(out, "user", parts)
            elif message.role == "assistant":
                _append(out, "model", self._model(message.parts))
            else:
                self._user_turn(message.parts, path, out)
        if not out:
            return None, [{"role": "user", "parts": system}] if system else []
        return ({"parts": system} if system else None), out

    def _user_turn(self, parts: Sequence[Part], path: str, out: list[JsonObject]) -> None:
        results = [part for part in parts if isinstance(part, ToolResultPart)]
        media: list[Part] = []
        for result in results:
            written = self._result(result)
            media += [part for part in result.parts if not isinstance(part, TextPart | RefusalPart)]
            # All results of one turn stand in one content, or the provider misses some.
            if out and "functionResponse" in out[-1]["parts"][-1]:
                out[-1]["parts"].append(written)
            else:
                _append(out, "user", [written])
        rest = [part for part in parts if not isinstance(part, ToolResultPart)]
        # Pictures in a tool's result follow it: older models take none inside.
        _append(out, "user", self._user([*media, *rest], path))

    # -- a user's and the system's ----------------------------------------------------------------
    def _user(self, parts: Sequence[Part], path: str) -> list[JsonObject]:
        out: list[JsonObject] = []
        for i, part in enumerate(parts):
            if getattr(part, "cache", False):
                self._lost["cache_control"] = None
            wire = self._shared(part, f"{path}.content[{i}]")
            if wire is None:
                what = part_name(part)
                raise Unsupported(
                    field=f"{path}.content[{i}]", problem=f"This provider's dialect has no place for {what}."
                )
            if wire:
                out.append(wire)
        return out

    def _shared(self, part: Part, path: str) -> JsonObject | None:
        """Return a part that both sides may say; empty when it says nothing, None when it has no place."""
        own = own_data(part.provider_data, "gemini")
        if isinstance(part, TextPart | RefusalPart):
            return {"text": part.text, **own} if part.text else {}
        if isinstance(part, OpaquePart):
            return part.raw if part.dialect == "gemini" and is_object(part.raw) else None
        if isinstance(part, FilePart) and part.text is not None:
            return {"text": document_text(part.name, part.text)}
        if isinstance(part, _Media):
            extras = {name: value for name, value in own.items() if name != "file_id"}
            return {**media_object(part, path, own), **extras}
        return None

    def _result(self, part: ToolResultPart) -> JsonObject:
        own = own_data(part.provider_data, "gemini")
        kept = own.get("response")
        text = "".join(inner.text for inner in part.parts if isinstance(inner, TextPart | RefusalPart))
        wire: JsonObject = {
            "name": part.name or self._names.get(part.tool_call_id) or part.tool_call_id,
            "response": kept if is_object(kept) else _response(text, is_error=part.is_error),
        }
        if self._call_ids:
            wire["id"] = part.tool_call_id
        for name in ("willContinue", "scheduling"):
            if name in own:
                wire[name] = own[name]
        return {"functionResponse": wire}

    # -- the model's ------------------------------------------------------------------------------
    def _model(self, parts: Sequence[Part]) -> list[JsonObject]:
        out: list[JsonObject] = []
        is_first_call = True
        for part in parts:
            if isinstance(part, ToolCallPart):
                out.append(self._call(part, is_first=is_first_call))
                is_first_call = False
            elif isinstance(part, ReasoningPart):
                out += self._thought(part)
            else:
                try:
                    wire = self._shared(part, "messages")
                except Unsupported:
                    wire = None
                if wire is None:
                    self._lost[losses.in_messages(part)] = None
                elif wire:
                    out.append(wire)
        return out

    def _call(self, part: ToolCallPart, *, is_first: bool) -> JsonObject:
        self._names[part.id] = part.name
        arguments, whole = arguments_object(part.arguments)
        if not whole:
            self._lost["tool_calls.arguments"] = None
        call: JsonObject = {"name": part.name, "args": arguments}
        if self._call_ids:
            call = {"id": part.id, **call}
        wire: JsonObject = {"functionCall": call, **own_data(part.provider_data, "gemini")}
        signature = call_signature(part)
        if signature is not None:
            wire[SIGNATURE] = signature
        elif is_first and self._needs_signature:
            wire[SIGNATURE] = _NO_SIGNATURE
        return wire

    def _thought(self, part: ReasoningPart) -> list[JsonObject]:
        own = own_data(part.provider_data, "gemini")
        if not own:
            self._lost["messages.reasoning"] = None  # the thoughts of other models are none of its own
            return []
        wire: JsonObject = {"text": part.text, "thought": True}
        return [{**wire, SIGNATURE: part.signature} if part.signature else wire]


def call_signature(part: ToolCallPart) -> str | None:
    """Return the signature of a call, also as the chat dialect brings it back."""
    found = own_data(part.provider_data, "gemini").get(SIGNATURE)
    if not isinstance(found, str):
        extra = own_data(part.provider_data, "openai").get("extra_content")
        google = extra.get("google") if is_object(extra) else None
        found = google.get("thought_signature") if is_object(google) else None
    return found if isinstance(found, str) and found else None


def arguments_object(text: str) -> tuple[JsonObject, bool]:
    """Return tool arguments as the object this dialect wants, and whether nothing was lost."""
    if not text.strip():
        return {}, True
    try:
        value = loads(text.encode("utf-8", "replace"))
    except BrokenJsonError:
        value = None
    if is_object(value):
        return value, True
    return {"unreadable_arguments": text}, False


def _append(out: list[JsonObject], role: str, parts: list[JsonObject]) -> None:
    if parts:
        out.append({"role": role, "parts": parts})


def _response(text: str, *, is_error: bool) -> JsonObject:
    """Return a result as the object this dialect wants: ``output`` and ``error`` are its own names."""
    if is_error:
        return {"error": text}
    try:
        value = loads(text.encode("utf-8", "replace")) if text.lstrip().startswith("{") else None
    except BrokenJsonError:
        value = None
    return value if is_object(value) else {"output": text}


def media_object(part: _Media, path: str, own: JsonObject) -> JsonObject:
    """Return ``inlineData`` or ``fileData``. Raises: Unsupported for a file in another provider's store."""
    if part.data:
        media_type = part.media_type or sniff(part.data) or _USUAL_TYPE.get(type(part), "application/pdf")
        data: JsonObject = {"mimeType": media_type, "data": part.data}
        return {"inlineData": data}
    address = part.url or (part.file_id if own.get("file_id") == part.file_id else None)
    if not address:
        raise Unsupported(field=path, problem="A file held in another provider's file store.")
    source: JsonObject = {"fileUri": address}
    ending = address.partition("?")[0].rpartition(".")[2].lower()
    media_type = part.media_type or _BY_ENDING.get(ending)
    if media_type:
        source["mimeType"] = media_type
    return {"fileData": source}

"""Content parts of the chat dialect, read and written.

A part this codec does not know stays an ``OpaquePart`` and goes back unchanged to the same dialect.
"""

from collections.abc import Sequence
from typing import Any

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    VideoPart,
)
from salon.gateway.protocols.base import Quirks
from salon.gateway.protocols.fields import Fields, invalid, object_at
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import data_url, decode_text, document_text, split_data_url
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object, own_data

_CACHE_KEYS = ("cache_control", "prompt_cache_breakpoint")


def read_content(value: Any, path: str) -> tuple[Part, ...]:
    """Read ``content``: a string, an array of parts, or null. Raises: InvalidRequest."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (TextPart(text=value),) if value else ()
    if not is_list(value):
        raise invalid(path, "It must be a string or an array of parts.")
    return tuple(read_part(item, f"{path}[{i}]") for i, item in enumerate(value))


def read_part(value: Any, path: str) -> Part:  # noqa: PLR0911 - one return a kind
    """Read one part. Raises: InvalidRequest."""
    raw: JsonObject = object_at(value, path)
    fields = Fields(raw, path)
    kind = fields.required_text("type")
    marks = {name: raw[name] for name in _CACHE_KEYS if raw.get(name) is not None}
    kept = {"openai": marks} if marks else None
    if kind == "text":
        return TextPart(text=fields.required_text("text"), cache=bool(marks), provider_data=kept)
    if kind == "image_url":
        return _read_image(fields, cache=bool(marks), kept=kept)
    if kind == "input_audio":
        audio = Fields(fields.take("input_audio"), fields.path("input_audio"))
        return AudioPart(
            data=audio.required_text("data"),
            media_type=f"audio/{audio.text('format') or 'wav'}",
            cache=bool(marks),
            provider_data=kept,
        )
    if kind == "file":
        return _read_file(fields, cache=bool(marks), kept=kept)
    if kind == "refusal":
        return RefusalPart(text=fields.required_text("refusal"))
    if kind == "thinking":  # Mistral
        return ReasoningPart(text=thinking_text(raw.get("thinking")), provider_data={"openai": {"part": raw}})
    if kind == "video_url" and is_object(raw.get("video_url")):
        url = Fields(raw["video_url"], fields.path("video_url")).required_text("url")
        inline = split_data_url(url)
        if inline:
            return VideoPart(media_type=inline[0], data=inline[1], provider_data=kept)
        return VideoPart(url=url, provider_data=kept)
    return OpaquePart(dialect="openai", type=kind, raw=raw)


def _read_image(fields: Fields, *, cache: bool, kept: JsonObject | None) -> ImagePart:
    value = fields.take("image_url")
    if isinstance(value, str):  # Mistral and several others take the address itself
        value = {"url": value}
    image = Fields(value, fields.path("image_url"))
    url, detail = image.required_text("url"), image.text("detail")
    inline = split_data_url(url)
    if inline:
        return ImagePart(media_type=inline[0], data=inline[1], detail=detail, cache=cache, provider_data=kept)
    return ImagePart(url=url, detail=detail, cache=cache, provider_data=kept)


def _read_file(fields: Fields, *, cache: bool, kept: JsonObject | None) -> FilePart:
    file = Fields(fields.take("file"), fields.path("file"))
    data, file_id, name = file.text("file_data"), file.text("file_id"), file.text("filename")
    if file_id:
        own = {**(kept or {}).get("openai", {}), "file_id": file_id}
        return FilePart(file_id=file_id, name=name, cache=cache, provider_data={"openai": own})
    if data is None:
        raise invalid(fields.path("file"), "It needs file_data or file_id.")
    if data.startswith(("https://", "http://")):
        return FilePart(url=data, name=name, cache=cache, provider_data=kept)
    inline = split_data_url(data)
    media_type, payload = inline or ("application/pdf", data)
    return FilePart(media_type=media_type, data=payload, name=name, cache=cache, provider_data=kept)


def thinking_text(value: Any) -> str:
    """Return the words of Mistral's ``thinking`` value: a string or an array of text parts."""
    if isinstance(value, str):
        return value
    if not is_list(value):
        return ""
    return "".join(item["text"] for item in value if is_object(item) and isinstance(item.get("text"), str))


class PartWriter:
    """Writes parts for one request and remembers what got lost."""

    def __init__(self, quirks: Quirks, lost: Lost) -> None:
        self._cache_marks = quirks.get("cache_marks")
        self._plain_text = bool(quirks.get("plain_text"))
        self._file_urls = bool(quirks.get("file_urls"))
        self._media = quirks.get("media")
        self._is_mistral = quirks.get("media_form") == "mistral"
        self._lost = lost

    def write(self, parts: Sequence[Part], path: str) -> str | list[JsonObject]:
        """Write content: a plain string where one text part says it all. Raises: Unsupported."""
        if len(parts) == 1 and isinstance(parts[0], TextPart) and not self._marks(parts[0]):
            return parts[0].text
        if self._plain_text and all(isinstance(part, TextPart) for part in parts):
            return "\n\n".join(part.text for part in parts if isinstance(part, TextPart))
        return [self._write_one(part, f"{path}[{i}]") for i, part in enumerate(parts)]

    def _marks(self, part: Part) -> JsonObject:
        kept = own_data(part.provider_data, "openai")
        if is_object(kept) and (marks := {k: kept[k] for k in _CACHE_KEYS if k in kept}):
            return marks
        if not getattr(part, "cache", False):
            return {}
        if self._cache_marks == "cache_control":
            return {"cache_control": {"type": "ephemeral"}}
        if self._cache_marks == "prompt_cache_breakpoint":
            return {"prompt_cache_breakpoint": {"mode": "explicit"}}
        self._lost["cache_control"] = None
        return {}

    def _write_one(self, part: Part, path: str) -> JsonObject:  # noqa: PLR0911 - one return a kind
        if isinstance(part, TextPart):
            if own_data(part.provider_data, "anthropic"):
                self._lost["citations"] = None
            return {"type": "text", "text": part.text, **self._marks(part)}
        if self._is_refused(part):
            raise Unsupported(field=path, problem=f"This provider takes no {part_name(part)}.")
        if isinstance(part, ImagePart):
            return {**self._image(part, path), **self._marks(part)}
        if isinstance(part, AudioPart):
            wire = _audio(part, path)
            if self._is_mistral:
                wire["input_audio"] = part.data
            return {**wire, **self._marks(part)}
        if isinstance(part, FilePart):
            return {**self._file(part, path), **self._marks(part)}
        if isinstance(part, RefusalPart):
            return {"type": "refusal", "refusal": part.text}
        if isinstance(part, VideoPart):
            url = part.url or (data_url(part.media_type, part.data) if part.data else None)
            if url:
                return {"type": "video_url", "video_url": {"url": url}}
        if isinstance(part, OpaquePart) and part.dialect == "openai":
            return part.raw
        what = part_name(part)
        raise Unsupported(field=path, problem=f"This provider's dialect has no place for {what} here.")

    def _is_refused(self, part: Part) -> bool:
        """Tell whether the provider is known to take no such part; a text in a file is a text."""
        if self._media is None or not isinstance(part, ImagePart | AudioPart | VideoPart | FilePart):
            return False
        is_text = isinstance(part, FilePart) and (
            part.text is not None or (part.media_type or "").startswith("text/")
        )
        return not is_text and part_name(part) not in self._media

    def _image(self, part: ImagePart, path: str) -> JsonObject:
        url = part.url or (data_url(part.media_type or "image/png", part.data) if part.data else None)
        if url is None:
            raise Unsupported(field=path, problem="An image held in another provider's file store.")
        image: JsonObject = {"url": url}
        if part.detail:
            image["detail"] = part.detail
        return {"type": "image_url", "image_url": image}

    def _document(self, part: FilePart, path: str) -> JsonObject:
        """Write a document as Mistral reads it: by its address, which may hold the bytes."""
        data = data_url(part.media_type or "application/pdf", part.data) if part.data else None
        address = data or part.url
        if address is None:
            raise Unsupported(field=path, problem="A file held in another provider's file store.")
        wire: JsonObject = {"type": "document_url", "document_url": address}
        return {**wire, "document_name": part.name} if part.name else wire

    def _file(self, part: FilePart, path: str) -> JsonObject:
        if part.text is not None:
            return {"type": "text", "text": document_text(part.name, part.text)}
        if part.file_id:
            own = own_data(part.provider_data, "openai")
            if is_object(own) and own.get("file_id") == part.file_id:
                return {"type": "file", "file": {"file_id": part.file_id}}
            raise Unsupported(field=path, problem="A file held in another provider's file store.")
        is_text = bool(part.data) and (part.media_type or "").startswith("text/")
        text = decode_text(part.data) if is_text and part.data else None
        if text is not None:
            return {"type": "text", "text": document_text(part.name, text)}
        if self._is_mistral:
            return self._document(part, path)
        if part.data:
            name = part.name or ("file.pdf" if part.media_type in {None, "application/pdf"} else "file")
            return {
                "type": "file",
                "file": {"filename": name, "file_data": data_url(part.media_type, part.data)},
            }
        if part.url and self._file_urls:
            return {"type": "file", "file": {"filename": part.name or "file", "file_data": part.url}}
        raise Unsupported(field=path, problem="This provider's dialect does not take files by address.")


def _audio(part: AudioPart, path: str) -> JsonObject:
    if not part.data:
        raise Unsupported(field=path, problem="This provider's dialect takes audio only as bytes.")
    kind = (part.media_type or "audio/wav").split("/")[-1]
    kind = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav"}.get(kind, kind)
    return {"type": "input_audio", "input_audio": {"data": part.data, "format": kind}}

"""Content parts of the responses dialect, read and written.

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
    RefusalPart,
    TextPart,
)
from salon.gateway.protocols.fields import Fields, invalid, object_at
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import data_url, document_text, split_data_url
from salon.gateway.protocols.part_names import part_name
from salon.gateway.protocols.wire_json import JsonObject, is_list, own_data

_TEXTS = {"input_text", "output_text", "text", "summary_text", "reasoning_text"}


def read_content(value: Any, path: str, meta: JsonObject | None = None) -> tuple[Part, ...]:
    """Read ``content`` or ``output``: a string or an array of parts. Raises: InvalidRequest.

    ``meta``: what is kept of the item the parts are from.
    """
    if value is None:
        raise invalid(path, "It is missing.")
    if isinstance(value, str):
        return (TextPart(text=value, provider_data=_own(meta, {})),) if value else ()
    if not is_list(value):
        raise invalid(path, "It must be a string or an array of parts.")
    return tuple(_read_part(item, f"{path}[{i}]", meta) for i, item in enumerate(value))


def _own(meta: JsonObject | None, kept: JsonObject) -> JsonObject | None:
    own = {**kept, "item": meta} if meta else kept
    return {"responses": own} if own else None


def _read_part(value: Any, path: str, meta: JsonObject | None) -> Part:
    raw: JsonObject = object_at(value, path)
    fields = Fields(raw, path)
    kind = fields.required_text("type")
    if kind in _TEXTS:
        notes = fields.array("annotations")
        own = _own(meta, {"annotations": notes} if notes else {})
        return TextPart(text=fields.required_text("text"), provider_data=own)
    if kind == "refusal":
        return RefusalPart(text=fields.required_text("refusal"), provider_data=_own(meta, {}))
    if kind == "input_image":
        return _read_image(fields)
    if kind == "input_file":
        return _read_file(fields)
    if kind == "input_audio":
        audio = Fields(fields.take("input_audio"), fields.path("input_audio"))
        return AudioPart(
            data=audio.required_text("data"), media_type=f"audio/{audio.text('format') or 'wav'}"
        )
    return OpaquePart(dialect="responses", type=kind, raw=raw)


def _read_image(fields: Fields) -> ImagePart:
    url, file_id, detail = fields.text("image_url"), fields.text("file_id"), fields.text("detail")
    if file_id:
        own: JsonObject = {"responses": {"file_id": file_id}}
        return ImagePart(file_id=file_id, detail=detail, provider_data=own)
    if not url:
        raise invalid(fields.path("image_url"), "It is missing." if url is None else "It must not be empty.")
    inline = split_data_url(url)
    if inline:
        return ImagePart(media_type=inline[0], data=inline[1], detail=detail)
    return ImagePart(url=url, detail=detail)


def _read_file(fields: Fields) -> FilePart:
    data, file_id, url = fields.text("file_data"), fields.text("file_id"), fields.text("file_url")
    name = fields.text("filename")
    if file_id:
        return FilePart(file_id=file_id, name=name, provider_data={"responses": {"file_id": file_id}})
    if url:
        return FilePart(url=url, name=name)
    if data is None:
        raise invalid(fields.path("file_data"), "It needs file_data, file_url or file_id.")
    media_type, payload = split_data_url(data) or ("application/pdf", data)
    return FilePart(media_type=media_type, data=payload, name=name)


class PartWriter:
    """Writes parts of a request and remembers what got lost."""

    def __init__(self, lost: Lost) -> None:
        self._lost = lost

    def write(self, parts: Sequence[Part], path: str) -> str | list[JsonObject]:
        """Write what a person, a program or a tool says. Raises: Unsupported."""
        if any(getattr(part, "cache", False) for part in parts):
            self._lost["cache_control"] = None
        texts = [part.text for part in parts if isinstance(part, TextPart)]
        if len(parts) == len(texts) < 2:
            return "".join(texts)
        return [self._part(part, f"{path}[{i}]") for i, part in enumerate(parts)]

    def _part(self, part: Part, path: str) -> JsonObject:
        if isinstance(part, TextPart | RefusalPart):
            return {"type": "input_text", "text": part.text}
        if isinstance(part, ImagePart):
            return self._image(part, path)
        if isinstance(part, FilePart):
            return self._file(part, path)
        if isinstance(part, OpaquePart) and part.dialect == "responses":
            return part.raw
        what = part_name(part)
        raise Unsupported(field=path, problem=f"This provider's dialect has no place for {what} here.")

    def _image(self, part: ImagePart, path: str) -> JsonObject:
        wire: JsonObject = {"type": "input_image", "detail": part.detail or "auto"}
        if part.file_id and own_data(part.provider_data, "responses").get("file_id") == part.file_id:
            return {**wire, "file_id": part.file_id}
        url = part.url or (data_url(part.media_type or "image/png", part.data) if part.data else None)
        if url is None:
            raise Unsupported(field=path, problem="An image held in another provider's file store.")
        return {**wire, "image_url": url}

    def _file(self, part: FilePart, path: str) -> JsonObject:
        if part.text is not None:
            return {"type": "input_text", "text": document_text(part.name, part.text)}
        if part.file_id and own_data(part.provider_data, "responses").get("file_id") == part.file_id:
            return {"type": "input_file", "file_id": part.file_id}
        if part.url:
            return {"type": "input_file", "file_url": part.url}
        if part.data:
            name = part.name or ("file.pdf" if part.media_type in {None, "application/pdf"} else "file")
            media = part.media_type or "application/pdf"
            return {"type": "input_file", "filename": name, "file_data": data_url(media, part.data)}
        raise Unsupported(field=path, problem="A file held in another provider's file store.")

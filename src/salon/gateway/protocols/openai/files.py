"""Files in chat requests: ``{"type": "file", "file": {"file_id": …}}``."""

from functools import partial
from typing import Any

from salon.gateway.protocols.media import document_text
from salon.gateway.protocols.stored_files import FileForm, Slot, StoredFile, replace
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object

_FORMATS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "mp4": "m4a"}


def slots(said: Any) -> list[Slot]:
    """Find the parts that name a file."""
    found: list[Slot] = []
    for i, message in enumerate(said if is_list(said) else ()):
        content = message.get("content") if is_object(message) else None
        for j, part in enumerate(content if is_list(content) else ()):
            file = part.get("file") if is_object(part) and part.get("type") == "file" else None
            file_id = file.get("file_id") if is_object(file) else None
            if isinstance(file_id, str):
                path = f"messages[{i}].content[{j}].file.file_id"
                found.append(Slot(path=path, id=file_id, fill=partial(_fill, part)))
    return found


def _fill(part: JsonObject, file: StoredFile) -> None:
    replace(part, _part(file), "file")


def _part(file: StoredFile) -> JsonObject:
    kind = file.kind
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": file.data_url}}
    if kind == "audio":
        word = file.media_type.partition("/")[2]
        sound = {"data": file.base64, "format": _FORMATS.get(word, word)}
        return {"type": "input_audio", "input_audio": sound}
    if kind == "video":
        return {"type": "video_url", "video_url": {"url": file.data_url}}
    if kind == "text":
        # Every model reads text; a file part with text in it only some.
        return {"type": "text", "text": document_text(file.name, file.text or "")}
    return {"type": "file", "file": {"filename": file.name, "file_data": file.data_url}}


FORM = FileForm(mark=b"~", slots=slots)
"""Ids of ours have a tilde, which hardly any other request has."""

"""Files in Responses requests: ``input_file`` and ``input_image`` with a ``file_id``."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from salon.gateway.protocols.stored_files import FileForm, Slot, StoredFile, replace, unfit
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object

_TAKEN = ("file_id", "filename", "file_data", "file_url", "image_url")
_FORMATS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "mp4": "m4a"}


def slots(said: Any) -> list[Slot]:
    """Find the parts that name a file, in messages and in what tools returned."""
    found: list[Slot] = []
    for i, item in enumerate(said if is_list(said) else ()):
        if is_object(item):
            found += _slots_in(item, f"input[{i}]")
            for field in ("content", "output"):
                parts = item.get(field)
                for j, part in enumerate(parts if is_list(parts) else ()):
                    found += _slots_in(part, f"input[{i}].{field}[{j}]")
    return found


def _slots_in(part: Any, path: str) -> Iterator[Slot]:
    if is_object(part) and part.get("type") in {"input_file", "input_image"}:
        file_id = part.get("file_id")
        if isinstance(file_id, str):
            place = f"{path}.file_id"
            yield Slot(path=place, id=file_id, fill=partial(_fill, part, place))


def _fill(part: JsonObject, path: str, file: StoredFile) -> None:
    kind = file.kind
    if kind == "image":
        image = {"type": "input_image", "detail": "auto", "image_url": file.data_url}
        replace(part, image, *_TAKEN)
    elif part["type"] == "input_image":
        raise unfit(file, path, "An input_image takes a picture; refer to it in an input_file.")
    elif kind == "audio":
        word = file.media_type.partition("/")[2]
        sound = {"data": file.base64, "format": _FORMATS.get(word, word)}
        replace(part, {"type": "input_audio", "input_audio": sound}, *_TAKEN)
    else:
        document = {"type": "input_file", "filename": file.name, "file_data": file.data_url}
        replace(part, document, *_TAKEN)


FORM = FileForm(mark=b"~", slots=slots)
"""Ids of ours have a tilde, which hardly any other request has."""

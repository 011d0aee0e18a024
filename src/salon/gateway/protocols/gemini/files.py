"""Files in Gemini's requests: ``{"fileData": {"fileUri": …}}``."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from salon.gateway.protocols.gemini.proto import camel
from salon.gateway.protocols.stored_files import FileForm, Slot, StoredFile
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object


def slots(said: Any) -> list[Slot]:
    """Find the parts that name a file, in contents and in what functions returned."""
    contents = said if is_list(said) else [said]
    return [slot for i, content in enumerate(contents) for slot in _slots_in(content, f"contents[{i}]")]


def _slots_in(holder: Any, path: str) -> Iterator[Slot]:
    parts = holder.get("parts") if is_object(holder) else None
    for i, part in enumerate(parts if is_list(parts) else ()):
        for name, value in list(part.items()) if is_object(part) else ():
            here = f"{path}.parts[{i}].{camel(name)}"
            if camel(name) == "functionResponse":
                yield from _slots_in(value, here)
            elif camel(name) == "fileData" and is_object(value):
                address = value.get("fileUri", value.get("file_uri"))
                if isinstance(address, str):
                    fill = partial(_fill, part, name)
                    yield Slot(path=f"{here}.fileUri", id=address, fill=fill)


def _fill(part: JsonObject, name: str, file: StoredFile) -> None:
    del part[name]
    part["inlineData"] = {"mimeType": file.media_type, "data": file.base64}


FORM = FileForm(mark=b"files/salon", slots=slots)
"""Gemini's clients allow no tilde in a name, so names of ours say whose they are."""

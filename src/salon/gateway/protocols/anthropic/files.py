"""Files in Messages requests: ``{"source": {"type": "file", "file_id": …}}``."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from salon.gateway.protocols.stored_files import FileForm, Slot, StoredFile, unfit
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object

_NESTED = ("tool_result",)


def slots(said: Any) -> list[Slot]:
    """Find the blocks that name a file, in messages and in what tools returned."""
    found: list[Slot] = []
    for i, message in enumerate(said if is_list(said) else ()):
        if is_object(message):
            found += _slots_in(message.get("content"), f"messages[{i}].content")
    return found


def _slots_in(content: Any, path: str) -> Iterator[Slot]:
    for i, block in enumerate(content if is_list(content) else ()):
        if not is_object(block):
            continue
        here, kind, source = f"{path}[{i}]", block.get("type"), block.get("source")
        if kind in _NESTED:
            yield from _slots_in(block.get("content"), f"{here}.content")
        elif kind == "container_upload" and isinstance(block.get("file_id"), str):
            place = f"{here}.file_id"
            yield Slot(path=place, id=block["file_id"], fill=partial(_refuse_container, place))
        elif kind in {"image", "document"} and is_object(source) and source.get("type") == "file":
            file_id = source.get("file_id")
            if isinstance(file_id, str):
                place = f"{here}.source.file_id"
                yield Slot(path=place, id=file_id, fill=partial(_fill, block, place))


def _refuse_container(path: str, file: StoredFile) -> None:
    problem = "A provider's container takes files of the provider's own store only."
    raise unfit(file, path, problem)


def _fill(block: JsonObject, path: str, file: StoredFile) -> None:
    kind, is_image = file.kind, block["type"] == "image"
    if is_image != (kind == "image"):
        other = "document" if is_image else "image"
        raise unfit(file, path, f"This block takes no such file; refer to it in one of type {other}.")
    if kind in {"audio", "video"}:
        raise unfit(file, path, "This dialect has no place for sound and moving pictures.")
    if kind == "text":
        block["source"] = {"type": "text", "media_type": "text/plain", "data": file.text or ""}
    else:
        block["source"] = {"type": "base64", "media_type": file.media_type, "data": file.base64}
    if not is_image and not block.get("title"):
        block["title"] = file.name


FORM = FileForm(mark=b"~", slots=slots)
"""Ids of ours have a tilde, which hardly any other request has."""

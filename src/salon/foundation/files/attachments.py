"""Files of the house in messages: kept as ids, filled with bytes or text right before a model is asked."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from salon.foundation.files.attaching import DRAWN_SIZE, Choice, Takes, Way, Wish, choose
from salon.foundation.files.errors import CannotAttach
from salon.foundation.files.making import Making
from salon.foundation.files.models import FileReference
from salon.foundation.files.service import Files
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.messages import AudioPart, FilePart, ImagePart, Part, TextPart, VideoPart

OWN: Final = "fil_"
"""What ids of the house begin with; others are a provider's own."""
MARK: Final = "salon"
"""Where a part keeps, in ``provider_data``, how its file is wanted (``as``) and how it went (``way``)."""
MOST_TEXT_BYTES: Final = 1024**2

MediaPart = ImagePart | AudioPart | VideoPart | FilePart


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it went to a model."""

    file_id: str
    part: Part
    """With its bytes or words in it; for the request only, never to be stored."""
    choice: Choice
    size_bytes: int
    """Of what went: bytes before base64, or of text."""
    cut_bytes: int = 0
    """How much of the text did not go."""


class Attachments:
    """Turns files into parts of messages. One event loop."""

    def __init__(self, files: Files, making: Making) -> None:
        self._files = files
        self._making = making

    async def attach(self, caller: Caller, file_id: str, *, wish: Wish = "auto") -> Part:
        """Return the part that a message keeps for a file: its id, name and kind, no bytes.

        Raises: FileMissing, FileExpired.
        """
        file = await self._files.get(SpaceScope(caller.space_id), file_id)
        marks = None if wish == "auto" else {MARK: {"as": wish}}
        return part_of(file.media_type)(
            file_id=file.id, name=file.name, media_type=file.media_type, provider_data=marks
        )

    async def fill(
        self, caller: Caller, part: Part, *, takes: Takes, most_text_bytes: int = MOST_TEXT_BYTES
    ) -> Attached | None:
        """Return a part with what the model is to have of its file; None if it names no file of the house.

        Raises: FileMissing, FileExpired, CannotAttach, WorkRefused, WorkLimit, WorkCrashed, StorageError.
        """
        if not is_own(part):
            return None
        named = cast("MediaPart", part)
        file = await self._files.get(SpaceScope(caller.space_id), named.file_id or "")
        marks: dict[str, Any] = (named.provider_data or {}).get(MARK) or {}
        wish: Wish = marks.get("as", "auto")
        choice = choose(
            media_type=file.media_type, name=file.name, size_bytes=file.size_bytes, takes=takes, wish=wish
        )
        if choice.way == "text":
            return await self._as_text(caller, file, choice, most_text_bytes)
        return await self._as_bytes(caller, file, choice, named)

    async def fill_all(
        self, caller: Caller, parts: Sequence[Part], *, takes: Takes, most_text_bytes: int = MOST_TEXT_BYTES
    ) -> tuple[tuple[Part, ...], tuple[Attached, ...]]:
        """Return ``parts`` filled, and how each file went; parts without one are as they were."""
        filled: list[Part] = []
        went: list[Attached] = []
        for part in parts:
            attached = await self.fill(caller, part, takes=takes, most_text_bytes=most_text_bytes)
            filled.append(part if attached is None else attached.part)
            if attached is not None:
                went.append(attached)
        return tuple(filled), tuple(went)

    async def _as_text(
        self, caller: Caller, file: FileReference, choice: Choice, most_bytes: int
    ) -> Attached:
        made = await self._making.text(caller, file.id)
        if not made.details.get("has_words"):
            problem = (
                "It has no words in it, as scans have none. Choose a model that takes documents or pictures."
            )
            raise CannotAttach(field="file", name=file.name, problem=problem)
        end = min(made.size_bytes, most_bytes)
        content = b"".join([chunk async for chunk in self._making.content(made, end=end)])
        words = content.decode("utf-8", "ignore").replace("\f", "\n\n")
        cut = made.size_bytes - end
        tail = f"\n[{cut} of {made.size_bytes} bytes are left out here]" if cut else ""
        part = TextPart(text=f"[File: {file.name}]\n{words}{tail}\n[End of file: {file.name}]")
        return Attached(file_id=file.id, part=part, choice=choice, size_bytes=end, cut_bytes=cut)

    async def _as_bytes(
        self, caller: Caller, file: FileReference, choice: Choice, named: MediaPart
    ) -> Attached:
        media_type, content = file.media_type, b""
        if choice.is_drawn:
            made = await self._making.picture(caller, file.id, size=DRAWN_SIZE, form="jpeg")
            media_type = made.media_type
            content = b"".join([chunk async for chunk in self._making.content(made)])
        else:
            content = b"".join([chunk async for chunk in self._files.content(file)])
        kind = ImagePart if choice.way == "image" else part_of(media_type)
        data = (await asyncio.to_thread(base64.b64encode, content)).decode("ascii")
        part = kind(data=data, media_type=media_type, name=file.name, cache=named.cache)
        if isinstance(part, ImagePart) and isinstance(named, ImagePart):
            part = msgspec.structs.replace(part, detail=named.detail)
        return Attached(file_id=file.id, part=part, choice=choice, size_bytes=len(content))


def is_own(part: Part) -> bool:
    """Tell whether a part names a file of the house."""
    return isinstance(part, ImagePart | AudioPart | VideoPart | FilePart) and (part.file_id or "").startswith(
        OWN
    )


def marked(part: Part, *, way: Way, why: str) -> Part:
    """Return a part that says how its file went to the model, as the message records it."""
    data = part.provider_data or {}
    return msgspec.structs.replace(
        part, provider_data={**data, MARK: {**(data.get(MARK) or {}), "way": way, "why": why}}
    )


def part_of(media_type: str) -> type[MediaPart]:
    """Return the kind of part for a media type."""
    kinds: dict[str, type[MediaPart]] = {"image": ImagePart, "audio": AudioPart, "video": VideoPart}
    return kinds.get(media_type.partition("/")[0], FilePart)

"""Files of the house in messages: a message names them, and a model is sent what is in them."""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, Literal, cast, get_args

import msgspec

from salon.foundation.files import FileReference, Files
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound, TooLarge
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Part,
    TextPart,
    ToolResultPart,
    VideoPart,
)
from salon.gateway.files import file_id_of

SentAs = Literal["file", "text", "image"]

OWN: Final = "salon"
"""Under which name a part says what is known of it here alone, beside what dialects say."""
_KEEP_BYTES: Final = 64 * 1024
"""Media longer than this, in base64, goes to the file store; the message names it."""
_TEXTS: Final = ("text/", "application/json", "application/xml", "application/yaml", "application/toml")
_IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MEDIA: Final = (ImagePart, AudioPart, VideoPart, FilePart)
Media = ImagePart | AudioPart | VideoPart | FilePart


class Attachments:
    """The files that messages of one house name."""

    def __init__(self, files: Files, *, most_bytes: int) -> None:
        """Send ``most_bytes`` of files with one message at most."""
        self._files = files
        self._most_bytes = most_bytes

    async def checked(self, caller: Caller, parts: Sequence[Part], *, at: str = "parts") -> tuple[Part, ...]:
        """Return parts that say of each file of the house what it is and as what it is sent.

        Ids in a provider's own file store stay as they are. Raises: FileMissing, FileExpired, TooLarge,
        InvalidRequest; each names the field.
        """
        scope, total, out = SpaceScope(caller.space_id), 0, list[Part]()
        for place, part in enumerate(parts):
            if not isinstance(part, _MEDIA) or part.file_id is None or file_id_of(part.file_id) is None:
                out.append(part)
                continue
            field = f"{at}.{place}.file_id"
            file = await self._find(scope, part.file_id, field=field)
            total += file.size_bytes
            if total > self._most_bytes:
                raise TooLarge(what="files of this message", limit_bytes=self._most_bytes, field=field)
            out.append(_described(part, file, field=f"{at}.{place}"))
        return tuple(out)

    async def resolved(self, scope: SpaceScope, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return parts with what is in the files they name. A file that is gone is said to be gone."""
        return tuple([await self._resolved(scope, part) for part in parts])

    async def kept(self, caller: Caller, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return what a model said with its large media in the file store. Raises: NoRoom, StorageError."""
        return tuple([await self._kept(caller, part) for part in parts])

    async def _resolved(self, scope: SpaceScope, part: Part) -> Part:
        if not isinstance(part, _MEDIA) or part.file_id is None or file_id_of(part.file_id) is None:
            return part
        try:
            file = await self._find(scope, part.file_id, field="parts")
        except NotFound:
            return TextPart(text=f"[The file {part.name or part.file_id} was deleted.]")
        content = b"".join([chunk async for chunk in self._files.content(file)])
        if sent_as(part) == "text":
            text = content.decode("utf-8", "replace")
            return TextPart(text=f"<file name={_quoted(file.name)}>\n{text}\n</file>")
        data = base64.b64encode(content).decode("ascii")
        return msgspec.structs.replace(
            part, data=data, file_id=None, provider_data=None, media_type=file.media_type, name=file.name
        )

    async def _kept(self, caller: Caller, part: Part) -> Part:
        if isinstance(part, ToolResultPart):
            return msgspec.structs.replace(part, parts=await self.kept(caller, part.parts))
        if not isinstance(part, _MEDIA) or part.data is None or len(part.data) <= _KEEP_BYTES:
            return part
        try:
            content = base64.b64decode(part.data, validate=True)
        except (binascii.Error, ValueError):
            return part
        file = await self._files.store(
            caller, _once(content), name=part.name or str(part.__struct_config__.tag),
            media_type=part.media_type or "application/octet-stream",
        )  # fmt: skip
        return msgspec.structs.replace(part, data=None, file_id=file.id, name=file.name)

    async def _find(self, scope: SpaceScope, file_id: str, *, field: str) -> FileReference:
        found = file_id_of(file_id)
        assert found is not None
        try:
            return await self._files.get(scope, found)
        except NotFound as error:
            error.fields |= {"id": file_id[:200], "field": field}
            raise


def sent_as(part: Media) -> SentAs | None:
    """Return as what a file of the house is sent to models, as its message records it."""
    said = (part.provider_data or {}).get(OWN)
    way = cast("Mapping[str, Any]", said).get("sent_as") if isinstance(said, Mapping) else None
    return cast("SentAs", way) if way in get_args(SentAs) else None


def usual_way(media_type: str) -> SentAs:
    """Return as what a file is sent if nobody says otherwise."""
    if media_type in _IMAGES:
        return "image"
    return "text" if media_type.startswith(_TEXTS) else "file"


def _described(part: Media, file: FileReference, *, field: str) -> Part:
    if isinstance(part, AudioPart | VideoPart):
        return msgspec.structs.replace(part, media_type=file.media_type, name=file.name)
    way = sent_as(part) or ("image" if isinstance(part, ImagePart) else usual_way(file.media_type))
    if way == "image" and file.media_type not in _IMAGES:
        raise InvalidRequest(
            field=field, problem=f"{file.name} is no picture that models take ({file.media_type})."
        )
    if way == "text" and not file.media_type.startswith(_TEXTS):
        raise InvalidRequest(
            field=field, problem=f"{file.name} is no text ({file.media_type}); send it as a file."
        )
    kind = ImagePart if way == "image" else FilePart
    return kind(
        file_id=file.id,
        media_type=file.media_type,
        name=file.name,
        provider_data={**(part.provider_data or {}), OWN: {"sent_as": way}},
    )


def _quoted(name: str) -> str:
    return msgspec.json.encode(name).decode()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content

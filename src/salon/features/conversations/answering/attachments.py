"""Files of the house in messages: a message names them and says how they go; a model gets what they hold."""

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Protocol

import msgspec

from salon.features.conversations.answering.fitting import instead
from salon.foundation.files import (
    Attachments,
    CannotAttach,
    Choice,
    FileReference,
    Files,
    Takes,
    choose,
    is_own,
    marked,
)
from salon.foundation.files.attachments import MARK, part_of
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound, SalonError, TooLarge
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Part,
    TextPart,
    ToolResultPart,
    VideoPart,
)
from salon.gateway.gateway import Gateway

_KEEP_BYTES: Final = 64 * 1024
"""Media longer than this, in base64, goes to the file store; the message names it."""
_MOST_INLINE: Final = 3 * 1024 * 1024
"""Media in one message, in base64, where it cannot go to the file store."""
_NO_ROOM: Final = "[Here was a file that is larger than a temporary conversation keeps.]"
_MEDIA: Final = (ImagePart, AudioPart, VideoPart, FilePart)
_WITH_DOCUMENTS: Final = frozenset({"anthropic", "gemini", "responses"})
"""Dialects in which documents go as they are."""


class Sight(Protocol):
    """Tells what models take."""

    async def __call__(self, model: str) -> Takes:
        """Return what a model takes, as far as it is known."""
        ...


class GatewaySight:
    """What the models of a gateway take."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, model: str) -> Takes:
        """Return what a model takes; of an alias, what each of its first targets does."""
        plan = await self._gateway.known(model)
        if plan is None:
            return Takes()
        choices = plan.route.choices
        first = [one.target for one in choices if one.priority == choices[0].priority]
        sights = {target.capabilities.vision for target in first}
        pictures = False if False in sights else None if None in sights else True
        documents = all(_WITH_DOCUMENTS & target.endpoints.keys() for target in first)
        return Takes(pictures=pictures, documents=documents or None)


class AnswerFiles:
    """The files that messages of one house name."""

    def __init__(self, files: Files, attachments: Attachments, sight: Sight, *, most_bytes: int) -> None:
        """Take ``most_bytes`` of files with one message at most."""
        self._files = files
        self._attachments = attachments
        self._sight = sight
        self._most_bytes = most_bytes

    async def checked(self, caller: Caller, parts: Sequence[Part], *, model: str | None) -> tuple[Part, ...]:
        """Return parts that say of each file of the house what it is, and how it goes to ``model`` and why.

        Raises: FileMissing, FileExpired, CannotAttach, TooLarge; each names the field.
        """
        takes = Takes() if model is None or not any(map(is_own, parts)) else await self._sight(model)
        scope, total, out = SpaceScope(caller.space_id), 0, list[Part]()
        for place, part in enumerate(parts):
            if not isinstance(part, _MEDIA) or not is_own(part):
                out.append(part)
                continue
            field = f"parts.{place}.file_id"
            try:
                file = await self._files.get(scope, part.file_id or "")
                out.append(_described(part, file, takes))
            except (NotFound, CannotAttach) as error:
                error.fields["field"] = field
                raise
            total += file.size_bytes
            if total > self._most_bytes:
                raise TooLarge(what="files of this message", limit_bytes=self._most_bytes, field=field)
        return tuple(out)

    async def resolved(self, caller: Caller, parts: Sequence[Part], *, model: str) -> tuple[Part, ...]:
        """Return parts with what is in the files they name; of one that cannot go, why it does not."""
        if not any(map(is_own, parts)):
            return tuple(parts)
        takes = await self._sight(model)
        return tuple([await self._resolved(caller, part, takes) for part in parts])

    async def kept(self, caller: Caller, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return what a model said with its large media in the file store, or why that does not take it.

        Raises: StorageError.
        """
        return tuple([await self._kept(caller, part) for part in parts])

    async def _resolved(self, caller: Caller, part: Part, takes: Takes) -> Part:
        try:
            attached = await self._attachments.fill(caller, part, takes=takes)
        except SalonError as error:
            name = part.name if isinstance(part, _MEDIA) else None
            return TextPart(text=f"[The file {name or 'that was attached'} is not shown: {error.message}]")
        return part if attached is None else attached.part

    async def _kept(self, caller: Caller, part: Part) -> Part:
        if isinstance(part, ToolResultPart):
            return msgspec.structs.replace(part, parts=await self.kept(caller, part.parts))
        if not isinstance(part, _MEDIA) or part.data is None or len(part.data) <= _KEEP_BYTES:
            return part
        try:
            content = base64.b64decode(part.data, validate=True)
        except (binascii.Error, ValueError):
            return part
        try:
            file = await self._files.store(
                caller,
                _once(content),
                name=part.name or str(part.__struct_config__.tag),
                media_type=part.media_type or "",
            )
        except InvalidRequest as error:  # no room, too large, infected: nothing that takes the words with it
            return instead(part, f"[The file {part.name or 'that was made'} is not kept: {error.message}]")
        return msgspec.structs.replace(part, data=None, file_id=file.id, name=file.name)


class InlineFiles(AnswerFiles):
    """The same where nothing that a model says may come into the file store: it stays in the message."""

    async def kept(self, caller: Caller, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return what a model said; of media that no message has room for, that there was some."""
        del caller
        return _inline(parts, left=_MOST_INLINE)


def _inline(parts: Sequence[Part], *, left: int) -> tuple[Part, ...]:
    out = list[Part]()
    for part in parts:
        if isinstance(part, ToolResultPart):
            out.append(msgspec.structs.replace(part, parts=_inline(part.parts, left=left)))
            continue
        size = len(part.data or "") if isinstance(part, _MEDIA) else 0
        left -= size
        out.append(part if left >= 0 or not size else instead(part, _NO_ROOM))
    return tuple(out)


def _described(part: ImagePart | AudioPart | VideoPart | FilePart, file: FileReference, takes: Takes) -> Part:
    marks: dict[str, Any] = (part.provider_data or {}).get(MARK) or {}
    wish = marks.get("as", "auto")
    if wish not in {"auto", "file", "text", "image"}:
        problem = "Say as “auto”, “file”, “text” or “image”."
        raise CannotAttach(field="file", name=file.name, problem=problem)
    choice: Choice = choose(
        media_type=file.media_type, name=file.name, size_bytes=file.size_bytes, takes=takes, wish=wish
    )
    kind = part_of(file.media_type)
    plain = kind(
        file_id=file.id, name=file.name, media_type=file.media_type, provider_data=part.provider_data
    )
    if isinstance(plain, ImagePart) and isinstance(part, ImagePart):
        plain = msgspec.structs.replace(plain, detail=part.detail)
    return marked(plain, way=choice.way, why=choice.why)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content

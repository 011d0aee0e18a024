"""What is made of files in worker processes: their text, and pictures in other sizes.

Made when first asked for and kept as content like any other, with the id of its file: gone with it, counted
with it. What cannot be made is remembered with the reason, so that a bomb is tried once in ten minutes.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final, Literal
from weakref import WeakValueDictionary

import msgspec

from salon.foundation.files import derivatives_store
from salon.foundation.files.errors import FileMissing, NothingToMake
from salon.foundation.files.models import Derivative, DerivativeKind, FileReference, TextPage, TextPiece
from salon.foundation.files.service import Files
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import InvalidRequest, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.reading.kinds import PICTURES, kind_of
from salon.foundation.storage import Storage
from salon.foundation.workers import Job, Limits, WorkCrashed, Workers, WorkLimit, WorkRefused

PictureFormat = Literal["webp", "png", "jpeg"]

SIZES: Final = (64, 128, 256, 512, 1024, 2048)
"""The longer side of a picture, in pixels: few, so that nobody can fill a space with sizes."""
TEXT_BYTES: Final = 32 * 1024**2
"""The most text of one file; the rest is cut."""
_TEXT_S: Final = 45.0
"""Seconds after which no further page is begun."""
_TEXT_LIMITS: Final = Limits(wall_s=90, cpu_s=60, output_bytes=TEXT_BYTES + 1024**2)
_PICTURE_LIMITS: Final = Limits(wall_s=60, cpu_s=30, output_bytes=32 * 1024**2)
_TRY_AGAIN_MS: Final = 600_000
_READ_TEXT: Final = "salon.foundation.reading.text:read_text"
_DRAW: Final = "salon.foundation.reading.pictures:draw"
_PAGE: Final = b"\f"
_FAILURES: Final = {kind.code: kind for kind in (WorkRefused, WorkLimit, WorkCrashed)}


class _Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How something is made of a file."""

    kind: DerivativeKind
    form: str
    function: str
    given: dict[str, Any]
    limits: Limits


class Making:
    """Makes and keeps what is made of files. One event loop."""

    def __init__(self, storage: Storage, files: Files, workers: Workers, clock: Clock | None = None) -> None:
        """Read the files of ``files`` in ``workers``."""
        self._storage = storage
        self._files = files
        self._workers = workers
        self._clock = clock or SystemClock()
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def text(self, caller: Caller, file_id: str) -> Derivative:
        """Return the text of a file; ``details`` has ``unit``, ``count``, ``has_words`` and ``cut``.

        Raises: FileMissing, FileExpired, NothingToMake, WorkRefused, WorkLimit, WorkCrashed, Overloaded.
        """
        file = await self._files.get(SpaceScope(caller.space_id), file_id)
        kind = kind_of(file.media_type, file.name)
        if kind is None:
            raise NothingToMake(field="file", what="text", media_type=file.media_type)
        given = {"kind": kind, "most_bytes": TEXT_BYTES, "most_s": _TEXT_S}
        recipe = _Recipe(kind="text", form="plain", function=_READ_TEXT, given=given, limits=_TEXT_LIMITS)
        return await self._obtain(caller, file, recipe)

    async def picture(
        self, caller: Caller, file_id: str, *, size: int, form: PictureFormat = "webp", moves: bool = False
    ) -> Derivative:
        """Return a picture of a file, its longer side at most ``size``, one of ``SIZES``.

        Raises: as ``text``; InvalidRequest for another size.
        """
        if size not in SIZES:
            raise WrongField(field="size", problem=f"It must be one of {', '.join(map(str, SIZES))}.")
        file = await self._files.get(SpaceScope(caller.space_id), file_id)
        if file.media_type not in PICTURES:
            raise NothingToMake(field="file", what="picture", media_type=file.media_type)
        given = {"size": size, "format": form, "moves": moves}
        name = f"{form} {size}{' moving' if moves else ''}"
        recipe = _Recipe(kind="image", form=name, function=_DRAW, given=given, limits=_PICTURE_LIMITS)
        return await self._obtain(caller, file, recipe)

    async def text_page(
        self, caller: Caller, file_id: str, *, cursor: str | None = None, limit_bytes: int
    ) -> TextPage:
        """Return the next ``limit_bytes`` or less of a file's text. Raises: as ``text``; InvalidRequest."""
        made = await self.text(caller, file_id)
        start, page = _place(cursor, made)
        end = min(start + limit_bytes, made.size_bytes)
        content = b"".join([chunk async for chunk in self.content(made, start=start, end=end)])
        kept = _whole(content) if end < made.size_bytes else content
        parts = kept.split(_PAGE)
        has_pages = bool(made.details.get("unit"))
        items = [
            TextPiece(page=page + place if has_pages else None, text=part.decode("utf-8", "replace"))
            for place, part in enumerate(parts)
        ]
        after = start + len(kept)
        following = f"{after}.{page + len(parts) - 1}" if after < made.size_bytes else None
        return TextPage(items=tuple(items), next=following, made=made)

    def content(self, made: Derivative, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Return what yields the bytes of what was made. Raises: NotFound, StorageError."""
        return self._files.made_content(made, start=start, end=end)

    # -- own ------------------------------------------------------------------------------------------
    async def _obtain(self, caller: Caller, file: FileReference, recipe: _Recipe) -> Derivative:
        """Return what is kept, or make it; those who ask meanwhile wait for the first."""
        lock = self._locks.setdefault((file.id, recipe.form), asyncio.Lock())
        async with lock:
            found = await self._kept(caller, file, recipe)
            if found is not None:
                return found
            made = await self._make(caller, file, recipe)
            scope = SpaceScope(caller.space_id)
            if not await self._storage.write(lambda tx: derivatives_store.put_derivative(tx, scope, made)):
                raise FileMissing(id=file.id)
        return _sound(made)

    async def _kept(self, caller: Caller, file: FileReference, recipe: _Recipe) -> Derivative | None:
        scope = SpaceScope(caller.space_id)
        found = await self._storage.read(
            lambda tx: derivatives_store.get_derivative(
                tx, scope, file.id, kind=recipe.kind, form=recipe.form
            )
        )
        if found is None:
            return None
        if found.hash is None:
            is_old = found.created_at_ms + _TRY_AGAIN_MS < self._clock.now_ms()
            return None if is_old else _sound(found)
        return found if await self._files.has(found.hash) else None

    async def _make(self, caller: Caller, file: FileReference, recipe: _Recipe) -> Derivative:
        """Make it in a worker; a failure that is the file's own is returned as what was made."""
        base = Derivative(
            id=new_id("der"),
            space_id=caller.space_id,
            source_id=file.id,
            kind=recipe.kind,
            form=recipe.form,
            hash=None,
            media_type="text/plain" if recipe.kind == "text" else "",
            size_bytes=0,
            details={},
            created_at_ms=self._clock.now_ms(),
        )
        try:
            async with self._files.at_path(file) as path:
                arguments = {"path": str(path), **recipe.given}
                async with self._workers.start(
                    recipe.function, arguments, limits=recipe.limits, owner=caller.space_id
                ) as job:
                    taken = await self._files.take(
                        caller, _bytes_of(job), name=file.name, is_joined=True, is_inner=True
                    )
                    details = dict(await job.result())
        except (WorkRefused, WorkLimit, WorkCrashed) as error:
            return msgspec.structs.replace(base, details={"code": error.code, "fields": error.fields})
        media_type = str(details.pop("media_type", base.media_type))
        return msgspec.structs.replace(
            base, hash=taken.hash, size_bytes=taken.size_bytes, media_type=media_type, details=details
        )


async def _bytes_of(job: Job) -> AsyncIterator[bytes]:
    async for message in job:
        yield message


def _sound(made: Derivative) -> Derivative:
    """Return what could be made. Raises: why it could not."""
    if made.hash is None:
        raise _FAILURES[made.details["code"]](**made.details["fields"])
    return made


def _place(cursor: str | None, made: Derivative) -> tuple[int, int]:
    """Return the byte and the page where a cursor points. Raises: InvalidRequest."""
    if cursor is None:
        return 0, 1
    start, _, page = cursor.partition(".")
    is_place = all(part.isascii() and part.isdecimal() and len(part) < 12 for part in (start, page))
    if not is_place or int(start) > made.size_bytes:
        raise InvalidRequest(field="cursor", problem="It is none that was given out for this text.")
    return int(start), int(page)


def _whole(content: bytes) -> bytes:
    """Return content up to the end of a page, a line or a letter, whichever is far enough."""
    for mark in (_PAGE, b"\n"):
        place = content.rfind(mark) + 1
        if place > len(content) // 2:
            return content[:place]
    end = len(content)
    while end > 0 and end > len(content) - 4 and content[end - 1] & 0xC0 == 0x80:
        end -= 1
    is_cut = end > 0 and content[end - 1] >= 0xC0
    lengths = {0xC0: 2, 0xD0: 2, 0xE0: 3, 0xF0: 4}
    if is_cut and len(content) - end + 1 == lengths.get(content[end - 1] & 0xF0, 0):
        return content
    return content[: end - 1] if is_cut else content

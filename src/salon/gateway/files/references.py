"""Requests that refer to files of the house: the files are put in, in the caller's own dialect.

Done once, before a target is chosen: what follows (rules, prices, passing on, writing in another dialect)
sees a request as if its caller had sent the bytes. Ids that are not ours stay as they are.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.files import FileReference, Files
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotAllowed, NotFound, TooLarge
from salon.gateway.files.ids import MARKS, file_id_of
from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.fields import read_fields
from salon.gateway.protocols.stored_files import Slot, StoredFile
from salon.gateway.protocols.wire_json import BrokenJsonError, dumps, loads
from salon.gateway.relay.job import Job

OPERATION: Final = "files"
"""What a key that is limited to operations must be allowed, to refer to files as to store them."""
_EVERY_MARK: Final = (*MARKS, b"salon")
"""One of them is in each request that names a file of ours, also where no form has such a name."""
MOST_FILES: Final = 600
"""References in one request; as many pages as any provider takes."""


class References(Protocol):
    """Puts files in the place of their ids."""

    async def inlined(
        self, body: bytes, dialect: Dialect, identity: KeyIdentity, *, in_any_form: bool = False
    ) -> bytes:
        """Return a request with the files it refers to; the same bytes when it refers to none of ours.

        Only ids in the dialect's own form are looked for, unless ``in_any_form``: that takes longer.

        Raises: FileMissing, FileExpired, NotAllowed, TooLarge, Unsupported, StorageError; each names the
        field.
        """
        ...

    async def check(self, body: bytes, dialect: Dialect, identity: KeyIdentity) -> None:
        """Look whether the files are there that a request refers to, in whichever form; read none of them.

        Raises: FileMissing, FileExpired, NotAllowed, TooLarge; each names the field.
        """
        ...


class StoredReferences:
    """References to the files of the caller's space."""

    def __init__(self, files: Files, *, most_bytes: int) -> None:
        """Put in ``most_bytes`` for one request, all its files together."""
        self._files = files
        self._most_bytes = most_bytes

    async def inlined(
        self, body: bytes, dialect: Dialect, identity: KeyIdentity, *, in_any_form: bool = False
    ) -> bytes:
        """Return a request with the files it refers to."""
        fields = read_fields(body)
        marks = MARKS if in_any_form else None
        value, slots = await self._slots(fields, dialect, marks)
        if not slots:
            return body
        found = await self._find(slots, identity)
        files = {file_id: await self._read(file, slot.id) for file_id, (slot, file) in found.items()}

        def fill() -> bytes:
            for slot, file_id in slots:
                slot.fill(files[file_id])
            return dumps({**fields, dialect.said_field: value})  # the other fields keep their bytes

        return await asyncio.to_thread(fill)

    async def check(self, body: bytes, dialect: Dialect, identity: KeyIdentity) -> None:
        """Look whether the files are there that a request refers to."""
        _, slots = await self._slots(read_fields(body), dialect, _EVERY_MARK)
        if slots:
            await self._find(slots, identity)

    async def _slots(
        self, fields: Mapping[str, msgspec.Raw], dialect: Dialect, marks: Sequence[bytes] | None
    ) -> tuple[object, Sequence[tuple[Slot, str]]]:
        """Return what is said, and where a file of ours is named in it: by the dialect's mark, or these."""
        form, said = dialect.files, fields.get(dialect.said_field)
        if form is None or said is None:
            return None, ()
        if not any(mark in bytes(said) for mark in marks or (form.mark,)):
            return None, ()
        try:
            value = await asyncio.to_thread(loads, said)
        except BrokenJsonError:
            return None, ()  # whoever reads the request says what is wrong with it
        return value, [
            (slot, file_id) for slot in form.slots(value) if (file_id := file_id_of(slot.id)) is not None
        ]

    async def _find(
        self, slots: Sequence[tuple[Slot, str]], identity: KeyIdentity
    ) -> Mapping[str, tuple[Slot, FileReference]]:
        """Describe the files. Raises: FileMissing, FileExpired, NotAllowed, TooLarge."""
        if not identity.limits.allows_operation(OPERATION):
            raise NotAllowed(right=f"operation {OPERATION}")
        scope = SpaceScope(identity.caller.space_id)
        if len(slots) > MOST_FILES:
            raise InvalidRequest(field=slots[0][0].path, problem=f"A request takes {MOST_FILES} files.")
        found: dict[str, tuple[Slot, FileReference]] = {}
        total = 0
        for slot, file_id in slots:
            if file_id not in found:
                try:
                    found[file_id] = slot, await self._files.get(scope, file_id)
                except NotFound as error:
                    error.fields |= {"id": slot.id[:200], "field": slot.path}
                    raise
            total += found[file_id][1].size_bytes
            if total > self._most_bytes:
                what = f"size of the files this request refers to, up to {slot.path},"
                raise TooLarge(what=what, limit_bytes=self._most_bytes, field=slot.path)
        return found

    async def _read(self, file: FileReference, sent_id: str) -> StoredFile:
        content = b"".join([chunk async for chunk in self._files.content(file)])
        return StoredFile(id=sent_id, name=file.name, media_type=file.media_type, content=content)


def may_name_files(job: Job) -> bool:
    """Tell whether a refused request may name a file of ours in a form its own dialect does not have."""
    envelope, dialect = job.envelope, job.dialect
    if job.begun or job.gone or envelope is None or dialect is None or dialect.files is None:
        return False
    return any(mark in envelope.body for mark in MARKS)

"""Files that arrive in several requests: begun, filled part by part, and completed in one transaction.

A part is stored content like any other, with a reference that is in no list: it is counted against the
quota, any process may take the next one, and what is left behind expires. Completing joins the parts to a
file and lets go of them in the same transaction.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Final

import msgspec

from salon.foundation.acts import Ids, do_once, is_sent_again
from salon.foundation.audit import record
from salon.foundation.files import store, uploads_store
from salon.foundation.files.errors import (
    ChecksumWrong,
    FileInfected,
    OffsetTaken,
    UploadEnded,
    UploadMissing,
    WrongOffset,
)
from salon.foundation.files.models import Checksum, FileReference, Upload
from salon.foundation.files.pieces import PIECE_BYTES, Pieces
from salon.foundation.files.service import Files, ends_at, shown_name
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import InvalidRequest, TooLarge
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Storage, Transaction

MAX_SAID_TYPE: Final = 200
"""Characters; what is said longer is no media type."""


class Uploads:
    """The uploads of one process; another may take their next part."""

    def __init__(self, storage: Storage, files: Files, clock: Clock | None = None) -> None:
        """Keep parts and files in ``files``."""
        self._storage = storage
        self._files = files
        self._clock = clock or SystemClock()

    async def begin(
        self,
        caller: Caller,
        *,
        name: str,
        open_s: int,
        media_type: str = "",
        purpose: str = "",
        size_bytes: int | None = None,
        keep_s: int | None = None,
        secret: str | None = None,
        client_id: str | None = None,
    ) -> Upload:
        """Begin an upload that takes parts for ``open_s`` seconds; with a client's own id once.

        Whoever knows ``secret`` may send its parts (``opened``). Raises: TooLarge, QuotaExceeded, ActDiffers;
        UploadMissing when what was begun first is forgotten.
        """
        if size_bytes is not None and not await is_sent_again(self._storage, caller, client_id):
            await self._files.check_room(caller, size_bytes)
        now_ms = self._clock.now_ms()
        upload = Upload(
            id=new_id("upl"),
            space_id=caller.space_id,
            created_by=caller.key_id or caller.person_id,  # the key first: it may end before its person
            name=shown_name(name),
            media_type=media_type if len(media_type) <= MAX_SAID_TYPE else "",
            purpose=purpose,
            size_bytes=size_bytes,
            keep_s=keep_s,
            received_bytes=0,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + open_s * 1000,
            secret_hash=None if secret is None else _hash(secret),
        )
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction) -> Ids:
            uploads_store.insert_upload(tx, scope, upload)
            record(tx, caller, "upload.begun", upload.id)
            return {"upload": upload.id}

        asked = [upload.name, upload.media_type, purpose, size_bytes, keep_s]
        made = await do_once(
            self._storage, caller, do, act="upload.begin", asked=asked, client_id=client_id, now_ms=now_ms
        )
        return upload if made["upload"] == upload.id else await self.get(scope, made["upload"])

    async def get(self, scope: SpaceScope, upload_id: str) -> Upload:
        """Return an upload. Raises: UploadMissing."""
        upload = await self._storage.read(lambda tx: uploads_store.get_upload(tx, scope, upload_id))
        if upload is None:
            raise UploadMissing(id=upload_id)
        return self._now(upload)

    async def opened(self, upload_id: str, secret: str) -> Upload:
        """Return the upload of any space that ``secret`` opens. Raises: UploadMissing."""
        scope = SystemScope("files: open an upload by the secret it was begun with")
        upload = await self._storage.read(lambda tx: uploads_store.get_any_upload(tx, scope, upload_id))
        known = upload.secret_hash if upload is not None else None
        if upload is None or known is None or not hmac.compare_digest(known, _hash(secret)):
            raise UploadMissing(id=upload_id)
        return self._now(upload)

    def _now(self, upload: Upload) -> Upload:
        if upload.status == "pending" and upload.expires_at_ms <= self._clock.now_ms():
            return msgspec.structs.replace(upload, status="expired")
        return upload

    async def add(
        self,
        caller: Caller,
        upload_id: str,
        content: AsyncIterator[bytes],
        *,
        offset: int | None = None,
        max_bytes: int | None = None,
    ) -> FileReference:
        """Take in a part. With ``offset`` it must begin where the last one ended.

        Raises: UploadMissing, UploadEnded, WrongOffset, TooLarge, QuotaExceeded, StorageError.
        """
        scope = SpaceScope(caller.space_id)
        upload = await self._open(scope, upload_id)
        if offset is not None and offset != upload.received_bytes:
            raise WrongOffset(offset=offset, received=upload.received_bytes)
        most = upload.size_bytes if upload.size_bytes is not None else self._files.max_bytes
        room = most - upload.received_bytes
        taken = await self._files.take(
            caller, content, name=upload.name, max_bytes=max(1, min(room, max_bytes or room)), is_inner=True
        )
        part = msgspec.structs.replace(
            taken, upload_id=upload.id, offset_bytes=offset, expires_at_ms=upload.expires_at_ms
        )
        await self._storage.write(
            lambda tx: self._do_add(tx, scope, part, upload, is_placed=offset is not None)
        )
        return part

    async def append(
        self,
        caller: Caller,
        upload_id: str,
        content: AsyncIterator[bytes],
        *,
        offset: int,
        expected_bytes: int = 0,
        checksum: Checksum | None = None,
    ) -> Upload:
        """Take in what comes from ``offset`` on, as far as it comes; return how far that is.

        Kept in parts of ``PIECE_BYTES``, each durable before the next one begins, so that a connection that
        breaks loses nothing that came, and a process that is killed loses less than one part. With a
        ``checksum`` all of it is one part, which is kept only if the sum is right. An upload that is whole
        becomes its file.

        Raises: UploadMissing, UploadEnded, OffsetTaken, ChecksumWrong, TooLarge, QuotaExceeded, StorageError;
        and whatever ``content`` raises, once what came before is kept.
        """
        scope = SpaceScope(caller.space_id)
        upload = await self._open(scope, upload_id)
        if offset != upload.received_bytes:
            raise OffsetTaken(offset=offset, received=upload.received_bytes)
        if upload.size_bytes is not None and offset + expected_bytes > upload.size_bytes:
            raise TooLarge(what="upload", limit_bytes=upload.size_bytes)
        if checksum is not None:
            await self._add_checked(caller, upload, content, checksum)
        else:
            await self._add_pieces(caller, upload, content)
        return await self.settle(caller, upload_id)

    async def settle(self, caller: Caller, upload_id: str) -> Upload:
        """Make the file of an upload that is whole; return the upload as it is. Raises: as ``complete``."""
        scope = SpaceScope(caller.space_id)
        upload = await self.get(scope, upload_id)
        if upload.status == "pending" and upload.received_bytes == upload.size_bytes:
            try:
                await self.complete(caller, upload_id)
            except UploadEnded:  # somebody else was quicker
                pass
            except FileInfected:
                await self.cancel(caller, upload_id)  # it will not get any better
                raise
            upload = await self.get(scope, upload_id)
        return upload

    async def _add_checked(
        self, caller: Caller, upload: Upload, content: AsyncIterator[bytes], checksum: Checksum
    ) -> None:
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
        hashed = _watched(content, digest.update)
        room = max(1, (upload.size_bytes or self._files.max_bytes) - upload.received_bytes)
        taken = await self._files.take(caller, hashed, name=upload.name, max_bytes=room, is_inner=True)
        if not hmac.compare_digest(digest.digest(), checksum.digest):
            raise ChecksumWrong(field="Upload-Checksum", algorithm=checksum.algorithm)
        if taken.size_bytes:
            await self._keep_piece(caller, upload, taken, offset=upload.received_bytes)

    async def _add_pieces(self, caller: Caller, upload: Upload, content: AsyncIterator[bytes]) -> None:
        pieces, offset = Pieces(content, PIECE_BYTES), upload.received_bytes
        room = (upload.size_bytes or self._files.max_bytes) - offset
        while await pieces.has_more():
            taken = await self._files.take(
                caller, pieces.piece(), name=upload.name, max_bytes=max(1, room), is_inner=True
            )
            await self._keep_piece(caller, upload, taken, offset=offset)
            offset, room = offset + taken.size_bytes, room - taken.size_bytes
        if pieces.failure is not None:
            raise pieces.failure

    async def _keep_piece(self, caller: Caller, upload: Upload, taken: FileReference, *, offset: int) -> None:
        part = msgspec.structs.replace(
            taken, upload_id=upload.id, offset_bytes=offset, expires_at_ms=upload.expires_at_ms
        )
        before = msgspec.structs.replace(upload, received_bytes=offset)
        scope = SpaceScope(caller.space_id)
        try:
            await self._storage.write(lambda tx: self._do_add(tx, scope, part, before, is_placed=True))
        except WrongOffset as error:
            raise OffsetTaken(**error.fields) from error

    async def complete(
        self,
        caller: Caller,
        upload_id: str,
        part_ids: Sequence[str] | None = None,
        *,
        rest: AsyncIterator[bytes] | None = None,
        offset: int | None = None,
        md5: str | None = None,
    ) -> FileReference:
        """Join the parts, in the order of ``part_ids`` or of their places, and ``rest`` after them.

        ``rest`` must begin at ``offset``. ``md5``, in hexadecimal, is what the sender says of the whole.
        Raises: UploadMissing, UploadEnded, InvalidRequest, QuotaExceeded, StorageError.
        """
        scope = SpaceScope(caller.space_id)
        # Both from one snapshot: an upload that is let go of meanwhile has ended, and lost no parts.
        found, held = await self._storage.read(
            lambda tx: (
                uploads_store.get_upload(tx, scope, upload_id),
                uploads_store.parts_of(tx, scope, upload_id),
            )
        )
        upload = self._pending(found, upload_id)
        if offset is not None and offset != upload.received_bytes:
            raise WrongOffset(offset=offset, received=upload.received_bytes)
        parts = held if part_ids is None else _ordered(held, part_ids)
        digest = hashlib.md5(usedforsecurity=False)
        taken = await self._files.take(
            caller,
            self._joined(parts, rest, digest.update if md5 else None),
            name=upload.name,
            media_type=upload.media_type,
            max_bytes=upload.size_bytes or None,
            is_joined=True,
        )
        file = msgspec.structs.replace(
            taken, purpose=upload.purpose, expires_at_ms=ends_at(taken, upload.keep_s)
        )
        if upload.size_bytes is not None and file.size_bytes != upload.size_bytes:
            problem = f"{file.size_bytes} bytes came, and {upload.size_bytes} were announced."
            raise InvalidRequest(field="bytes", problem=problem)
        if md5 and digest.hexdigest() != md5.lower():
            raise InvalidRequest(field="md5", problem=f"What came has {digest.hexdigest()}. Send it again.")
        await self._storage.write(lambda tx: self._do_complete(tx, caller, upload, file))
        return file

    async def cancel(self, caller: Caller, upload_id: str, *, client_id: str | None = None) -> Upload:
        """Let go of an upload and its parts. Raises: UploadMissing, UploadEnded, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction) -> Ids:
            self._pending(uploads_store.get_upload(tx, scope, upload_id), upload_id)
            self._end(tx, scope, upload_id, status="cancelled", file_id=None)
            record(tx, caller, "upload.cancelled", upload_id)
            return {}

        now_ms = self._clock.now_ms()
        await do_once(
            self._storage,
            caller,
            do,
            act="upload.cancel",
            asked=upload_id,
            client_id=client_id,
            now_ms=now_ms,
        )
        return await self.get(scope, upload_id)

    # -- own ------------------------------------------------------------------------------------------
    async def _open(self, scope: SpaceScope, upload_id: str) -> Upload:
        upload = await self._storage.read(lambda tx: uploads_store.get_upload(tx, scope, upload_id))
        return self._pending(upload, upload_id)

    def _pending(self, found: Upload | None, upload_id: str) -> Upload:
        if found is None:
            raise UploadMissing(id=upload_id)
        upload = self._now(found)
        if upload.status != "pending":
            raise UploadEnded(id=upload_id, status=upload.status)
        return upload

    def _do_add(
        self, tx: Transaction, scope: SpaceScope, part: FileReference, upload: Upload, *, is_placed: bool
    ) -> None:
        now = uploads_store.get_upload(tx, scope, upload.id)
        if now is None or now.status != "pending":
            raise UploadEnded(id=upload.id, status=now.status if now is not None else "gone")
        before = upload.received_bytes if is_placed else now.received_bytes
        if upload.size_bytes is not None and before + part.size_bytes > upload.size_bytes:
            raise TooLarge(what="upload", limit_bytes=upload.size_bytes)
        if not uploads_store.advance_upload(
            tx, scope, upload.id, before_bytes=before, after_bytes=before + part.size_bytes
        ):
            raise WrongOffset(offset=part.offset_bytes, received=now.received_bytes)
        self._files.do_store_part(tx, scope, part)

    def _do_complete(self, tx: Transaction, caller: Caller, upload: Upload, file: FileReference) -> None:
        # The parts go first: they and the file are not to be counted together.
        self._end(tx, SpaceScope(caller.space_id), upload.id, status="completed", file_id=file.id)
        self._files.do_store(tx, caller, file)

    def _end(
        self, tx: Transaction, scope: SpaceScope, upload_id: str, *, status: str, file_id: str | None
    ) -> None:
        if not uploads_store.end_upload(tx, scope, upload_id, status=status, file_id=file_id):
            raise UploadEnded(id=upload_id, status="completed or cancelled")
        for part in uploads_store.parts_of(tx, scope, upload_id):
            store.delete_reference(tx, scope, part.id, now_ms=self._clock.now_ms())

    async def _joined(
        self,
        parts: Sequence[FileReference],
        rest: AsyncIterator[bytes] | None,
        digest: Callable[[bytes], None] | None,
    ) -> AsyncIterator[bytes]:
        sources = [self._files.content(part) for part in parts]
        for source in sources if rest is None else [*sources, rest]:
            async for chunk in source:
                if digest is not None:
                    await asyncio.to_thread(digest, chunk)
                yield chunk


async def _watched(content: AsyncIterator[bytes], watch: Callable[[bytes], None]) -> AsyncGenerator[bytes]:
    async for chunk in content:
        await asyncio.to_thread(watch, chunk)
        yield chunk


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _ordered(held: Sequence[FileReference], part_ids: Sequence[str]) -> list[FileReference]:
    """Return the parts in the order that was told. Raises: UploadMissing, InvalidRequest."""
    known = {part.id: part for part in held}
    if len(set(part_ids)) != len(part_ids):
        raise InvalidRequest(field="part_ids", problem="It names a part twice.")
    for part_id in part_ids:
        if part_id not in known:
            raise UploadMissing(id=part_id)
    return [known[part_id] for part_id in part_ids]

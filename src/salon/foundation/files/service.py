"""Files: take them in, hand them out, count them, and collect what nobody needs.

An upload is streamed to a temporary file and hashed on the way; its content is claimed in the database,
moved to its place, and only then referenced. So a reference always has its content, and the collector,
which marks content before it deletes it, can never take what an upload is about to refer to.
"""

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Final

from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.files import store
from salon.foundation.files.blobs import BlobStore, disk_error
from salon.foundation.files.models import FileReference, QuotaExceeded, Usage
from salon.foundation.files.sniffing import SNIFF_BYTES, sniff
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import NotFound, Overloaded, TooLarge
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Storage, Transaction

DEFAULT_MAX_BYTES: Final = 512 * 1024 * 1024
GRACE_S: Final = 3600.0
STALE_DELETE_S: Final = 300.0
"""A deletion that was begun so long ago belongs to a process that is gone."""
CLAIM_ATTEMPTS: Final = 100
CLAIM_PAUSE_S: Final = 0.1
MAX_SHOWN_NAME: Final = 255


class Files:
    """The file store of one process."""

    def __init__(
        self,
        storage: Storage,
        blobs: BlobStore,
        *,
        incoming: Path,
        clock: Clock | None = None,
        max_bytes: int = DEFAULT_MAX_BYTES,
        quota_bytes: int | None = None,
    ) -> None:
        """Keep uploads in ``incoming`` while they arrive; on the blobs' disk if those are local."""
        self._storage = storage
        self._blobs = blobs
        self._incoming = incoming
        self._clock = clock or SystemClock()
        self._max_bytes = max_bytes
        self._quota_bytes = quota_bytes

    async def store(
        self, caller: Caller, content: AsyncIterator[bytes], *, name: str, max_bytes: int | None = None
    ) -> FileReference:
        """Take in a file for the caller's space; it is durable when this returns.

        Raises: TooLarge over the size limit, QuotaExceeded, StorageError. A broken upload leaves nothing.
        """
        scope = SpaceScope(caller.space_id)
        room = await self._room(scope, max_bytes)
        upload = await asyncio.to_thread(_Upload, self._incoming)
        try:
            await self._receive(upload, content, limit=min(room, max_bytes or self._max_bytes))
            file = self._describe(caller, upload, name)
            await self._claim(file)
            await self._blobs.put(file.hash, upload.path, size_bytes=file.size_bytes)
        finally:
            await asyncio.to_thread(upload.discard)
        await self._storage.write(lambda tx: self._do_store(tx, caller, file))
        return file

    async def get(self, scope: SpaceScope, file_id: str) -> FileReference:
        """Return a file's description. Raises: NotFound."""
        file = await self._storage.read(lambda tx: store.get_reference(tx, scope, file_id))
        if file is None:
            raise NotFound(what="file", id=file_id)
        return file

    async def read(self, scope: SpaceScope, file_id: str) -> AsyncIterator[bytes]:
        """Yield a file's content. Raises: NotFound, StorageError."""
        file = await self.get(scope, file_id)
        async for chunk in self._blobs.read(file.hash):
            yield chunk

    async def list(
        self, scope: SpaceScope, *, before: str | None = None, limit: int = 50
    ) -> list[FileReference]:
        """Return a space's files, newest first."""
        return await self._storage.read(
            lambda tx: store.list_references(tx, scope, before=before, limit=limit)
        )

    async def delete(self, caller: Caller, file_id: str) -> None:
        """Remove the space's reference. Raises: NotFound."""
        if not await self._storage.write(lambda tx: self._do_delete(tx, caller, file_id)):
            raise NotFound(what="file", id=file_id)

    async def usage(self, scope: SpaceScope) -> Usage:
        """Return what the space stores."""
        return await self._storage.read(lambda tx: store.usage_of(tx, scope))

    async def collect(self, *, grace_s: float = GRACE_S) -> int:
        """Delete content nothing has referred to for ``grace_s``; return how many."""
        scope = SystemScope("files: collect what nothing refers to")
        now_ms = self._clock.now_ms()
        before_ms = now_ms - int(grace_s * 1000)
        doomed = await self._storage.read(lambda tx: store.unreferenced(tx, scope, before_ms=before_ms))
        deleted = 0
        for hash_ in doomed:
            if await self._storage.write(
                lambda tx, hash_=hash_: store.doom(tx, scope, hash_, before_ms=before_ms, now_ms=now_ms)
            ):
                await self._blobs.delete(hash_)
                await self._storage.write(lambda tx, hash_=hash_: store.bury(tx, scope, hash_, now_ms=now_ms))
                deleted += 1
        await asyncio.to_thread(self._sweep_incoming)
        return deleted

    async def _room(self, scope: SpaceScope, max_bytes: int | None) -> int:
        limit = max_bytes or self._max_bytes
        if self._quota_bytes is None:
            return limit
        used = (await self.usage(scope)).size_bytes
        if used >= self._quota_bytes:
            raise QuotaExceeded(self._quota_bytes)
        return limit

    async def _receive(self, upload: "_Upload", content: AsyncIterator[bytes], *, limit: int) -> None:
        async for chunk in content:
            if upload.size_bytes + len(chunk) > limit:
                raise TooLarge(what="file", limit_bytes=limit)
            await asyncio.to_thread(upload.add, chunk)
        await asyncio.to_thread(upload.finish)

    def _describe(self, caller: Caller, upload: "_Upload", name: str) -> FileReference:
        return FileReference(
            id=new_id("fil"),
            space_id=caller.space_id,
            created_by=caller.person_id or caller.key_id,
            hash=upload.hash,
            name=_shown_name(name),
            media_type=sniff(upload.head, is_whole=upload.size_bytes <= SNIFF_BYTES),
            size_bytes=upload.size_bytes,
            created_at_ms=self._clock.now_ms(),
        )

    async def _claim(self, file: FileReference) -> None:
        scope = SystemScope("files: claim content for an upload")
        for _ in range(CLAIM_ATTEMPTS):
            now_ms = self._clock.now_ms()
            stale_before_ms = now_ms - int(STALE_DELETE_S * 1000)
            if await self._storage.write(
                lambda tx, now_ms=now_ms, stale_before_ms=stale_before_ms: store.claim_blob(
                    tx,
                    scope,
                    file.hash,
                    size_bytes=file.size_bytes,
                    now_ms=now_ms,
                    stale_before_ms=stale_before_ms,
                )
            ):
                return
            await asyncio.sleep(CLAIM_PAUSE_S)
        raise Overloaded(retry_after_s=int(STALE_DELETE_S))

    def _do_store(self, tx: Transaction, caller: Caller, file: FileReference) -> None:
        scope = SpaceScope(caller.space_id)
        store.insert_reference(tx, scope, file, quota_bytes=self._quota_bytes)
        record(tx, caller, "file.stored", file.id, {"size_bytes": file.size_bytes, "hash": file.hash})
        publish(tx, scope, Event(type="file.stored", subject=file.id, created_by=file.created_by))

    def _do_delete(self, tx: Transaction, caller: Caller, file_id: str) -> bool:
        scope = SpaceScope(caller.space_id)
        if not store.delete_reference(tx, scope, file_id, now_ms=self._clock.now_ms()):
            return False
        record(tx, caller, "file.deleted", file_id)
        publish(tx, scope, Event(type="file.deleted", subject=file_id))
        return True

    def _sweep_incoming(self) -> None:
        """Remove what uploads of dead processes left behind."""
        if not self._incoming.is_dir():
            return
        limit_s = self._clock.now_ms() / 1000 - GRACE_S
        for left in self._incoming.glob("upload-*"):
            # An upload that ends meanwhile takes its file away.
            with contextlib.suppress(FileNotFoundError):
                if left.stat().st_mtime < limit_s:
                    left.unlink()


class _Upload:
    """A file that is arriving: written and hashed in worker threads, one call at a time."""

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path = directory / f"upload-{secrets.token_hex(12)}"
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise disk_error(error) from error
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self.size_bytes = 0
        self.head = b""

    @property
    def hash(self) -> str:
        """The SHA-256 of what arrived."""
        return self._digest.hexdigest()

    def add(self, chunk: bytes) -> None:
        """Write one chunk."""
        if len(self.head) < SNIFF_BYTES:
            self.head = (self.head + chunk)[:SNIFF_BYTES]
        self._digest.update(chunk)
        self.size_bytes += len(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise disk_error(error) from error

    def finish(self) -> None:
        """Bring it to the disk."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise disk_error(error) from error

    def discard(self) -> None:
        """Remove what is left of it."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def _shown_name(name: str) -> str:
    """Return a name fit to be shown: one line, no control characters, no path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter if letter.isprintable() else "_" for letter in last).strip()
    return clean[:MAX_SHOWN_NAME] or "file"

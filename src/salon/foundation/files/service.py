"""Files: take them in, hand them out, count them, and collect what nobody needs.

An upload is streamed to a temporary file and hashed on the way; its content is claimed in the database,
moved to its place, and only then referenced. So a reference always has its content, and the collector,
which marks content before it deletes it, can never take what an upload is about to refer to.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from salon.foundation.acts import Ids, do_once, is_sent_again
from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.files import store, uploads_store
from salon.foundation.files.blobs import BlobStore
from salon.foundation.files.errors import FileExpired, FileMissing, QuotaExceeded
from salon.foundation.files.gate import Gate
from salon.foundation.files.models import Derivative, FileQuery, FileReference, Usage
from salon.foundation.files.receiving import SYNCED_BYTES, Arrival
from salon.foundation.files.sniffing import SNIFF_BYTES, refined, sniff
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import Overloaded, TooLarge
from salon.foundation.kit.fair_places import FairPlaces
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.storage import Storage, Transaction

DEFAULT_MAX_BYTES: Final = 2 * 1024**3
GRACE_S: Final = 3600.0
STALE_DELETE_S: Final = 300.0
"""A deletion that was begun so long ago belongs to a process that is gone."""
CLAIM_ATTEMPTS: Final = 100
CLAIM_PAUSE_S: Final = 0.1
MAX_SHOWN_NAME: Final = 255
UPLOADS_TOLD_MS: Final = 24 * 3600 * 1000
"""How long an upload that has ended is remembered, so that whoever asks is told how."""


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
        gate: Gate | None = None,
    ) -> None:
        """Keep uploads in ``incoming`` while they arrive; on the blobs' disk if those are local.

        ``gate`` is asked whether content may come in, where there is a virus scanner.
        """
        self._storage = storage
        self._blobs = blobs
        self._incoming = incoming
        self._clock = clock or SystemClock()
        self._max_bytes = max_bytes
        self._quota_bytes = quota_bytes
        self._gate = gate
        self._disk = FairPlaces(1)
        """Who brings a piece of a file to the disk: several at once would be one long wait for a commit."""

    @property
    def max_bytes(self) -> int:
        """Return the most bytes that one file may have."""
        return self._max_bytes

    async def store(
        self,
        caller: Caller,
        content: AsyncIterator[bytes],
        *,
        name: str,
        max_bytes: int | None = None,
        media_type: str = "",
        purpose: str = "",
        keep_s: int | None = None,
    ) -> FileReference:
        """Take in a file for the caller's space; it is durable when this returns.

        ``media_type`` is what the sender says it is: heard of texts only. ``keep_s``: it expires so many
        seconds from now. Raises: TooLarge over the size limit, QuotaExceeded, StorageError. A broken upload
        leaves nothing.
        """
        file = await self.take(caller, content, name=name, media_type=media_type, max_bytes=max_bytes)
        return await self.refer(caller, file, purpose=purpose, keep_s=keep_s)

    async def take(
        self,
        caller: Caller,
        content: AsyncIterator[bytes],
        *,
        name: str,
        media_type: str = "",
        max_bytes: int | None = None,
        is_joined: bool = False,
        is_inner: bool = False,
        expected_bytes: int = 0,
        client_id: str | None = None,
    ) -> FileReference:
        """Bring content to the store; nothing refers to it until ``refer``, and it is collected without.

        ``is_joined``: it is made of parts that are counted already. ``is_inner``: it is a part, or was made
        here, so no scanner is asked. ``expected_bytes``: how much was announced; what has no room is refused
        before it is read. ``client_id`` is that of ``refer``: what is sent again has its room already.
        Raises: as ``store``; FileInfected, ScannerUnavailable where there is a scanner.
        """
        limit = min(max_bytes or self._max_bytes, self._max_bytes)
        if expected_bytes > limit:
            raise TooLarge(what="file", limit_bytes=limit)
        if not is_joined and not await is_sent_again(self._storage, caller, client_id):
            await self._check_room(SpaceScope(caller.space_id), expected_bytes)
        arrival = await asyncio.to_thread(Arrival, self._incoming)
        try:
            await self._receive(arrival, content, limit=limit, owner=caller.space_id)
            file = self._describe(caller, arrival, name=name, media_type=media_type)
            if self._gate is not None and not is_inner:
                verdict = await self._gate.pass_in(caller, arrival.path, hash_=file.hash)
                file = msgspec.structs.replace(file, scan=verdict)
            await self._claim(file)
            await self._blobs.put(file.hash, arrival.path, size_bytes=file.size_bytes)
        finally:
            await asyncio.to_thread(arrival.discard)
        return file

    async def refer(
        self,
        caller: Caller,
        file: FileReference,
        *,
        purpose: str = "",
        keep_s: int | None = None,
        client_id: str | None = None,
    ) -> FileReference:
        """Keep what ``take`` returned; with a client's own id once, and then return what was kept first.

        Raises: QuotaExceeded, StorageError, ActDiffers; FileMissing, FileExpired when what was kept first is
        gone.
        """
        kept = msgspec.structs.replace(file, purpose=purpose, expires_at_ms=ends_at(file, keep_s))
        asked = [kept.hash, kept.name, kept.media_type, purpose, keep_s]

        def do(tx: Transaction) -> Ids:
            self.do_store(tx, caller, kept)
            return {"file": kept.id}

        now_ms = self._clock.now_ms()
        made = await do_once(
            self._storage, caller, do, act="file.store", asked=asked, client_id=client_id, now_ms=now_ms
        )
        return kept if made["file"] == kept.id else await self.get(SpaceScope(caller.space_id), made["file"])

    async def get(self, scope: SpaceScope, file_id: str) -> FileReference:
        """Return a file's description. Raises: FileMissing, FileExpired."""
        file = await self._storage.read(lambda tx: store.get_reference(tx, scope, file_id))
        if file is None or file.upload_id is not None:
            raise FileMissing(id=file_id)
        if file.expires_at_ms is not None and file.expires_at_ms <= self._clock.now_ms():
            raise FileExpired(id=file_id)
        return file

    async def read(self, scope: SpaceScope, file_id: str) -> AsyncIterator[bytes]:
        """Yield a file's content. Raises: FileMissing, FileExpired, StorageError."""
        file = await self.get(scope, file_id)
        async for chunk in self.content(file):
            yield chunk

    def content(self, file: FileReference, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Return what yields a file's bytes from ``start`` to before ``end``. Raises: StorageError."""
        return self._blobs.read(file.hash, start=start, end=end)

    def made_content(
        self, made: Derivative, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Return what yields the bytes of what was made of a file. Raises: NotFound, StorageError."""
        return self._blobs.read(made.hash or "", start=start, end=end)

    async def has(self, hash_: str) -> bool:
        """Tell whether content is there. Raises: StorageError."""
        return await self._blobs.exists(hash_)

    @contextlib.asynccontextmanager
    async def at_path(self, file: FileReference) -> AsyncGenerator[Path]:
        """Give a path of this machine to read the content at, inside the block. Raises: StorageError."""
        path = self._blobs.path_of(file.hash)
        if path is not None:
            yield path
            return
        copy = await asyncio.to_thread(Arrival, self._incoming)
        try:
            await self._receive(copy, self.content(file), limit=file.size_bytes, owner=file.space_id)
            yield copy.path
        finally:
            await asyncio.to_thread(copy.discard)

    async def list(self, scope: SpaceScope, query: FileQuery | None = None) -> list[FileReference]:
        """Return a space's files that have not expired; the newest first, unless ``query`` says otherwise."""
        wanted, now_ms = query or FileQuery(), self._clock.now_ms()
        return await self._storage.read(lambda tx: store.list_references(tx, scope, wanted, now_ms=now_ms))

    async def delete(self, caller: Caller, file_id: str, *, client_id: str | None = None) -> None:
        """Remove the space's reference. Raises: FileMissing, ActDiffers."""

        def do(tx: Transaction) -> Ids:
            if not self.do_delete(tx, caller, file_id):
                raise FileMissing(id=file_id)
            return {}

        now_ms = self._clock.now_ms()
        await do_once(
            self._storage, caller, do, act="file.delete", asked=file_id, client_id=client_id, now_ms=now_ms
        )

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
        if self._gate is not None:
            await asyncio.to_thread(self._gate.sweep)
        return deleted

    async def expire(self) -> int:
        """Delete files whose time is over, and what is left of uploads; return how many references."""
        scope = SystemScope("files: delete what has expired")
        now_ms = self._clock.now_ms()
        gone = await self._storage.read(lambda tx: store.expired_references(tx, scope, now_ms=now_ms))
        for file in gone:
            await self._storage.write(lambda tx, file=file: self._do_expire(tx, file))
        await self._storage.write(
            lambda tx: uploads_store.forget_uploads(tx, scope, before_ms=now_ms - UPLOADS_TOLD_MS)
        )
        return len(gone)

    # -- for uploads in parts -----------------------------------------------------------------------
    def do_store(self, tx: Transaction, caller: Caller, file: FileReference) -> None:
        """Write a reference down, with its records. Raises: QuotaExceeded, Overloaded."""
        scope = SpaceScope(caller.space_id)
        store.insert_reference(tx, scope, file, quota_bytes=self._quota_bytes)
        record(tx, caller, "file.stored", file.id, {"size_bytes": file.size_bytes, "hash": file.hash})
        publish(tx, scope, Event(type="file.stored", subject=file.id, created_by=file.created_by))

    def do_let_go(self, tx: Transaction, file: FileReference) -> None:
        """Have the collector take what ``take`` brought and nobody wants, at its next look."""
        store.let_go(tx, SpaceScope(SpaceId(file.space_id)), [file.hash])

    def do_store_part(self, tx: Transaction, scope: SpaceScope, part: FileReference) -> None:
        """Write the reference of a part of an upload down. Raises: QuotaExceeded, Overloaded."""
        store.insert_reference(tx, scope, part, quota_bytes=self._quota_bytes)

    # -- own ------------------------------------------------------------------------------------------
    async def check_room(self, caller: Caller, expected_bytes: int) -> None:
        """Refuse what has no room before any of it is sent. Raises: TooLarge, QuotaExceeded."""
        if expected_bytes > self._max_bytes:
            raise TooLarge(what="file", limit_bytes=self._max_bytes)
        await self._check_room(SpaceScope(caller.space_id), expected_bytes)

    async def _check_room(self, scope: SpaceScope, expected_bytes: int) -> None:
        if self._quota_bytes is None:
            return
        used = (await self.usage(scope)).size_bytes
        if used >= self._quota_bytes or used + expected_bytes > self._quota_bytes:
            raise QuotaExceeded(self._quota_bytes)

    async def _receive(
        self, upload: Arrival, content: AsyncIterator[bytes], *, limit: int, owner: str
    ) -> None:
        waiting, size_bytes = bytearray(), 0
        async for chunk in content:
            size_bytes += len(chunk)
            if size_bytes > limit:
                raise TooLarge(what="file", limit_bytes=limit)
            waiting += chunk
            while len(waiting) >= SYNCED_BYTES:
                await self._add(upload, waiting[:SYNCED_BYTES], owner)
                del waiting[:SYNCED_BYTES]
        if waiting:
            await self._add(upload, waiting, owner)
        await asyncio.to_thread(upload.finish)

    async def _add(self, upload: Arrival, piece: bytearray, owner: str) -> None:
        async with self._disk.place(owner):
            await asyncio.to_thread(upload.add, piece)

    def _describe(self, caller: Caller, arrival: Arrival, *, name: str, media_type: str) -> FileReference:
        seen = sniff(arrival.head, is_whole=arrival.size_bytes <= SNIFF_BYTES)
        return FileReference(
            id=new_id("fil"),
            space_id=caller.space_id,
            created_by=caller.person_id or caller.key_id,
            hash=arrival.hash,
            name=shown_name(name),
            media_type=refined(seen, said=media_type),
            size_bytes=arrival.size_bytes,
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

    def do_delete(self, tx: Transaction, caller: Caller, file_id: str) -> bool:
        """Remove the space's reference, with its records; False if there is none."""
        scope = SpaceScope(caller.space_id)
        if not store.delete_reference(tx, scope, file_id, now_ms=self._clock.now_ms()):
            return False
        record(tx, caller, "file.deleted", file_id)
        publish(tx, scope, Event(type="file.deleted", subject=file_id))
        return True

    def _do_expire(self, tx: Transaction, file: FileReference) -> None:
        caller = Caller(kind="system", space_id=SpaceId(file.space_id), rights=frozenset(), via="internal")
        scope = SpaceScope(caller.space_id)
        if not store.delete_reference(tx, scope, file.id, now_ms=self._clock.now_ms()):
            return
        if file.upload_id is None:
            record(tx, caller, "file.expired", file.id)
            publish(tx, scope, Event(type="file.deleted", subject=file.id))

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


def ends_at(file: FileReference, keep_s: int | None) -> int | None:
    """Return when a file expires that is kept for ``keep_s`` seconds."""
    return None if keep_s is None else file.created_at_ms + keep_s * 1000


def shown_name(name: str) -> str:
    """Return a name fit to be shown: one line, no control characters, no path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter if letter.isprintable() else "_" for letter in last).strip()
    return clean[:MAX_SHOWN_NAME] or "file"

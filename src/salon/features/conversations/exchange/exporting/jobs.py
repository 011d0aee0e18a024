"""Exports that are runs: they go on without their caller, say how far they are, and end in a file."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec

from salon.features.conversations.exchange.exporting.exporter import Exporter, Progress
from salon.features.conversations.exchange.exporting.naming import name_of
from salon.features.conversations.exchange.exporting.wishes import Counted, Wish
from salon.features.conversations.store.deleting import count_erasures
from salon.foundation.files import FileReference, Files
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import KeyId, PersonId, SpaceId
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import Run, RunHandle, Runs
from salon.foundation.storage import Storage, Transaction

KIND: Final = "export"
PURPOSE: Final = "export"
"""What the file of an export is kept for."""
KEPT_S: Final = 7 * 24 * 3600
_TOLD_EVERY_S: Final = 0.5
_LEAVE_S: Final = 5.0
_PROGRESS: Final = "progress-delta"

MakeExporter = Callable[[SpaceScope, Wish, Progress | None], Exporter]

_logger = logging.getLogger(__name__)


class _Stopped(Exception):
    """Somebody asked the export to stop, or this process ends."""


class ExportJobs:
    """The exports that this process works on."""

    def __init__(
        self, storage: Storage, files: Files, runs: Runs, *, clock: Clock, write: MakeExporter
    ) -> None:
        self._storage = storage
        self._files = files
        self._runs = runs
        self._clock = clock
        self._write = write
        self._tasks = TaskSupervisor("exports")
        self._handles: dict[str, RunHandle] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._done: dict[str, Counted] = {}
        runs.resume_with(KIND, self.resume)

    def do_begin(self, tx: Transaction, caller: Caller, wish: Wish, counted: Counted) -> Run:
        """Write that an export begins, and begin it when that is durable."""
        data = {
            "wish": msgspec.to_builtins(wish),
            "conversations": counted.conversations,
            "messages": counted.messages,
            "person_id": caller.person_id,
            "key_id": caller.key_id,
        }
        run = self._runs.draft(caller, KIND, data)
        self._runs.insert(tx, run)
        tx.after_commit(lambda: self._take(run))
        return run

    async def resume(self, handle: RunHandle) -> None:
        """Begin an export again that a process left behind: it has no file before its end."""
        run = await self._runs.get(SpaceScope(SpaceId(handle.space_id)), handle.run_id)
        await self._work(handle, run)

    async def outcome(self, scope: SpaceScope, run: Run) -> dict[str, Any]:
        """Return how far an export is, or how it ended."""
        if run.status == "running":
            done = self._done.get(run.id)
            return {} if done is None else msgspec.to_builtins(done)
        events = await self._runs.events(scope, run.id)
        return dict(events[-1].data().get("data") or {}) if events and events[-1].is_end else {}

    async def name(self, scope: SpaceScope, run: Run) -> str:
        """Return what an export is called now."""
        wish = _wish_of(run)
        return await self._storage.read(lambda tx: name_of(tx, scope, wish, at_ms=run.started_at_ms))

    async def close(self) -> None:
        """Leave what is under way to the next process."""
        for handle in tuple(self._handles.values()):
            if not handle.has_ended and not handle.is_lost:
                await self._runs.let_go(handle)
        if self._working:  # each ends by itself at its next chunk, with what it has open
            await asyncio.wait(tuple(self._working), timeout=_LEAVE_S)
        await self._tasks.close()

    def _take(self, run: Run) -> None:
        handle = self._runs.own(run)
        self._handles[run.id] = handle
        work = self._tasks.spawn(self._work(handle, run), name="export")
        self._working.add(work)
        work.add_done_callback(self._working.discard)

    async def _work(self, handle: RunHandle, run: Run) -> None:
        self._handles[run.id] = handle
        try:
            await self._export(handle, run)
        except _Stopped:
            if not handle.is_lost:
                await handle.end("cancelled")
        except SalonError as error:
            if not handle.is_lost:
                await handle.end("failed", {"error": error.to_json()["error"]})
        finally:
            self._handles.pop(run.id, None)
            self._done.pop(run.id, None)

    async def _export(self, handle: RunHandle, run: Run) -> None:
        file = None
        while file is None:
            file = await self._made(handle, run)
        done = self._done.get(run.id, Counted(conversations=0, messages=0))
        await handle.end(
            "done", {**msgspec.to_builtins(done), "file_id": file.id, "size_bytes": file.size_bytes}
        )

    async def _made(self, handle: RunHandle, run: Run) -> FileReference | None:
        """Make the file; None if something was erased since it was begun: it may hold what is gone."""
        caller, wish = _caller_of(run), _wish_of(run)
        scope = SpaceScope(caller.space_id)
        erased = await self._storage.read(lambda tx: count_erasures(tx, scope))
        name = await self.name(scope, run)
        exporter = self._write(scope, wish, self._teller(handle, run.id))
        chunks = _until_stopped(handle, exporter.chunks())
        taken = await self._files.take(caller, chunks, name=name, media_type=wish.media_type)
        if handle.stop_requested.is_set():
            raise _Stopped
        ends_at_ms = taken.created_at_ms + KEPT_S * 1000
        file = msgspec.structs.replace(taken, purpose=PURPOSE, expires_at_ms=ends_at_ms)

        def keep(tx: Transaction) -> FileReference | None:
            if count_erasures(tx, scope) != erased:
                self._files.do_let_go(tx, taken)
                return None
            self._files.do_store(tx, caller, file)
            return file

        return await self._storage.write(keep)

    def _teller(self, handle: RunHandle, run_id: str) -> Progress:
        """Return what tells how far it is, now and then."""
        told_s = -_TOLD_EVERY_S

        def tell(done: Counted) -> None:
            nonlocal told_s
            self._done[run_id] = done
            now_s = self._clock.monotonic_s()
            if now_s - told_s >= _TOLD_EVERY_S and not handle.is_lost:
                told_s = now_s
                handle.append(_PROGRESS, msgspec.to_builtins(done))

        return tell


async def _until_stopped(handle: RunHandle, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if handle.stop_requested.is_set():
            raise _Stopped
        yield chunk
        await asyncio.sleep(0)


def _wish_of(run: Run) -> Wish:
    return msgspec.convert(run.data["wish"], Wish)


def _caller_of(run: Run) -> Caller:
    """Return who began an export, as far as its file needs it: whose it is."""
    person_id, key_id = run.data.get("person_id"), run.data.get("key_id")
    return Caller(
        kind="key" if key_id is not None else "person",
        space_id=SpaceId(run.space_id),
        person_id=PersonId(person_id) if person_id else None,
        key_id=KeyId(key_id) if key_id else None,
        rights=frozenset(),
        via="internal",
    )

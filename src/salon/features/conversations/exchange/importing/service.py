"""Imports as their callers see them: begun, watched, stopped, their report read; and gone on with."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from salon.features.conversations.exchange.importing import store
from salon.features.conversations.exchange.importing.errors import ImportsFull
from salon.features.conversations.exchange.importing.models import (
    RUN_KIND,
    Entry,
    Import,
    ImportStatus,
    Problem,
    Totals,
)
from salon.features.conversations.exchange.importing.running import Runner
from salon.features.conversations.exchange.importing.source import frames_of, spooled, sweep
from salon.features.conversations.exchange.importing.taking import FileTaker
from salon.features.conversations.exchange.readers.recognising import Program
from salon.features.conversations.tree import Desk, author_id
from salon.foundation.acts import Ids
from salon.foundation.audit import record
from salon.foundation.files import FileReference, Files
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import NotFound, Overloaded, SalonError, StorageError
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import EndStatus, RunHandle, Runs, StaleEpoch
from salon.foundation.storage import Storage, Transaction
from salon.foundation.workers import WorkCrashed, Workers, WorkLimit

MOST_OPEN: Final = 2
"""Imports of a space at once."""
MOST_PAGE: Final = 500
_BEGIN: Final = "import.begin"
_CANCEL: Final = "import.cancel"
_OWNED: Final = "imports: work on the import of an owned run"
_REVIVE: Final = "imports: go on with an import of any space whose run has ended"
_AGAIN_S: Final = 2.0
_KEEP_EVERY_S: Final = 20.0
_CLOSE_S: Final = 5.0
_logger = logging.getLogger(__name__)

CallerOf = Callable[[str], Awaitable[Caller | None]]
"""Under whom a key or person acts now; None once they may not any more."""


class Imports:
    """The imports of one process. Make it before the runs start: it goes on with those of dead processes."""

    def __init__(
        self,
        storage: Storage,
        runs: Runs,
        files: Files,
        workers: Workers,
        *,
        folder: Path,
        caller_of: CallerOf,
        clock: Clock,
    ) -> None:
        """Bring exports to ``folder`` while they are read."""
        self._desk = Desk(storage, clock)
        self._storage = storage
        self._runs = runs
        self._files = files
        self._workers = workers
        self._folder = folder
        self._caller_of = caller_of
        self._clock = clock
        self._tasks = TaskSupervisor("imports")
        self._closing = asyncio.Event()
        self._at_work: dict[asyncio.Task[None], RunHandle] = {}
        runs.resume_with(RUN_KIND, self._work)

    # -- what callers ask -------------------------------------------------------------------------
    async def begin(
        self,
        caller: Caller,
        file_id: str,
        *,
        asked_format: Program | None = None,
        is_dry_run: bool = False,
        keeps_file: bool = True,
        asked: Any = None,
        client_id: str | None = None,
    ) -> Import:
        """Begin to import a stored file. ``asked`` is what was asked for, where a file was stored for it.

        Raises: FileMissing, FileExpired, ImportsFull, StorageError, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)
        asked = asked or {"file": file_id, "format": asked_format, "dry_run": is_dry_run}
        known = await self._desk.made_before(caller, act=_BEGIN, asked=asked, client_id=client_id)
        if known is not None:
            return await self.get(caller, known["import"])
        file = await self._files.get(scope, file_id)
        run = self._runs.draft(caller, RUN_KIND, {"file": file.id, "filename": file.name})
        made = Import(
            id=new_id("imp"),
            space_id=caller.space_id,
            created_by=author_id(caller),
            run_id=run.id,
            file_id=file.id,
            filename=file.name,
            keeps_file=keeps_file,
            asked_format=asked_format,
            programs=(),
            is_dry_run=is_dry_run,
            status="running",
            totals=Totals(),
            notes=(),
            problem=None,
            created_at_ms=self._clock.now_ms(),
            ended_at_ms=None,
        )

        def do(tx: Transaction, _: int) -> Ids:
            tx.take_turn(f"imports:{scope.space_id}")
            if store.count_open(tx, scope) >= MOST_OPEN:
                raise ImportsFull(limit=MOST_OPEN)
            self._runs.insert(tx, run)
            store.insert_import(tx, scope, made)
            record(tx, caller, "import.started", made.id, {"file": file.id, "dry_run": is_dry_run})
            tx.after_commit(lambda: self._take(self._runs.own(run)))
            return {"import": made.id}

        done = await self._desk.act(
            caller, do, lambda _, done: done, act=_BEGIN, asked=asked, client_id=client_id
        )
        return made if done["import"] == made.id else await self.get(caller, done["import"])

    async def begin_with(
        self,
        caller: Caller,
        file: FileReference,
        *,
        asked_format: Program | None,
        is_dry_run: bool,
        client_id: str | None = None,
    ) -> Import:
        """Begin to import a file that was stored for this alone; it goes with its import or its refusal.

        Raises: as ``begin``.
        """
        begun = None
        try:
            begun = await self.begin(
                caller,
                file.id,
                asked_format=asked_format,
                is_dry_run=is_dry_run,
                keeps_file=False,
                asked={
                    "content": file.hash, "name": file.name, "format": asked_format, "dry_run": is_dry_run,
                },
                client_id=client_id,
            )  # fmt: skip
            return begun
        finally:
            if begun is None or begun.file_id != file.id:
                await self._files.delete(caller, file.id)

    async def get(self, caller: Caller, import_id: str) -> Import:
        """Return an import. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        found = await self._storage.read(lambda tx: store.get_import(tx, scope, import_id))
        if found is None:
            raise NotFound(what="import", id=import_id[:100])
        return found

    async def page(self, caller: Caller, *, before: str | None = None, limit: int = 50) -> list[Import]:
        """Return the imports of the caller's space, newest first."""
        scope = SpaceScope(caller.space_id)
        return await self._storage.read(
            lambda tx: store.list_imports(tx, scope, before=before or "~", limit=min(limit, MOST_PAGE) + 1)
        )

    async def report(
        self, caller: Caller, import_id: str, *, after: int = 0, limit: int = 100
    ) -> list[Entry]:
        """Return what became of each conversation, in the order of the export. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        await self.get(caller, import_id)
        return await self._storage.read(
            lambda tx: store.list_entries(tx, scope, import_id, after=after, limit=min(limit, MOST_PAGE) + 1)
        )

    async def cancel(self, caller: Caller, import_id: str, *, client_id: str | None = None) -> Import:
        """Stop an import; what was taken in by then stays. Raises: NotFound, ActDiffers."""
        known = await self._desk.made_before(caller, act=_CANCEL, asked=import_id, client_id=client_id)
        if known is None:
            found = await self.get(caller, import_id)
            # Stopped twice is stopped; kept before it, a cut between both would leave it running.
            if found.status == "running":
                await self._runs.stop(SpaceScope(caller.space_id), found.run_id)
            await self._desk.act(
                caller,
                lambda _tx, _now_ms: {},
                lambda _tx, _made: None,
                act=_CANCEL,
                asked=import_id,
                client_id=client_id,
            )
        return await self.get(caller, import_id)

    # -- at work ----------------------------------------------------------------------------------
    async def start(self) -> None:
        """Remove what dead processes left, and look after what was left without a run; before they start."""
        await asyncio.to_thread(sweep, self._folder)
        self._tasks.spawn(self._keep(), name="import-keeper")

    async def revive(self) -> int:
        """Give imports a new run whose own ended before them; return how many those were.

        A house that ends while its database is away cannot leave them to the next one.
        """
        scope = SystemScope(_REVIVE)
        revived = 0
        for one in await self._storage.read(lambda tx: store.running_imports(tx, scope)):
            caller = await self._caller_of(one.created_by or "")
            run = await self._runs.get(scope, one.run_id)
            if run.status != "running" and caller is not None:
                revived += await self._begin_again(one, caller)
        return revived

    async def close(self) -> None:
        """Stop working; what is not through goes on at the next start, or in another process."""
        self._closing.set()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=_CLOSE_S)
        left = dict(self._at_work)
        await self._tasks.close()
        for handle in left.values():
            if not handle.has_ended and not handle.is_lost:
                with contextlib.suppress(SalonError):
                    await self._runs.let_go(handle)

    async def _begin_again(self, one: Import, caller: Caller) -> bool:
        run = self._runs.draft(caller, RUN_KIND, {"file": one.file_id, "filename": one.filename})

        def write(tx: Transaction) -> bool:
            if not store.take_run(tx, SystemScope(_REVIVE), one, run_id=run.id):
                return False  # another process was quicker
            self._runs.insert(tx, run)
            tx.after_commit(lambda: self._take(self._runs.own(run)))
            return True

        return await self._storage.write(write)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_EVERY_S)
            try:
                await self.revive()
            except SalonError as error:
                _logger.warning("imports cannot be looked after: %s", error.message)

    def _take(self, handle: RunHandle) -> None:
        if self._closing.is_set():
            return
        self._tasks.spawn(self._work(handle), name="import")

    async def _work(self, handle: RunHandle) -> None:
        """Own a run until its import has ended, another process has it, or this one ends."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work[task] = handle
        try:
            if not await self._run(handle):
                await self._runs.let_go(handle)
        except StaleEpoch:
            _logger.info("run %s goes on in another process", handle.run_id)
        except SalonError as error:
            _logger.warning("run %s is left to whoever comes first: %s", handle.run_id, error.message)
            with contextlib.suppress(SalonError):
                await self._runs.let_go(handle)
        finally:
            self._at_work.pop(task, None)

    async def _run(self, handle: RunHandle) -> bool:
        """Bring an import to its end; False when this process ends first. Raises: StaleEpoch, SalonError."""
        scope = SystemScope(_OWNED)
        while not self._closing.is_set():
            one = await self._storage.read(lambda tx: store.import_of_run(tx, scope, handle.run_id))
            assert one is not None, "an import and its run are written together"
            caller = await self._caller_of(one.created_by or "")
            if one.status != "running":  # only what follows its end was not done
                await self._leave(handle, one, caller)
                return True
            if caller is None or caller.space_id != one.space_id:
                await self._end(handle, one, "failed", Problem(code="nobody"))
                return True
            try:
                return await self._read(handle, one, caller)
            except (WorkLimit, WorkCrashed, NotFound) as error:
                await self._fail(handle, Problem(code="worker", detail=error.message))
                return True
            except (StorageError, Overloaded) as error:
                # The disk is full or the database away: people can help with both.
                _logger.warning("import %s has to wait: %s", one.id, error.message)
                await self._pause()
        return False

    async def _read(self, handle: RunHandle, one: Import, caller: Caller) -> bool:
        scope = SystemScope(_OWNED)
        skip = await self._storage.read(lambda tx: store.last_number(tx, scope, one.id))
        taker = FileTaker(self._files, caller)
        runner = Runner(one, handle, caller, taker, storage=self._storage, clock=self._clock)
        async with (
            spooled(self._files, one, self._folder) as path,
            frames_of(self._workers, path, one, skip=skip) as frames,
        ):
            work = self._tasks.spawn(runner.take(frames), name="import-frames")
            stop = self._tasks.spawn(handle.stop_requested.wait(), name="import-stop")
            close = self._tasks.spawn(self._closing.wait(), name="import-close")
            try:
                await asyncio.wait({work, stop, close}, return_when="FIRST_COMPLETED")
            finally:
                for other in (work, stop, close):
                    other.cancel()
                await asyncio.wait({work, stop, close})
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error
        if runner.is_through:
            status = "failed" if runner.state.problem is not None else "done"
            await self._end(handle, runner.state, status, runner.state.problem)
            return True
        if self._closing.is_set() and not handle.stop_requested.is_set():
            return False
        if handle.is_lost:
            raise StaleEpoch(handle.run_id)
        await self._end(handle, runner.state, "cancelled", None)
        return True

    async def _fail(self, handle: RunHandle, problem: Problem) -> None:
        scope = SystemScope(_OWNED)
        one = await self._storage.read(lambda tx: store.import_of_run(tx, scope, handle.run_id))
        assert one is not None
        await self._end(handle, one, "failed", problem)

    async def _end(
        self, handle: RunHandle, one: Import, status: ImportStatus, problem: Problem | None
    ) -> None:
        """Write that an import has ended, and how. Raises: StaleEpoch, StorageError."""
        ended = msgspec.structs.replace(one, status=status, problem=problem, ended_at_ms=self._clock.now_ms())
        caller = await self._caller_of(one.created_by or "")

        def write(tx: Transaction) -> Import:
            # What was being written when a stop came is written: who was told to stop has not heard of it.
            now = store.import_of_run(tx, SystemScope(_OWNED), handle.run_id)
            whole = msgspec.structs.replace(ended, totals=ended.totals if now is None else now.totals)
            store.change_import(tx, SystemScope(_OWNED), whole)
            if caller is not None:
                told = {"status": status, **msgspec.to_builtins(whole.totals)}
                record(tx, caller, "import.ended", one.id, told)
            return whole

        await self._leave(handle, await handle.write(write), caller)

    async def _leave(self, handle: RunHandle, one: Import, caller: Caller | None) -> None:
        """Forget the file of an import that has ended, and end its run."""
        if not one.keeps_file and caller is not None:
            with contextlib.suppress(NotFound):
                await self._files.delete(caller, one.file_id)
        data = {"import": one.id, "status": one.status, "totals": msgspec.to_builtins(one.totals)}
        status: EndStatus = "interrupted" if one.status == "running" else one.status
        await handle.end(status, data)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_AGAIN_S):
                await self._closing.wait()

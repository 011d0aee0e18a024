"""The batches at work in this process: each the body of a run, from wherever it was handed in or left."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from salon.foundation.files import Files
from salon.foundation.kit.caller import Caller, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Internal, NotFound, SalonError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import RunHandle, Runs, StaleEpoch
from salon.foundation.storage import Storage, Transaction
from salon.gateway.batches import store
from salon.gateway.batches.asking import Answers, Identities, LineAsker
from salon.gateway.batches.bodies import Bodies
from salon.gateway.batches.from_files import BatchFiles
from salon.gateway.batches.lanes import Lanes
from salon.gateway.batches.models import RUN_KIND, Batch, BatchOptions, LineStatus, Problem
from salon.gateway.batches.remote.tools import Books, Tools
from salon.gateway.batches.runner import OWNED, Runner, end_batch, give_up_lines
from salon.gateway.handing import Handing
from salon.gateway.protocols.base import Dialect, DialectName
from salon.gateway.vault.sealing import Sealer

KEEP: Final = "batches: delete what was kept long enough, or never came whole, in any space"
REVIVE: Final = "batches: go on with a batch of any space whose run has ended"
_YOUNG_MS: Final = 60_000
_KEEP_EVERY_S: Final = 60.0
_ABANDONED_MS: Final = 3_600_000
_logger = logging.getLogger(__name__)


class Workshop:
    """Works on batches. Make it before the runs start: it goes on with those of dead processes."""

    def __init__(
        self,
        storage: Storage,
        runs: Runs,
        gateway: Answers,
        accounts: Identities,
        files: Files,
        *,
        handing: Handing,
        books: Books,
        dialects: Mapping[DialectName, Dialect],
        active: Callable[[], int],
        sealer: Sealer,
        options: BatchOptions,
        clock: Clock,
        noted: Callable[[LineStatus, int], None],
    ) -> None:
        """``active`` counts the gateway's open requests; ``noted`` hears what became of how many lines."""
        self._storage = storage
        self._runs = runs
        self._clock = clock
        self._noted = noted
        self.options = options
        self.lanes = Lanes(options.concurrency, active)
        self.asker = LineAsker(gateway, accounts, dialects, self.lanes, options=options, clock=clock)
        self.bodies = Bodies(storage, sealer)
        self.files = BatchFiles(files, self.bodies, self._refusal, options=options, clock=clock)
        self.tools = Tools(
            storage=storage,
            handing=handing,
            accounts=accounts,
            bodies=self.bodies,
            books=books,
            options=options,
            clock=clock,
            noted=noted,
        )
        self._gateway = gateway
        self._accounts = accounts
        self._dialects = dialects
        self._tasks = TaskSupervisor("batches")
        self._closing = asyncio.Event()
        self._at_work: set[asyncio.Task[None]] = set()
        runs.resume_with(RUN_KIND, self.work)

    @property
    def at_work(self) -> int:
        """How many batches this process works on."""
        return len(self._at_work)

    def take(self, handle: RunHandle) -> None:
        """Work on the batch of a run that this process has begun."""
        self._tasks.spawn(self.work(handle), name="batch")

    def start(self) -> None:
        """Keep the stored batches within their time."""
        self._tasks.spawn(self._keep(), name="batch-keeper")

    async def close(self) -> None:
        """Let lines under way end, and leave the rest to another process or the next start."""
        self._closing.set()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=5)
        await self._tasks.close()

    # -- at work ----------------------------------------------------------------------------------
    async def work(self, handle: RunHandle) -> None:
        """Own a run until its batch has ended, another process has it, or this one ends."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            if self._closing.is_set() or not await self._run(handle):
                await self._runs.let_go(handle)
            elif not handle.has_ended:
                await handle.end("done", None)
        except StaleEpoch:
            _logger.info("run %s goes on in another process", handle.run_id)
        except SalonError as error:
            _logger.warning("run %s is left to whoever comes first: %s", handle.run_id, error.message)
            with contextlib.suppress(SalonError):
                await self._runs.let_go(handle)
        finally:
            self._at_work.discard(task)

    async def _run(self, handle: RunHandle) -> bool:
        scope = SystemScope(OWNED)
        batch = await self._storage.read(lambda tx: store.batch_of_run(tx, scope, handle.run_id))
        if batch is None or batch.has_ended:
            return True  # it was never received whole, or only the end of its run was not written
        runner = Runner(
            batch,
            handle,
            self.asker,
            self.bodies,
            options=self.options,
            clock=self._clock,
            files=self.files,
            tools=self.tools,
            tasks=self._tasks,
            closing=self._closing,
            noted=self._noted,
        )
        try:
            return await runner.run()
        except (StaleEpoch, asyncio.CancelledError):
            raise
        except Exception as error:  # supervises one batch: a defect must not leave it at work for ever
            _logger.exception("batch %s failed", batch.id)
            told = error if isinstance(error, SalonError) else Internal(request_id=batch.id)
            problem = Problem(code=told.code, message=told.message)
            await self._fail(handle, batch, problem)
            return True

    async def _fail(self, handle: RunHandle, batch: Batch, problem: Problem) -> None:
        """End a batch that cannot go on; what was answered until then is handed out all the same."""
        batch = await give_up_lines(handle, batch, problem)
        if batch.protocol == "openai" and batch.started_at_ms is not None:
            try:
                batch = await self.files.hand_out(handle, batch)
            except StaleEpoch:
                raise
            except Exception:  # perhaps the very thing that it failed by
                _logger.exception("the answers of batch %s cannot be handed out", batch.id)
        await end_batch(handle, batch, "failed", options=self.options, clock=self._clock)

    async def _refusal(self, batch: Batch, model: str) -> SalonError | None:
        """Say why the lines of a batch may not ask for a model, if they may not."""
        identity = self._accounts.identity_now(key_id=batch.key_id, person_id=batch.person_id)
        if identity is None:
            return None  # each line is told so
        try:
            await self._gateway.check_model(identity, model, self._dialects[batch.dialect].operation)
        except SalonError as error:
            return error
        return None

    # -- keeping ----------------------------------------------------------------------------------
    async def clean(self) -> int:
        """Delete answers that were kept long enough; return how many batches lost theirs."""
        now_ms, scope = self._clock.now_ms(), SystemScope(KEEP)

        def write(tx: Transaction) -> int:
            old = store.archivable(tx, scope, now_ms=now_ms)
            for batch_id in old:
                store.drop_lines(tx, scope, batch_id)
                store.change(
                    tx, scope, batch_id, lambda one: msgspec.structs.replace(one, archived_at_ms=now_ms)
                )
            lost = store.abandoned(tx, scope, before_ms=now_ms - _ABANDONED_MS)
            for batch_id in lost:
                store.remove(tx, scope, batch_id)
            return len(old) + len(lost)

        count = await self._storage.write(write)
        if count:
            await self._storage.forget_deleted("batch_lines")
        return count

    async def revive(self) -> int:
        """Give batches a new run whose own ended before them; return how many those were."""
        scope, before_ms = SystemScope(REVIVE), self._clock.now_ms() - _YOUNG_MS
        revived = 0
        for batch in await self._storage.read(lambda tx: store.unended(tx, scope, before_ms=before_ms)):
            assert batch.run_id is not None
            if not await self._is_running(batch.run_id):
                revived += await self._begin_again(batch)
        return revived

    async def _is_running(self, run_id: str) -> bool:
        try:
            return (await self._runs.get(SystemScope(REVIVE), run_id)).status == "running"
        except NotFound:  # it ended so long ago that it was deleted
            return False

    async def _begin_again(self, batch: Batch) -> bool:
        caller = Caller(
            kind="system", space_id=batch.space_id, key_id=batch.key_id, person_id=batch.person_id
        )
        handle = await self._runs.begin(caller, RUN_KIND, {"batch": batch.id})

        def taken(one: Batch) -> Batch:
            is_same = one.run_id == batch.run_id and not one.has_ended
            return msgspec.structs.replace(one, run_id=handle.run_id) if is_same else one

        await handle.write(lambda tx: store.change(tx, SystemScope(REVIVE), batch.id, taken))
        self.take(handle)
        return True

    async def _keep(self) -> None:
        while True:
            try:
                await self.clean()
                await self.revive()
            except SalonError as error:
                _logger.warning("old batches cannot be looked after: %s", error.message)
            await asyncio.sleep(_KEEP_EVERY_S)

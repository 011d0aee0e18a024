"""One batch in the process that owns its run: ask what waits, keep what is answered, end.

An answer is committed in a transaction in which this epoch still owns the run. So a line that has an answer
is never asked again, whoever goes on, and an owner that was taken for dead writes nothing any more.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError, StorageError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import RunHandle, StaleEpoch
from salon.foundation.storage import Transaction
from salon.gateway.batches import store
from salon.gateway.batches.asking import LineAsker
from salon.gateway.batches.bodies import Bodies, KeyMissing
from salon.gateway.batches.from_files import BatchFiles
from salon.gateway.batches.models import (
    Answer,
    Batch,
    BatchOptions,
    BatchStatus,
    LineStatus,
    Problem,
    Question,
)
from salon.gateway.batches.remote.deciding import decided, write_decision
from salon.gateway.batches.remote.handover import Handover, Why
from salon.gateway.batches.remote.tools import Tools

OWNED: Final = "batches: work on the batch of an owned run"
_AGAIN_S: Final = 1.0
_CLOSE_S: Final = 2.0
_LOCKED_S: Final = 5.0
"""How long a batch is kept that cannot be read here, before another process may try."""
_LEFT: Final[dict[Why, LineStatus]] = {"cancelled": "cancelled", "expired": "expired"}
"""What lines become that had no answer when their batch was stopped."""
_logger = logging.getLogger(__name__)


class Runner:
    """Works on one batch. Made anew for each epoch of its run."""

    def __init__(
        self,
        batch: Batch,
        handle: RunHandle,
        asker: LineAsker,
        bodies: Bodies,
        *,
        options: BatchOptions,
        clock: Clock,
        files: BatchFiles,
        tools: Tools,
        tasks: TaskSupervisor,
        closing: asyncio.Event,
        noted: Callable[[LineStatus, int], None],
    ) -> None:
        """Work until ``closing`` is set, when this process ends; ``noted`` hears what became of lines."""
        self._batch = batch
        self._handle = handle
        self._asker = asker
        self._bodies = bodies
        self._options = options
        self._clock = clock
        self._files = files
        self._tools = tools
        self._tasks = tasks
        self._closing = closing
        self._noted = noted
        self._halt = asyncio.Event()
        self._after = 0
        self._page: list[Question] = []
        self._taking = asyncio.Lock()

    async def run(self) -> bool:
        """Bring the batch to its end; False when this process ends first. Raises: StaleEpoch, SalonError."""
        while not self._closing.is_set():
            try:
                return await self._steps()
            except StaleEpoch:
                raise
            except KeyMissing:
                _logger.warning("batch %s was sealed with a master key that is not here", self._batch.id)
                await self._pause(_LOCKED_S)
                return False
            except SalonError as error:
                # The database is away, or there is no room for its files: people can help with both.
                if not isinstance(error, StorageError) and self._left_s() <= 0:
                    raise
                _logger.warning("batch %s has to wait: %s", self._batch.id, error.message)
                await self._pause(_AGAIN_S)
        return False

    async def _steps(self) -> bool:
        """Take every step that is left."""
        if self._batch.started_at_ms is None:
            self._batch = await self._files.take_in(self._handle, self._batch)
            if self._batch.problems:
                await self._finish(self._batch, "failed")
                return True
        if self._batch.status in {"running", "cancelling"}:
            why = await self._answer_all()
            if why == "closing":
                return False
            self._batch = await self._handle.write(lambda tx: self._end_lines(tx, why))
        if self._batch.protocol == "openai":
            self._batch = await self._files.hand_out(self._handle, self._batch)
        await self._finish(self._batch, self._batch.outcome)
        return True

    async def _pause(self, seconds: float) -> None:
        """Wait, or until this process ends."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    def _left_s(self) -> float:
        return (self._batch.window_ends_at_ms - self._clock.now_ms()) / 1000

    async def _answer_all(self) -> Why:
        """Have all lines that wait answered: by a batch of their provider, and what is left then here."""
        batch = self._batch
        if batch.status == "running" and batch.handed_to is None and batch.kept_here is None:
            chosen = await decided(self._tools, batch)
            batch = self._batch = await self._handle.write(
                lambda tx: write_decision(tx, SystemScope(OWNED), chosen)
            )
        if batch.handed_to is not None:
            handover = Handover(self._tools, batch, self._handle, tasks=self._tasks, closing=self._closing)
            why = await handover.run()
            if why != "through":
                return why
        return await self._ask_all()

    # -- asking -----------------------------------------------------------------------------------
    async def _ask_all(self) -> Why:
        """Ask all lines that wait, until there are none or something stops it. Raises: StaleEpoch."""
        if self._batch.status == "cancelling":
            return "cancelled"
        left_s = self._left_s()
        if left_s <= 0:
            return "expired"
        self._halt.clear()
        self._after, self._page = 0, []
        work = self._tasks.spawn(self._work_all(), name="batch-lines")
        try:
            why = await self._wait(work, left_s)
            self._halt.set()
            patience_s = _CLOSE_S if why == "closing" else self._options.finish_s
            await asyncio.wait({work}, timeout=patience_s)
            failed = work.result() if work.done() else None
            if failed is not None:
                raise failed
            return why
        finally:
            work.cancel()
            await asyncio.wait({work})

    async def _wait(self, work: "asyncio.Task[Exception | None]", left_s: float) -> Why:
        """Wait for whatever ends the asking first."""
        stop = self._tasks.spawn(self._handle.stop_requested.wait(), name="batch-stop")
        close = self._tasks.spawn(self._closing.wait(), name="batch-close")
        try:
            await asyncio.wait({work, stop, close}, timeout=left_s, return_when="FIRST_COMPLETED")
        finally:
            stop.cancel()
            close.cancel()
        if work.done():
            return "through"
        if self._closing.is_set():
            return "closing"
        return "cancelled" if self._handle.stop_requested.is_set() else "expired"

    async def _work_all(self) -> Exception | None:
        """Ask all lines that wait; return what kept it from that."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._options.concurrency):
                    group.create_task(self._work())
        except ExceptionGroup as failed:
            return failed.exceptions[0]
        return None

    async def _work(self) -> None:
        while not self._halt.is_set():
            line = await self._take()
            if line is None:
                return
            answer = await self._asker.ask(self._batch, line, self._halt)
            if answer is not None:
                await self._keep(line, answer)

    async def _take(self) -> Question | None:
        async with self._taking:
            if not self._page:
                self._page = await self._bodies.waiting(
                    self._batch.id, after=self._after, most=2 * self._options.concurrency
                )
                if any(line.body is None for line in self._page):
                    raise KeyMissing
                self._page.reverse()
            if not self._page:
                return None
            line = self._page.pop()
            self._after = line.number
            return line

    async def _keep(self, line: Question, answer: Answer) -> None:
        body = self._bodies.answer(self._batch.id, line.number, answer.body)
        now_ms, scope, kept_line = self._clock.now_ms(), SystemScope(OWNED), (line.number, answer, body)

        def write(tx: Transaction) -> bool:
            kept = store.keep_answer(tx, scope, self._batch.id, kept_line, now_ms=now_ms)
            if kept:
                store.change(tx, scope, self._batch.id, lambda batch: batch.with_answer(answer))
            return kept

        while True:
            try:
                is_kept = await self._handle.write(write)
                break
            except StorageError as error:
                if self._closing.is_set():
                    raise
                # It is charged for: it waits for the database rather than be asked again.
                _logger.warning("an answer of batch %s cannot be kept yet: %s", self._batch.id, error.message)
                await self._pause(_AGAIN_S)
        if is_kept:
            self._noted(answer.status, 1)

    # -- ending -----------------------------------------------------------------------------------
    def _end_lines(self, tx: Transaction, why: Why) -> Batch:
        """Say of every line without an answer why it has none."""
        scope, left = SystemScope(OWNED), _LEFT.get(why)
        count = store.end_waiting(tx, scope, self._batch.id, left) if left is not None else 0
        now_ms = self._clock.now_ms()

        def ended(batch: Batch) -> Batch:
            grown = {left: getattr(batch, left) + count} if left is not None else {}
            return msgspec.structs.replace(batch, status="finalizing", finalizing_at_ms=now_ms, **grown)

        batch = store.change(tx, scope, self._batch.id, ended)
        assert batch is not None
        if left is not None:
            tx.after_commit(lambda: self._noted(left, count))
        return batch

    async def _finish(self, batch: Batch, status: BatchStatus) -> None:
        await end_batch(self._handle, batch, status, options=self._options, clock=self._clock)


async def end_batch(
    handle: RunHandle, batch: Batch, status: BatchStatus, *, options: BatchOptions, clock: Clock
) -> None:
    """Write that a batch has ended. Raises: StaleEpoch, StorageError."""
    now_ms = clock.now_ms()

    def ended(one: Batch) -> Batch:
        keep_until_ms = now_ms + int(options.keep_s * 1000)
        return msgspec.structs.replace(one, status=status, ended_at_ms=now_ms, keep_until_ms=keep_until_ms)

    def write(tx: Transaction) -> None:
        scope = SystemScope(OWNED)
        store.change(tx, scope, batch.id, ended)
        if batch.protocol == "openai":
            store.drop_lines(tx, scope, batch.id)  # its answers are in files

    await handle.write(write)
    await handle.end("done", {"batch": batch.id, "status": status})


async def give_up_lines(handle: RunHandle, batch: Batch, problem: Problem) -> Batch:
    """Say of the lines without an answer of a batch that cannot go on that they failed, and why.

    Raises: StaleEpoch, StorageError.
    """

    def write(tx: Transaction) -> Batch:
        scope = SystemScope(OWNED)
        count = store.end_waiting(tx, scope, batch.id, "errored")
        after = store.change(
            tx,
            scope,
            batch.id,
            lambda one: msgspec.structs.replace(one, errored=one.errored + count, problems=[problem]),
        )
        assert after is not None
        return after

    return await handle.write(write)

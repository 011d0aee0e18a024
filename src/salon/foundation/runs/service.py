"""Runs: begin, own, follow, stop, take over; and the janitor that leaves none hanging."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, Scope, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import NotFound, SalonError
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import store
from salon.foundation.runs.channel import Channel
from salon.foundation.runs.following import AtOnce, Following
from salon.foundation.runs.handle import RunHandle
from salon.foundation.runs.janitor import KEEP_DELTAS_S, KEEP_RUNS_S, Janitor, Stands
from salon.foundation.runs.janitor import KIND as JANITOR
from salon.foundation.runs.live import LiveCopies
from salon.foundation.runs.models import END, Run, RunEvent, Seen, StaleEpoch
from salon.foundation.runs.writer import TICK_S, LogWriter
from salon.foundation.storage import Storage, Transaction

_log = logging.getLogger(__name__)

LEASE_S: Final = 15.0
JANITOR_S: Final = 2.0
STOP_POLL_S: Final = 0.5
"""How often an owner that shares its database looks whether a run is to stop, should nobody tell it."""
_HEARD: Final = 1000

Resumer = Callable[[RunHandle], Awaitable[None]]


class Runs:
    """The runs of one process. Call ``start`` on its loop before anything else."""

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Clock | None = None,
        live: LiveCopies | None = None,
        resumers: Mapping[str, Resumer] | None = None,
        lease_s: float = LEASE_S,
        tick_s: float = TICK_S,
        keep_deltas_s: float = KEEP_DELTAS_S,
        keep_runs_s: float = KEEP_RUNS_S,
        janitor_s: float = JANITOR_S,
        prefix: str = "run",
    ) -> None:
        """``janitor_s`` is how often it tidies up at most; ``prefix`` begins the ids of its runs."""
        self.process = new_id("own")
        """This process's name as an owner; a new one at each start."""
        self._storage = storage
        self._clock = clock or SystemClock()
        self._live = live
        self._resumers = dict(resumers or {})
        self._lease_ms = int(lease_s * 1000)
        self._handles: dict[str, RunHandle] = {}
        self._to_stop: dict[str, None] = {}
        """Runs that are to stop and were not owned here when that was heard; the last thousand."""
        self._reporter: Caller | None = None
        self._load: Callable[[], Awaitable[object]] | None = None
        self._prefix = prefix
        self._tidy_s = min(janitor_s, self._lease_ms / 3000)
        self.janitor = Janitor(storage, keep_deltas_s=keep_deltas_s, keep_runs_s=keep_runs_s)
        self.janitor.before_work = self._know_all
        self._tasks = TaskSupervisor("runs")
        self.writer = LogWriter(storage, clock=self._clock, live=live, tick_s=tick_s)

    def resume_with(self, kind: str, resumer: Resumer) -> None:
        """Go on with left-over runs of ``kind`` instead of ending them; call before ``start``."""
        self._resumers[kind] = resumer

    def know_all_by(self, load: Callable[[], Awaitable[object]]) -> None:
        """Call ``load`` before the first left-over or ended run is looked at; it makes known every kind.

        A process that has none to look after need not load what knows of them. Call before ``start``.
        """
        self._load = load

    async def _know_all(self) -> None:
        if self._load is not None:
            await self._load()
            self._load = None

    def compact_when(self, kind: str, stands: Stands) -> None:
        """Keep the deltas of an ended run of ``kind`` until ``stands(tx, run)`` says that its result stands.

        Kinds that write their result before they end need none. Call before ``start``.
        """
        self.janitor.wait_for(kind, stands)

    def report_as(self, caller: Caller) -> None:
        """Say in ended runs of kind ``janitor`` of this caller what was freed, once an hour at most."""
        self._reporter = caller

    async def start(self, *, is_alone: bool = False) -> int:
        """Start writing and tidying; return how many left-over runs were interrupted or resumed.

        ``is_alone``: no other process can own a run (one data directory, one owner), so whatever is
        still marked running belongs to a process that is gone, whether its lease ran out or not.
        """
        self.writer.start(self._tasks)
        if self._live is not None:
            self._live.start(self._tasks, self._heard_stop)
        if not is_alone:
            self._tasks.spawn(self._look_for_stops(), name="runs-stops")
        scope = SystemScope("runs: find what a dead process left running")
        settled = 0
        while is_alone:
            left = await self._storage.read(lambda tx: store.foreign_runs(tx, scope, owner=self.process))
            for run in left:
                settled += await self._settle(run)
            if not left:
                break
        settled += await self.tidy()
        self._tasks.spawn(self._tidy_forever(), name="runs-janitor")
        return settled

    async def close(self) -> None:
        """Write what is pending, mark what still runs as interrupted, and stop."""
        await self._report(is_last=True)
        await asyncio.gather(*(self._interrupt_own(handle) for handle in tuple(self._handles.values())))
        await self._tasks.close(5)
        if self._live is not None:
            await self._live.close()

    async def _interrupt_own(self, handle: RunHandle) -> None:
        if handle.has_ended or handle.is_lost:
            return
        try:
            await handle.end("interrupted", {"reason": "shutdown"})
        except SalonError as error:
            _log.warning("run %s could not be ended: %s", handle.run_id, error.message)

    async def begin(self, caller: Caller, kind: str, data: Mapping[str, Any] | None = None) -> RunHandle:
        """Begin a run in the caller's space; it is durable when this returns."""
        run = self.draft(caller, kind, data)
        await self._storage.write(lambda tx: self.insert(tx, run))
        return self.own(run)

    def draft(self, caller: Caller, kind: str, data: Mapping[str, Any] | None = None) -> Run:
        """Return a run that is to begin in a transaction of the caller's: ``insert`` it, then ``own`` it."""
        now_ms = self._clock.now_ms()
        return Run(
            id=new_id(self._prefix),
            space_id=caller.space_id,
            created_by=caller.person_id or caller.key_id,
            kind=kind,
            status="running",
            data=dict(data or {}),
            epoch=1,
            owner=self.process,
            lease_expires_at_ms=now_ms + self._lease_ms,
            last_number=0,
            stop_requested=False,
            compacted=False,
            started_at_ms=now_ms,
            ended_at_ms=None,
        )

    def insert(self, tx: Transaction, run: Run) -> None:
        """Write a drafted run, with what it belongs to."""
        scope = SpaceScope(SpaceId(run.space_id))
        store.insert_run(tx, scope, run)
        publish(tx, scope, Event(type="run.started", subject=run.id, data={"kind": run.kind}))

    def own(self, run: Run) -> RunHandle:
        """Return the handle of an inserted run. Call it ``after_commit``: then no run is left without one."""
        return self._own(run)

    def forget(self, tx: Transaction, scope: SpaceScope, run_ids: Sequence[str]) -> None:
        """Drop what runs of the space said, where that is to be erased; that they ended stays."""
        ours = [one for one in run_ids if store.get_run(tx, scope, one) is not None]
        store.forget_said(tx, scope, ours)

    async def events(self, scope: Scope, run_id: str) -> list[RunEvent]:
        """Return what is durable of a run's log now, oldest first. Raises: NotFound."""
        await self.get(scope, run_id)
        found: list[RunEvent] = []
        while True:
            after = found[-1].number if found else 0
            page = await self._storage.read(lambda tx, after=after: store.log_after(tx, scope, run_id, after))
            found += page
            if not page:
                return found

    async def get(self, scope: Scope, run_id: str) -> Run:
        """Return a run. Raises: NotFound."""
        run = await self._storage.read(lambda tx: store.get_run(tx, scope, run_id))
        if run is None:
            raise NotFound(what="run", id=run_id)
        return run

    async def list(
        self, scope: SpaceScope, *, before: str | None = None, limit: int = 50, only_running: bool = False
    ) -> list[Run]:
        """Return a space's runs, newest first."""
        return await self._storage.read(
            lambda tx: store.list_runs(tx, scope, before=before, limit=limit, only_running=only_running)
        )

    def follow(self, scope: Scope, run_id: str, *, epoch: int = 0, number: int = 0) -> AsyncIterator[Seen]:
        """Follow a run from a position: everything after it, gap-free, once, to the one terminal event.

        ``Rewind`` takes back what a dead owner showed and never made durable, or what compaction dropped.
        From behind the terminal event nothing follows. Raises: NotFound.
        """
        return self.walk(scope, run_id, epoch=epoch, number=number).events()

    def walk(
        self, scope: Scope, run_id: str, *, epoch: int = 0, number: int = 0, at_once: AtOnce | None = None
    ) -> Following:
        """Do as ``follow``, for those who take whatever is there at once: ``walk(...).batches()``.

        ``at_once`` is offered each event that happens while the next batch is waited for.
        """
        return Following(
            self._storage,
            scope,
            run_id,
            epoch=epoch,
            number=number,
            channel=self._channel_for_viewers,
            at_once=at_once,
        )

    async def stop(self, scope: Scope, run_id: str) -> bool:
        """Ask a run to stop; False if it is not running or not in the scope.

        Its owner hears at once if it is this process or Redis can tell it; else when it next writes what was
        said, or looks by itself, within half a second.
        """
        # At once where it runs here: a run that writes without a pause keeps its row from everybody else.
        is_heard = self._is_here(scope, run_id)
        if is_heard:
            self._heard_stop(run_id)
        asked = await self._storage.write(lambda tx: store.request_stop(tx, scope, run_id, is_heard=is_heard))
        if asked and not is_heard:
            self._heard_stop(run_id)
            if run_id not in self._handles and self._live is not None:
                await self._live.tell_stop(run_id)
        return asked or is_heard

    def _is_here(self, scope: Scope, run_id: str) -> bool:
        """Tell whether this process owns a run that the scope reaches and that has not ended."""
        handle = self._handles.get(run_id)
        if handle is None or handle.has_ended or handle.is_lost:
            return False
        return not isinstance(scope, SpaceScope) or scope.space_id == handle.space_id

    async def take_over(self, run: Run) -> RunHandle | None:
        """Become the owner of a running run, in a new epoch; None if someone else was faster.

        For a run whose lease has run out; the old owner, should it live, can append nothing more.
        """
        now_ms = self._clock.now_ms()
        scope = SystemScope("runs: take over from a dead owner")
        taken = await self._storage.write(
            lambda tx: store.take_over(
                tx, scope, run, owner=self.process, now_ms=now_ms, expires_at_ms=now_ms + self._lease_ms
            )
        )
        return None if taken is None else self._own(taken)

    async def let_go(self, handle: RunHandle) -> None:
        """Give up an owned run, for another process or this one's next start to go on with at once."""
        scope = SystemScope("runs: let go of an owned run")
        handle.lose()
        await self._storage.write(lambda tx: store.let_go(tx, scope, handle.run_id, epoch=handle.epoch))

    async def tidy(self) -> int:
        """Renew leases, settle the runs of dead owners, compact old logs; return how many were settled."""
        now_ms = self._clock.now_ms()
        scope = SystemScope("runs: janitor")
        expires_at_ms = now_ms + self._lease_ms
        asked = await self._storage.write(
            lambda tx: store.renew_leases(tx, scope, owner=self.process, expires_at_ms=expires_at_ms)
        )
        for run_id in asked:
            self._heard_stop(run_id)
        self._forget_finished()
        expired = await self._storage.read(lambda tx: store.expired_runs(tx, scope, now_ms=now_ms))
        settled = 0
        for run in expired:
            settled += await self._settle(run)
        await self.janitor.tidy(now_ms)
        await self._report()
        return settled

    async def compact(self, *, before_ms: int) -> int:
        """Drop the deltas of runs that ended before a time; return how many rows."""
        return await self.janitor.compact(before_ms=before_ms)

    async def _report(self, *, is_last: bool = False) -> None:
        reporter = self._reporter
        freed = self.janitor.due_report(is_last=is_last) if reporter is not None else None
        if reporter is None or freed is None:
            return
        try:
            handle = await self.begin(reporter, JANITOR)
            await handle.end("done", freed)
        except SalonError as error:
            _log.warning("what was freed could not be reported: %s", error.message)

    async def _settle(self, run: Run) -> int:
        """Resume a dead owner's run if its kind can be, else end it as interrupted."""
        await self._know_all()
        resumer = self._resumers.get(run.kind)
        if resumer is None:
            return int(await self._storage.write(lambda tx: self._interrupt(tx, run)))
        handle = await self.take_over(run)
        if handle is None:
            return 0
        self._tasks.spawn(_resume(resumer, handle), name=f"resume-{run.kind}")
        return 1

    def _interrupt(self, tx: Transaction, run: Run) -> bool:
        scope = SystemScope("runs: interrupt what a dead owner left")
        now_ms = self._clock.now_ms()
        taken = store.take_over(tx, scope, run, owner=self.process, now_ms=now_ms, expires_at_ms=now_ms)
        if taken is None:
            return False
        event = RunEvent(
            run_id=run.id,
            epoch=taken.epoch,
            number=taken.last_number + 1,
            type=END,
            body=b'{"status":"interrupted","data":{"reason":"process gone"}}',
            at_ms=now_ms,
        )
        ended = store.end_run(tx, scope, run.id, epoch=taken.epoch, status="interrupted", event=event)
        publish(
            tx,
            SpaceScope(SpaceId(run.space_id)),
            Event(type="run.interrupted", subject=run.id, data={"kind": run.kind}),
        )
        return ended

    def _own(self, run: Run) -> RunHandle:
        handle = RunHandle(run, log=self.writer, clock=self._clock)
        earlier = self._handles.get(run.id)
        if earlier is not None and not earlier.has_ended:
            # Lost to another process meanwhile, without having noticed: one process speaks in one epoch.
            earlier.lose()
        self._handles[run.id] = handle
        if run.id in self._to_stop:
            handle.stop_requested.set()
        return handle

    def _heard_stop(self, run_id: str) -> None:
        handle = self._handles.get(run_id)
        if handle is not None:
            handle.stop_requested.set()
        # It may be taken over here this very moment, or again later: then the row was read before it said so.
        self._to_stop[run_id] = None
        while len(self._to_stop) > _HEARD:
            del self._to_stop[next(iter(self._to_stop))]

    async def _look_for_stops(self) -> None:
        """Look for stops that nobody told, for owners that share their database."""
        scope = SystemScope("runs: look for stops")
        while True:
            await asyncio.sleep(STOP_POLL_S)
            if not any(not handle.stop_requested.is_set() for handle in self._handles.values()):
                continue
            try:
                asked = await self._storage.read(lambda tx: store.stopped_runs(tx, scope, owner=self.process))
            except SalonError:
                continue  # the janitor says so
            for run_id in asked:
                self._heard_stop(run_id)

    def _channel(self, run_id: str) -> Channel | None:
        handle = self._handles.get(run_id)
        return None if handle is None or handle.is_lost or handle.has_ended else handle.channel

    def _channel_for_viewers(self, run_id: str) -> Channel | None:
        channel = self._channel(run_id)
        return channel if channel is not None or self._live is None else self._live.channel(run_id)

    def _forget_finished(self) -> None:
        for run_id, handle in tuple(self._handles.items()):
            if handle.has_ended or handle.is_lost:
                del self._handles[run_id]

    async def _tidy_forever(self) -> None:
        while True:
            await asyncio.sleep(self._tidy_s)
            try:
                await self.tidy()
            except SalonError as error:
                _log.warning("the janitor of the runs could not work: %s", error.message)


async def _resume(resumer: Resumer, handle: RunHandle) -> None:
    try:
        try:
            await resumer(handle)
        finally:
            if not handle.has_ended and not handle.is_lost:
                await handle.end("failed", {"reason": "the run ended without saying how"})
    except StaleEpoch:
        _log.info("run %s goes on in another process", handle.run_id)

"""The resume protocol against a model: any history of viewers, crashes and takeovers.

Each viewer keeps what a real one would: a list of what it was shown, cut back at each ``Rewind``. When
all is over, every viewer's list must be the durable log, whatever it went through. Owners die, or go on
unaware that their lease ended and another process took the run over. On PostgreSQL the processes have
connections of their own, and hear of each other's runs through Redis.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st

from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import RedisCopies, Rewind, RunEvent, RunHandle, Runs, StaleEpoch
from salon.foundation.runs.store import log_after
from salon.foundation.storage import Storage
from salon.testing.columns import Column
from salon.testing.databases import database
from salon.testing.soak import scaled, seed

CALLER = Caller(kind="owner", space_id=SpaceId("spc_a"))
SCOPE = SpaceScope(SpaceId("spc_a"))
TOGETHER = True
LEASE_S = 3600.0
PROCESSES = 3

ACTIONS = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 5)),
    st.tuples(st.just("flush"), st.just(0)),
    st.tuples(st.just("tick"), st.integers(0, 2)),
    st.tuples(st.just("connect"), st.integers(0, 4 * PROCESSES - 1)),
    st.tuples(st.just("leave"), st.integers(0, 3)),
    st.tuples(st.just("take over"), st.just(0)),
    st.tuples(st.just("append late"), st.integers(1, 5)),
    st.tuples(st.just("end late"), st.just(0)),
    st.tuples(st.just("crash"), st.just(0)),
)


class Viewer:
    """What one viewer believes, and the task that shows it more."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, object]] = []
        self.position = (0, 0)
        self.ends = 0
        self.task: asyncio.Task[None] | None = None

    async def watch(self, runs: Runs, run_id: str) -> None:
        epoch, number = self.position
        async for item in runs.follow(SCOPE, run_id, epoch=epoch, number=number):
            if isinstance(item, Rewind):
                assert not self.ends
                self.seen = [entry for entry in self.seen if entry[0] <= item.number]
            else:
                assert isinstance(item, RunEvent)
                assert item.number == (self.seen[-1][0] if self.seen else 0) + 1
                self.seen.append((item.number, item.data()))
                self.ends += item.is_end
            self.position = (item.epoch, item.number)

    async def connect(self, runs: Runs, run_id: str) -> None:
        await self.leave()
        self.task = asyncio.ensure_future(self.watch(runs, run_id))

    async def leave(self) -> None:
        task, self.task = self.task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
            if not task.cancelled():
                task.result()


class House:
    """One run, the processes that own it in turn, and the viewers, of whom each is at one of those."""

    def __init__(self, storages: list[Storage], redis_url: str, clock: ManualClock) -> None:
        self.storages = storages
        self.redis_url = redis_url
        self.clock = clock
        self.processes: list[Runs] = []
        self.viewers = [Viewer() for _ in range(4)]
        self.handles: list[RunHandle] = []
        """Of each epoch, the newest last."""
        self.owner = 0
        self.count = 0
        self.is_over = asyncio.Event()

    @property
    def handle(self) -> RunHandle:
        return self.handles[-1]

    async def begin(self) -> None:
        self.processes = [await self._start(number) for number in range(PROCESSES)]
        self.handles.append(await self.processes[0].begin(CALLER, "turn"))

    async def _start(self, number: int) -> Runs:
        live = RedisCopies(self.redis_url) if self.redis_url else None
        storage = self.storages[number % len(self.storages)]
        runs = Runs(storage, clock=self.clock, live=live, lease_s=LEASE_S, tick_s=0.005)
        runs.resume_with("turn", partial(self._go_on, number))
        await runs.start()
        return runs

    async def _go_on(self, number: int, handle: RunHandle) -> None:
        if self.handles and handle.run_id == self.handle.run_id:
            self.owner = number
            self.handles.append(handle)
            await self.is_over.wait()

    async def act(self, action: str, argument: int) -> None:
        if action == "append":
            self._append(self.handle, argument)
        elif action == "append late":
            for handle in self.handles[:-1]:
                if not handle.is_lost:
                    self._append(handle, argument)
        elif action == "end late":
            await self._end_late()
        elif action == "flush":
            await self.handle.flush()
        elif action == "tick":
            await asyncio.sleep(0.002 * argument)
        elif action == "connect":
            await self.viewers[argument % 4].connect(self.processes[argument // 4], self.handle.run_id)
        elif action == "leave":
            await self.viewers[argument].leave()
        else:
            await self._take_over(is_dead=action == "crash")

    def _append(self, handle: RunHandle, count: int) -> None:
        for _ in range(count):
            self.count += 1
            handle.append("text-delta", self.count)

    async def _end_late(self) -> None:
        for handle in self.handles[:-1]:
            with pytest.raises(StaleEpoch):
                await handle.end("failed", "too late")

    async def _take_over(self, *, is_dead: bool) -> None:
        """Let the owner's lease run out; of the others, who all look for such runs, one gets it."""
        before, number = len(self.handles), self.owner
        if is_dead:
            await self._die(number)
        self.clock.advance(LEASE_S + 1)
        others = [runs for other, runs in enumerate(self.processes) if other != number]
        settled = await asyncio.gather(*(runs.tidy() for runs in others))
        assert sum(settled) == 1
        async with asyncio.timeout(60):
            while len(self.handles) == before:
                await asyncio.sleep(0)
        if is_dead:
            self.processes[number] = await self._start(number)

    async def _die(self, number: int) -> None:
        """What a dead process had not written is gone; what it had shown stays in the viewers' minds."""
        self.handle.channel.pending.clear()
        self.handle.lose()
        await self.processes[number].close()

    async def finish(self) -> None:
        await self.handle.end("done", "end")
        for number, viewer in enumerate(self.viewers):
            await viewer.leave()
            if not viewer.ends:
                await viewer.connect(self.processes[number % PROCESSES], self.handle.run_id)
        async with asyncio.timeout(60):
            await asyncio.gather(*(viewer.task for viewer in self.viewers if viewer.task is not None))
        self.is_over.set()
        for runs in self.processes:
            await runs.close()


async def play(
    storages: list[Storage], redis_url: str, clock: ManualClock, history: list[tuple[str, int]]
) -> None:
    house = House(storages, redis_url, clock)
    await house.begin()
    for action, argument in history:
        await house.act(action, argument)
    await house.finish()
    scope = SystemScope("test: read a log")
    log = await storages[0].read(lambda tx: log_after(tx, scope, house.handle.run_id, 0, limit=10_000))
    expected = [(event.number, event.data()) for event in log]
    assert [number for number, _ in expected] == list(range(1, len(log) + 1))
    assert sum(event.is_end for event in log) == 1
    for viewer in house.viewers:
        assert viewer.seen == expected
        assert viewer.ends == 1


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_viewer_ends_with_the_durable_log(
    column: Column,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    count = scaled(10_000) // 2
    caplog.set_level("ERROR")

    async def opened(stack: AsyncExitStack) -> list[Storage]:
        # A file has one owner: there all processes share it.
        connections = 1 if column.is_sqlite else PROCESSES
        address = column.address(tmp_path)
        return [await stack.enter_async_context(database(address)) for _ in range(connections)]

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        storages = runner.run(opened(stack))
        # One for all: a janitor of the history before may still be at work in its thread, and must not find
        # that the runs of this one ended long ago.
        clock = ManualClock()

        @hypothesis_seed(seed())
        @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(ACTIONS, max_size=25))
        def run(history: list[tuple[str, int]]) -> None:
            runner.run(play(storages, column.redis_url, clock, history))

        run()
        runner.run(stack.aclose())
    # A task that failed, or did not end with its process.
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    record_property("histories", count)

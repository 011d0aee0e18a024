"""The resume protocol against a model: any history of viewers, crashes and takeovers.

Each viewer keeps what a real one would: a list of what it was shown, cut back at each ``Rewind``. When
all is over, every viewer's list must be the durable log, whatever it went through.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st

from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import Rewind, RunEvent, RunHandle, Runs
from salon.foundation.runs.store import log_after
from salon.foundation.storage import Storage
from salon.testing.databases import database
from salon.testing.soak import scaled, seed

CALLER = Caller(kind="owner", space_id=SpaceId("spc_a"))
SCOPE = SpaceScope(SpaceId("spc_a"))

ACTIONS = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 5)),
    st.tuples(st.just("flush"), st.just(0)),
    st.tuples(st.just("tick"), st.integers(0, 2)),
    st.tuples(st.just("connect"), st.integers(0, 3)),
    st.tuples(st.just("leave"), st.integers(0, 3)),
    st.tuples(st.just("take over"), st.just(0)),
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
                self.seen = [entry for entry in self.seen if entry[0] <= item.number]
            else:
                assert isinstance(item, RunEvent)
                assert item.number == (self.seen[-1][0] if self.seen else 0) + 1
                self.seen.append((item.number, item.data()))
                self.ends += item.is_end
            self.position = (item.epoch, item.number)

    def connect(self, runs: Runs, run_id: str) -> None:
        if self.task is None:
            self.task = asyncio.ensure_future(self.watch(runs, run_id))

    async def leave(self) -> None:
        if self.task is not None and not self.task.done():
            self.task.cancel()
        if self.task is not None:
            await asyncio.gather(self.task, return_exceptions=True)
            if not self.task.cancelled() and self.task.exception() is not None:
                raise AssertionError from self.task.exception()
        self.task = None


class House:
    """One run, its present owner, and the viewers, all in one process or across several ``Runs``."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.clock = ManualClock()
        self.services = [self._service()]
        self.viewers = [Viewer() for _ in range(4)]
        self.handle: RunHandle | None = None
        self.count = 0

    def _service(self) -> Runs:
        return Runs(self.storage, clock=self.clock, tick_s=0.005)

    async def act(self, action: str, argument: int) -> None:
        handle = self.handle
        assert handle is not None
        if action == "append":
            for _ in range(argument):
                self.count += 1
                if not handle.is_lost:
                    handle.append("text-delta", self.count)
        elif action == "flush":
            await handle.flush()
        elif action == "tick":
            await asyncio.sleep(0.002 * argument)
        elif action == "connect":
            self.viewers[argument].connect(self.services[-1], handle.run_id)
        elif action == "leave":
            await self.viewers[argument].leave()
        else:
            await self._take_over(handle, crash=action == "crash")

    async def _take_over(self, handle: RunHandle, *, crash: bool) -> None:
        if crash:
            # What a dead process had not written is gone; what it had shown stays in the viewers' minds.
            handle.channel.pending.clear()
            for viewer in self.viewers:
                await viewer.leave()
            handle.lose()
        successor = self._service()
        run = await successor.get(SCOPE, handle.run_id)
        self.handle = await successor.take_over(run)
        self.services.append(successor)

    async def finish(self) -> None:
        assert self.handle is not None
        await self.handle.end("done", "end")
        for viewer in self.viewers:
            await viewer.leave()
            if not viewer.ends:
                viewer.connect(self.services[-1], self.handle.run_id)
        async with asyncio.timeout(60):
            await asyncio.gather(*(viewer.task for viewer in self.viewers if viewer.task is not None))


async def play(path: Path, history: list[tuple[str, int]]) -> None:
    async with database(path) as storage:
        house = House(storage)
        house.services[0].writer.start(house.services[0]._tasks)
        house.handle = await house.services[0].begin(CALLER, "turn")
        for action, argument in history:
            await house.act(action, argument)
        await house.finish()
        run_id = house.handle.run_id
        log = await storage.read(
            lambda tx: log_after(tx, SystemScope("test: read a log"), run_id, 0, limit=10_000)
        )
        expected = [(event.number, event.data()) for event in log]
        assert [number for number, _ in expected] == list(range(1, len(log) + 1))
        assert sum(event.is_end for event in log) == 1
        for viewer in house.viewers:
            assert viewer.seen == expected
            assert viewer.ends == 1
        for service in house.services:
            await service._tasks.close(5)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_viewer_ends_with_the_durable_log() -> None:
    @hypothesis_seed(seed())
    @settings(
        max_examples=scaled(10_000) // 2,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(ACTIONS, max_size=25))
    def run(history: list[tuple[str, int]]) -> None:
        with TemporaryDirectory() as directory:
            asyncio.run(play(Path(directory) / "salon.db", history))

    run()

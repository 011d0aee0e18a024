"""Work that runs where it was started, and becomes a task when it has to."""

import asyncio
import logging

import pytest

from salon.foundation.kit.in_place import Gate
from salon.foundation.kit.tasks import TaskSupervisor


def test_work_runs_at_once_and_goes_on_inside_what_opens_its_gate() -> None:
    steps: list[str] = []

    async def scene() -> None:
        supervisor = TaskSupervisor("test")
        work = supervisor.in_place(name="work")
        gate = Gate(work)

        async def job() -> None:
            steps.append("started")
            await gate
            steps.append("went on")

        work.start(job())
        assert (steps, supervisor.count, supervisor.names()["work"]) == (["started"], 1, 1)
        gate.open()
        assert (steps, supervisor.count, work.task) == (["started", "went on"], 0, None)
        gate.open()

    asyncio.run(scene())


def test_waiting_for_anything_else_makes_it_a_task() -> None:
    async def scene() -> None:
        supervisor = TaskSupervisor("test")
        work = supervisor.in_place(name="work")
        gate, second = Gate(work), Gate(work)

        async def job() -> str:
            await gate
            await work.in_task()
            assert asyncio.current_task() is work.task
            async with asyncio.timeout(5):
                await second
            return "done"

        work.start(job())
        gate.open()
        assert work.task is not None
        assert supervisor.count == 1
        await asyncio.sleep(0.01)
        second.open()
        await asyncio.wait_for(work.task, 5)
        assert supervisor.count == 0

    asyncio.run(scene())


@pytest.mark.parametrize("as_task", [False, True])
def test_cancelling_raises_where_it_waits(as_task: bool) -> None:
    heard: list[str] = []

    async def scene() -> None:
        supervisor = TaskSupervisor("test")
        work = supervisor.in_place(name="work")

        async def job() -> None:
            if as_task:
                await work.in_task()
            try:
                await Gate(work)
            except asyncio.CancelledError:
                heard.append("cancelled")
                raise

        work.start(job())
        await asyncio.sleep(0.01)
        assert await supervisor.close()
        assert (heard, supervisor.count) == (["cancelled"], 0)
        work.cancel()
        with pytest.raises(RuntimeError, match="closed"):
            supervisor.in_place(name="late")

    asyncio.run(scene())


def test_a_caught_cancellation_lets_it_wait_again() -> None:
    heard: list[str] = []

    async def scene() -> None:
        supervisor = TaskSupervisor("test")
        work = supervisor.in_place(name="work")
        first, second = Gate(work), Gate(work)

        async def job() -> None:
            try:
                await first
            except asyncio.CancelledError:
                work.uncancel()
            await second
            heard.append("ended")

        work.start(job())
        work.cancel()
        first.open()
        assert heard == []
        second.open()
        assert heard == ["ended"]

    asyncio.run(scene())


def test_a_failure_is_logged_and_stays_inside(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        supervisor = TaskSupervisor("test")
        work = supervisor.in_place(name="work")
        gate = Gate(work)

        async def job() -> None:
            await gate
            raise ValueError("a defect")

        work.start(job())
        with caplog.at_level(logging.ERROR):
            gate.open()
        assert (supervisor.count, supervisor.failures) == (0, 1)
        assert "task work of test failed: ValueError" in caplog.text

    asyncio.run(scene())


def test_a_gate_opened_before_holds_nobody_up() -> None:
    async def scene() -> None:
        gate = Gate()
        gate.open()
        await gate
        other = Gate()
        waiting = asyncio.ensure_future(_wait(other))
        await asyncio.sleep(0)
        other.open()
        assert await asyncio.wait_for(waiting, 5) == "on"

    asyncio.run(scene())


async def _wait(gate: Gate) -> str:
    await gate
    return "on"

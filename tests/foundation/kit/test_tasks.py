"""The supervisor keeps its tasks apart, counts them and ends them in time."""

import asyncio
import contextlib
import logging

import pytest

from salon.foundation.kit.tasks import TaskSupervisor, live_task_counts, was_cancelled


async def _forever() -> None:
    await asyncio.Event().wait()


def test_failing_child_is_logged_and_leaves_siblings_alone(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("boom")

    async def scenario() -> None:
        tasks = TaskSupervisor("house")
        sibling = tasks.spawn(_forever(), name="sibling")
        failing = tasks.spawn(fail(), name="failing")
        await asyncio.wait([failing], timeout=30)
        await asyncio.sleep(0)
        assert not sibling.done()
        assert tasks.failures == 1
        assert tasks.names() == {"sibling": 1}
        assert await tasks.close(5)

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert "task failing of house failed: ValueError" in caplog.text


def test_a_loop_whose_library_swallows_a_cancellation_ends_nevertheless() -> None:
    async def swallow() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await _forever()

    async def scenario() -> None:
        async def child() -> None:
            while not was_cancelled():
                await swallow()

        tasks = TaskSupervisor("house")
        tasks.spawn(child(), name="child")
        await asyncio.sleep(0)
        assert await tasks.close(5)

    asyncio.run(scenario())


def test_close_cancels_and_waits() -> None:
    async def scenario() -> list[str]:
        seen: list[str] = []

        async def child() -> None:
            try:
                await _forever()
            finally:
                seen.append("cleaned")

        tasks = TaskSupervisor("house")
        tasks.spawn(child(), name="child")
        await asyncio.sleep(0)
        assert await tasks.close(5)
        assert tasks.count == 0
        return seen

    assert asyncio.run(scenario()) == ["cleaned"]


def test_close_lets_go_of_a_task_that_will_not_end(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        release = asyncio.Event()

        async def stubborn() -> None:
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue

        tasks = TaskSupervisor("house")
        task = tasks.spawn(stubborn(), name="stubborn")
        await asyncio.sleep(0)
        assert not await tasks.close(0.05)
        release.set()
        await asyncio.wait([task], timeout=30)

    asyncio.run(scenario())
    assert "task stubborn of house did not end" in caplog.text


def test_spawn_is_bounded_and_refused_after_close() -> None:
    async def scenario() -> None:
        tasks = TaskSupervisor("house", limit=1)
        tasks.spawn(_forever(), name="one")
        with pytest.raises(RuntimeError, match="already has 1 tasks"):
            tasks.spawn(_forever(), name="two")
        await tasks.close(5)
        with pytest.raises(RuntimeError, match="is closed"):
            tasks.spawn(_forever(), name="three")

    asyncio.run(scenario())


def test_live_tasks_are_counted_for_metrics() -> None:
    async def scenario() -> None:
        tasks = TaskSupervisor("counted")
        tasks.spawn(_forever(), name="work")
        tasks.spawn(_forever(), name="work")
        assert live_task_counts()["counted", "work"] == 2
        await tasks.close(5)
        assert live_task_counts()["counted", "work"] == 0

    asyncio.run(scenario())

"""Work in a process of its own: its answers, its limits, and what it cannot reach."""

import asyncio
import contextlib
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from salon.foundation.kit.errors import Overloaded, SalonError
from salon.foundation.workers import Limits, WorkCrashed, Workers, WorkLimit, WorkRefused
from salon.testing.load import until_async

WORK = "salon.testing.work:"


def run(name: str, arguments: dict[str, Any] | None = None, limits: Limits | None = None) -> Any:
    return asyncio.run(Workers().run(WORK + name, arguments or {}, limits=limits))


def with_job(name: str, act: Callable[[Any], Awaitable[Any]], limits: Limits | None = None) -> Any:
    async def go() -> Any:
        async with Workers().start(WORK + name, {}, limits=limits) as job:
            return await act(job)

    return asyncio.run(go())


async def first(job: Any) -> Any:
    return await anext(aiter(job))


def until_gone(pid: int) -> None:
    deadline = time.monotonic() + 30
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the worker lives on"
        time.sleep(0.02)


def test_a_worker_is_started_without_a_copy_of_the_house() -> None:
    """A fork copies the tables of all memory, and the loop of the house stands still meanwhile."""
    uvloop = pytest.importorskip("uvloop")
    forks: list[int] = []
    os.register_at_fork(before=lambda: forks.append(1))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(Workers().run(WORK + "echo", {"messages": [], "answer": 1})) == 1
    assert forks == []


def test_no_pipe_is_left_open_whenever_a_worker_is_given_up() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def given_up(steps: int) -> None:
        work = asyncio.ensure_future(Workers().run(WORK + "echo", {"messages": [], "answer": 1}))
        for _ in range(steps):
            await asyncio.sleep(0)
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work

    async def go() -> None:
        await Workers().run(WORK + "echo", {"messages": [], "answer": 1})
        before = psutil.Process().num_fds()

        async def is_closed() -> bool:
            return psutil.Process().num_fds() <= before

        for steps in range(8):
            await given_up(steps)
            await Workers().run(WORK + "echo", {"messages": [], "answer": 1})
        await until_async(is_closed, what="the last pipe to be closed")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(go())


def test_messages_come_in_order_and_then_the_answer() -> None:
    async def go() -> tuple[list[Any], Any]:
        arguments = {"messages": [1, {"text": "two"}, b"three"], "answer": [4]}
        async with Workers().start(WORK + "echo", arguments) as job:
            return [message async for message in job], await job.result()

    assert asyncio.run(go()) == ([1, {"text": "two"}, b"three"], [4])


@pytest.mark.parametrize(
    ("name", "limits", "error", "fields"),
    [
        ("refuse", Limits(), WorkRefused, {"problem": "It holds a bomb."}),
        ("fail", Limits(), WorkCrashed, {"detail": "ValueError"}),
        ("crash", Limits(), WorkCrashed, {"detail": "SIGSEGV"}),
        ("sleep", Limits(wall_s=0.5), WorkLimit, {"what": "time", "limit": "0.5 s"}),
        ("spin", Limits(cpu_s=1), WorkLimit, {"what": "computing time", "limit": "1 s"}),
        ("swell", Limits(memory_bytes=300 * 1024**2), WorkLimit, {"what": "memory", "limit": "300 MB"}),
        ("flood", Limits(output_bytes=1024**2), WorkLimit, {"what": "output", "limit": "1048576 bytes"}),
        ("nothing", Limits(), WorkCrashed, {"detail": "AttributeError"}),
    ],
)
def test_every_failure_is_typed(
    name: str, limits: Limits, error: type[SalonError], fields: dict[str, str]
) -> None:
    with pytest.raises(error) as caught:
        run(name, limits=limits)
    assert {"field": "file", **fields}.items() <= caught.value.fields.items()
    assert "secret words" not in caught.value.message


@pytest.mark.skipif(platform.machine() not in {"x86_64", "aarch64"}, reason="the filter knows these")
@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")
def test_nothing_gets_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = run("escape", {"port": listener.getsockname()[1], "path": str(tmp_path / "file")})
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    refused = dict.fromkeys(("socket", "native socket", "program"), "PermissionError")
    assert found == {**refused, "write": "OSError"}
    assert (tmp_path / "file").stat().st_size == 0


def test_a_worker_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALON_MASTER_KEY", "canary")
    assert "canary" not in str(run("surroundings"))


def test_leaving_ends_the_process() -> None:
    until_gone(with_job("sleep", first))


def test_a_cancelled_task_ends_its_process() -> None:
    async def go() -> int:
        found: list[int] = []

        async def work() -> None:
            async with Workers().start(WORK + "spin", {}) as job:
                found.append(await first(job))
                await job.result()

        task = asyncio.ensure_future(work())
        while not found:
            await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return found[0]

    until_gone(asyncio.run(go()))


def test_a_worker_dies_with_a_house_that_was_killed() -> None:
    code = (
        "import asyncio\n"
        "from salon.foundation.workers import Workers\n"
        "async def go():\n"
        "    async with Workers().start('salon.testing.work:sleep', {}) as job:\n"
        "        async for pid in job: print(pid, flush=True)\n"
        "asyncio.run(go())\n"
    )
    with psutil.Popen([sys.executable, "-c", code], stdout=-1) as house:
        assert house.stdout is not None
        pid = int(house.stdout.readline())
        house.send_signal(signal.SIGKILL)
        house.wait()
    until_gone(pid)


def test_owners_of_work_take_turns_and_leave_each_other_room() -> None:
    async def go() -> tuple[list[str], int]:
        workers, ended = Workers(most=1, most_waiting=4), list[str]()

        async def work(owner: str) -> None:
            await workers.run(WORK + "echo", {}, owner=owner)
            ended.append(owner)

        async with asyncio.TaskGroup() as group, workers.start(WORK + "sleep", {}, owner="a") as job:
            await first(job)
            for owner in "aab":
                group.create_task(work(owner))
                await asyncio.sleep(0)
            with pytest.raises(Overloaded):
                await workers.run(WORK + "echo", {}, owner="a")
            waited = workers.waiting
        return ended, waited

    assert asyncio.run(go()) == (["a", "b", "a"], 3)


def test_no_more_run_than_may() -> None:
    async def go() -> tuple[int, int]:
        workers = Workers(most=1, most_waiting=1, wait_s=0.2)
        async with workers.start(WORK + "sleep", {}) as job:
            await first(job)
            waiting = asyncio.ensure_future(workers.run(WORK + "echo", {}))
            await asyncio.sleep(0)
            with pytest.raises(Overloaded):
                await workers.run(WORK + "echo", {})
            with pytest.raises(Overloaded):
                await waiting
            return workers.running, workers.waiting

    assert asyncio.run(go()) == (1, 0)

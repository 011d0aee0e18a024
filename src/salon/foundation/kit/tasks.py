"""The one supervisor of asyncio tasks: it owns, names, bounds and logs every task it starts.

A child that fails is logged and never cancels its siblings; a ``TaskGroup`` is for work that stands or
falls together, a supervisor for work that merely happens at the same time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar

from salon.foundation.kit.in_place import InPlace

T = TypeVar("T")

_logger = logging.getLogger(__name__)
_live: "set[TaskSupervisor]" = set()


class TaskSupervisor:
    """Starts tasks and keeps them until they end. One event loop; not thread-safe."""

    def __init__(self, name: str, *, limit: int = 100_000) -> None:
        """Name the supervisor; ``limit`` is the most tasks alive at once."""
        self.name = name
        self.limit = limit
        self.failures = 0
        """How many children ended with an exception, since the start."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._in_place: dict[InPlace, str] = {}
        self._closed = False
        _live.add(self)

    @property
    def count(self) -> int:
        """How many tasks are alive now."""
        return len(self._tasks) + len(self._in_place)

    @property
    def closed(self) -> bool:
        """Tell whether ``close`` was called; nothing can be spawned afterwards."""
        return self._closed

    def names(self) -> Counter[str]:
        """Count the live tasks by name."""
        return Counter([*(task.get_name() for task in self._tasks), *self._in_place.values()])

    def spawn(self, coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Start ``coro`` as a task called ``name``. Raises: RuntimeError when closed or at the limit.

        The name is a kind of work (``relay``, ``discovery``), not an id: metrics count by it.
        """
        if self._closed or len(self._tasks) >= self.limit:
            coro.close()
            problem = "is closed" if self._closed else f"already has {self.limit} tasks"
            raise RuntimeError(f"task supervisor {self.name!r} {problem}")
        task = asyncio.get_running_loop().create_task(coro, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def in_place(self, name: str) -> InPlace:
        """Return what runs one coroutine in place: ``start`` it. Raises: like ``spawn``.

        For callbacks that start much and mostly wait for other callbacks; it counts as a task.
        """
        if self._closed or len(self._in_place) >= self.limit:
            problem = "is closed" if self._closed else f"already has {self.limit} tasks"
            raise RuntimeError(f"task supervisor {self.name!r} {problem}")
        work = InPlace(self, name, self._left_place)
        self._in_place[work] = name
        return work

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._failed(task.get_name(), error)

    def _left_place(self, work: InPlace, error: BaseException | None) -> None:
        name = self._in_place.pop(work)
        if error is not None:
            self._failed(name, error)

    def _failed(self, name: str, error: BaseException) -> None:
        self.failures += 1
        _logger.error("task %s of %s failed: %s", name, self.name, type(error).__name__, exc_info=error)

    async def close(self, timeout_s: float = 5.0) -> bool:
        """Cancel every task and wait at most ``timeout_s``. Returns whether all of them ended.

        A task that outlives the wait is named in the log and let go.
        """
        for work in list(self._in_place):
            work.cancel()
        self._closed = True
        _live.discard(self)
        current = asyncio.current_task()
        tasks = {task for task in self._tasks if task is not current}
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout_s)
            for task in late:
                _logger.error(
                    "task %s of %s did not end within %.1f s", task.get_name(), self.name, timeout_s
                )
            return not late
        return True


def was_cancelled() -> bool:
    """Tell whether somebody has cancelled the current task, also where what it called swallowed that.

    ``asyncio.wait_for`` of Python 3.11 does when what it waits for is done in the same moment, so a loop
    around a library that uses it (redis) asks before each round.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def live_task_counts() -> Counter[tuple[str, str]]:
    """Count live tasks of every open supervisor by (supervisor, task name); for metrics."""
    counts: Counter[tuple[str, str]] = Counter()
    for supervisor in list(_live):
        for name, count in supervisor.names().items():
            counts[supervisor.name, name] += count
    return counts

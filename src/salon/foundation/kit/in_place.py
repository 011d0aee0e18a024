"""Coroutines that run where they are started, and become tasks only when they have to wait for one.

A task costs a turn of the event loop to start and one to wake up. Work that a callback starts, that mostly
waits for another callback, and that there is a lot of, runs ``InPlace``: its first part at once, and what
follows an opened ``Gate`` inside the callback that opened it. Awaiting anything else makes it a task.
"""

import asyncio
import logging
import types
from collections.abc import Callable, Coroutine, Generator
from types import CoroutineType
from typing import Any, Protocol

import msgspec

_logger = logging.getLogger(__name__)


class Cancellable(Protocol):
    """What can be told to stop waiting: a task, or work in place."""

    def cancel(self) -> object:
        """Raise ``CancelledError`` where it waits."""
        ...

    def uncancel(self) -> object:
        """Take back a cancellation that was caught."""
        ...


class Spawner(Protocol):
    """Starts tasks: a ``TaskSupervisor``."""

    def spawn(self, coro: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Start ``coro`` as a task called ``name``."""
        ...


class Gate:
    """Something one coroutine waits for until a callback opens it. One event loop; opens once."""

    __slots__ = ("_wake", "_worker", "is_open")

    def __init__(self, worker: "InPlace | None" = None) -> None:
        """``worker`` is what will wait, if it runs in place."""
        self.is_open = False
        self._worker = worker
        self._wake: Callable[[], None] | None = None

    def open(self) -> None:
        """Let the coroutine go on: at once if it waits in place, in the loop's next turn if it is a task."""
        if not self.is_open:
            self.is_open = True
            wake = self._wake
            if wake is not None:
                self._wake = None
                wake()

    def __await__(self) -> Generator[Any, Any, None]:
        if self.is_open:
            return
        worker = self._worker
        if worker is not None and worker.task is None:
            self._wake = worker.step
            try:
                yield self
            finally:
                self._wake = None
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wake = lambda: None if future.done() else future.set_result(None)
        try:
            yield from future
        finally:
            self._wake = None


class InPlace(msgspec.Struct, eq=False):
    """One coroutine run in place. Made by ``TaskSupervisor.in_place``."""

    _spawner: Spawner
    _name: str
    _ended: Callable[["InPlace", BaseException | None], None]
    """Told once that it is over, and with what error, or that it became a task (None)."""
    task: asyncio.Task[Any] | None = None
    """The task it became, once it had to wait for something else than a gate."""
    _coro: "CoroutineType[Any, Any, Any] | None" = None

    def start(self, coro: "CoroutineType[Any, Any, Any]") -> None:
        """Run ``coro`` until it ends or waits."""
        self._coro = coro
        self.step()

    def step(self) -> None:
        """Go on after a gate has opened."""
        coro = self._coro
        if coro is None:
            return
        try:
            waited = coro.send(None)
        except BaseException as error:  # noqa: BLE001 - judged there; a loop's callback has nobody above it
            self._end(error)
        else:
            if type(waited) is not Gate:
                self._become_task(coro, waited)

    async def in_task(self) -> None:
        """Become a task, for what only works in one (time limits). Awaited by the coroutine itself."""
        if self.task is None:
            await asyncio.sleep(0)

    def cancel(self) -> None:
        """Raise ``CancelledError`` where it waits; nothing to one that runs or has ended."""
        coro = self._coro
        if self.task is not None:
            self.task.cancel()
        elif coro is not None and not coro.cr_running:
            try:
                waited = coro.throw(asyncio.CancelledError())
            except BaseException as error:  # noqa: BLE001 - as in step
                self._end(error)
            else:
                if type(waited) is not Gate:
                    self._become_task(coro, waited)

    def uncancel(self) -> None:
        """Take back a cancellation that was caught."""
        if self.task is not None:
            self.task.uncancel()

    def _become_task(self, coro: "CoroutineType[Any, Any, Any]", waited: Any) -> None:
        self._coro = None
        rest = _as_task(coro, waited)
        try:
            self.task = self._spawner.spawn(rest, name=self._name)
        except RuntimeError:
            coro.close()
            _logger.exception("%s could not go on", self._name)
        self._ended(self, None)

    def _end(self, error: BaseException) -> None:
        self._coro = None
        if type(error) is StopIteration or isinstance(error, asyncio.CancelledError):
            self._ended(self, None)
        else:
            self._ended(self, error)
            if not isinstance(error, Exception):
                raise error


async def _as_task(coro: "CoroutineType[Any, Any, Any]", waited: Any) -> None:
    await _rest(coro, waited)


@types.coroutine
def _rest(coro: "CoroutineType[Any, Any, Any]", waited: Any) -> Generator[Any, Any, None]:
    """Go on with ``coro``, which has just yielded ``waited``, as the body of a task."""
    try:
        while True:
            try:
                value = yield waited
            except BaseException as error:  # noqa: BLE001 - handed to where it waits
                waited = coro.throw(error)
            else:
                waited = coro.send(value)
    except StopIteration:
        return

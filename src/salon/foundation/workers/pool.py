"""Starts processes for work, a bounded number at once, and ends each at its deadline.

One process per piece of work: nothing of one space's document is left for the next one, a library that was
corrupted is gone with it, and a limit that was reached is this work's alone. A start costs some 0.1 s.
"""

import asyncio
import contextlib
import os
import signal
import struct
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import Overloaded, StorageError
from salon.foundation.kit.fair_places import FairPlaces
from salon.foundation.workers.errors import WorkCrashed, WorkLimit, WorkRefused
from salon.foundation.workers.models import Done, Failed, Limits, Order, Report, Sent
from salon.foundation.workers.process import Process, end, spawn

_LENGTH: Final = struct.Struct(">I")
_REPORT: Final = msgspec.msgpack.Decoder(Report)
_KEPT_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
"""What a process is told of its surroundings: no setting, no key."""
_BUSY_S: Final = 5
_NICE: Final = 10
"""How far work stands back behind requests."""


class Job:
    """A piece of work that runs: iterate over its messages, then take ``result``. One task."""

    def __init__(self, process: Process, limits: Limits, *, field: str) -> None:
        self._process = process
        self._limits = limits
        self._field = field
        self._until_s = time.monotonic() + limits.wall_s
        self._left_bytes = limits.output_bytes
        self._result: Any = None
        self._is_done = False

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Yield the function's messages as they come. Raises: WorkRefused, WorkLimit, WorkCrashed."""
        while not self._is_done:
            report = await self._next()
            if isinstance(report, Sent):
                yield report.value
            elif isinstance(report, Done):
                self._result, self._is_done = report.value, True
            else:
                raise self._failure(report)

    async def result(self) -> Any:
        """Return what the function returns, past its messages. Raises: as the iteration."""
        async for _ in self:
            pass
        return self._result

    async def _next(self) -> Report:
        output = self._process.stdout
        assert output is not None
        try:
            async with asyncio.timeout(max(0.0, self._until_s - time.monotonic())):
                (size,) = _LENGTH.unpack(await output.readexactly(_LENGTH.size))
                self._left_bytes -= size
                if self._left_bytes < 0 or size > self._limits.message_bytes:
                    raise self._over("output", f"{self._limits.output_bytes} bytes")
                body = await output.readexactly(size)
        except TimeoutError as error:
            raise self._over("time", f"{self._limits.wall_s:g} s") from error
        except asyncio.IncompleteReadError as error:
            raise await self._death() from error
        try:
            return _REPORT.decode(body)
        except msgspec.DecodeError as error:
            raise WorkCrashed(field=self._field, detail="unreadable report") from error

    def _failure(self, failed: Failed) -> Exception:
        if failed.kind == "refused":
            return WorkRefused(field=self._field, problem=failed.detail)
        if failed.kind == "memory":
            return self._over("memory", f"{self._limits.memory_bytes // 1024**2} MB")
        return WorkCrashed(field=self._field, detail=failed.detail)

    async def _death(self) -> Exception:
        """Return why it ended without a word."""
        async with asyncio.timeout(_BUSY_S):
            code = await self._process.wait()
        computing = {-int(getattr(signal, "SIGXCPU", 0)) or None, -int(getattr(signal, "SIGKILL", 0)) or None}
        if code in computing:
            return self._over("computing time", f"{self._limits.cpu_s} s")
        name = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return WorkCrashed(field=self._field, detail=name)

    def _over(self, what: str, limit: str) -> WorkLimit:
        return WorkLimit(field=self._field, what=what, limit=limit)


class Workers:
    """The workers of one process, which owners of work have in turn. One event loop."""

    def __init__(
        self,
        *,
        most: int | None = None,
        most_each: int | None = None,
        most_waiting: int = 200,
        wait_s: float = 60.0,
    ) -> None:
        """Run ``most`` at once (one fewer than there are processors unless said), the others in turn.

        ``most_each`` bounds what runs of one owner, where work takes long. Of those who wait half may be
        of one.
        """
        self._places = FairPlaces(most or max(1, (os.cpu_count() or 2) - 1), each=most_each)
        self._most_waiting = most_waiting
        self._wait_s = wait_s
        self.waiting = 0
        """How many wait for a place."""
        self.running = 0
        """How many run now."""

    async def run(
        self,
        function: str,
        arguments: Mapping[str, Any],
        *,
        limits: Limits | None = None,
        field: str = "file",
        owner: str = "",
    ) -> Any:
        """Return what ``function`` returns; its messages are dropped. Raises: as ``start``."""
        async with self.start(function, arguments, limits=limits, field=field, owner=owner) as job:
            return await job.result()

    @contextlib.asynccontextmanager
    async def start(
        self,
        function: str,
        arguments: Mapping[str, Any],
        *,
        limits: Limits | None = None,
        field: str = "file",
        owner: str = "",
    ) -> AsyncGenerator[Job]:
        """Run ``module:name`` in a process of its own; leaving the block ends it, whatever it does.

        The function is called with the arguments (values that MessagePack has) and a ``Send``; it raises
        ``Refusal`` for what it will not take. ``field`` is what errors call the thing it reads,
        ``owner`` whose work it is: a space's.
        Raises: Overloaded when too many wait; while it runs WorkRefused, WorkLimit, WorkCrashed.
        """
        async with self._place(owner):
            bounds = limits or Limits()
            process = await _spawn(max(bounds.message_bytes, 64 * 1024))
            self.running += 1
            try:
                order = Order(function=function, arguments=dict(arguments), limits=bounds)
                await _tell(process, msgspec.msgpack.encode(order))
                yield Job(process, bounds, field=field)
            finally:
                self.running -= 1
                await end(process)

    @contextlib.asynccontextmanager
    async def _place(self, owner: str) -> AsyncGenerator[None]:
        """Wait for a place. Raises: Overloaded."""
        most_own = max(1, self._most_waiting // 2)
        if self.waiting >= self._most_waiting or self._places.waiting(owner) >= most_own:
            raise Overloaded(retry_after_s=_BUSY_S)
        self.waiting += 1
        try:
            async with asyncio.timeout(self._wait_s):
                await self._places.take(owner)
        except TimeoutError as error:
            raise Overloaded(retry_after_s=_BUSY_S) from error
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._places.give_back(owner)


async def _spawn(buffer_bytes: int) -> Process:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    try:
        process = await spawn(
            (sys.executable, "-s", "-P", "-B", "-m", "salon.foundation.workers.child"),
            environment={**kept, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"},
            limit_bytes=min(buffer_bytes, 1024**2),
        )
    except OSError as error:
        problem = f"No worker process can be started ({error.strerror or type(error).__name__})."
        raise StorageError(problem=problem, fix="Free memory or processes on this machine.") from error
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
    return process


async def _tell(process: Process, order: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(_LENGTH.pack(len(order)) + order)
    with contextlib.suppress(ConnectionError):
        await process.stdin.drain()  # one that died at once is heard of where its reports are read

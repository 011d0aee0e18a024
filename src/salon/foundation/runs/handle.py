"""What the owner of a run holds: append, journal, end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import msgspec

from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import TooLarge
from salon.foundation.runs.channel import Channel
from salon.foundation.runs.models import END, MAX_BODY_BYTES, EndStatus, Run, RunEnded, RunEvent, StaleEpoch
from salon.foundation.storage import Transaction

T = TypeVar("T")


class Log(Protocol):
    """Where a handle's events become durable."""

    def wake(self, handle: "RunHandle") -> None:
        """Write this handle's pending events at the next tick."""
        ...

    async def flush(self, handle: "RunHandle") -> None:
        """Write this handle's pending events now."""
        ...

    async def end(self, handle: "RunHandle", status: EndStatus, event: RunEvent) -> bool:
        """Write the terminal event; False if the epoch is stale."""
        ...

    async def journal(self, handle: "RunHandle") -> dict[str, bytes]:
        """Return what the completed steps returned, by path."""
        ...

    async def record_step(self, handle: "RunHandle", path: str, result: bytes) -> bool:
        """Write what a step returned; False if the epoch is stale."""
        ...

    async def write(self, handle: "RunHandle", fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` in a transaction of this epoch. Raises: StaleEpoch."""
        ...


class RunHandle:
    """One epoch of a run, in the process that owns it. Belongs to one event loop."""

    def __init__(self, run: Run, *, log: Log, clock: Clock) -> None:
        self.run_id = run.id
        self.space_id = run.space_id
        self.epoch = run.epoch
        self.channel = Channel(top=run.last_number)
        self.number = run.last_number
        """The number of the last event appended."""
        self.stop_requested = asyncio.Event()
        """Set when someone asks the run to stop, or has asked before this process took it over."""
        if run.stop_requested:
            self.stop_requested.set()
        self._log = log
        self._clock = clock
        self._is_lost = False
        self._has_ended = False
        self._ending = asyncio.Lock()
        self._journal: dict[str, bytes] | None = None
        """Read once; only the owner of this epoch adds to it."""

    @property
    def is_lost(self) -> bool:
        """Whether another process took the run over."""
        return self._is_lost

    @property
    def has_ended(self) -> bool:
        """Whether the terminal event is written."""
        return self._has_ended

    def append(self, kind: str, data: Any) -> int:
        """Add an event and return its number: seen at once in this process, durable within a tick.

        A delta then outlives this process, and from the next other write on a power cut, too.
        ``data`` becomes JSON. Raises: RunEnded, StaleEpoch, TooLarge over 256 KiB.
        """
        self._check_open()
        if kind == END:
            raise ValueError("a run ends through end()")
        event = self._next(kind, data)
        self.number = event.number
        self.channel.publish(event)
        self._log.wake(self)
        return event.number

    async def flush(self) -> None:
        """Return when everything appended is durable. Raises: StaleEpoch, StorageError."""
        await self._log.flush(self)
        if self._is_lost:
            raise StaleEpoch(self.run_id)

    async def end(self, status: EndStatus, data: Any = None) -> None:
        """Write the one terminal event, after everything appended; a second call does nothing.

        Raises: StaleEpoch, StorageError.
        """
        async with self._ending:
            if self._has_ended:
                return
            await self.flush()
            event = self._next(END, {"status": status, "data": data})
            if not await self._log.end(self, status, event):
                self.lose()
                raise StaleEpoch(self.run_id)

    async def step(self, path: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Return what the step at ``path`` returned, running ``work`` only if it never completed.

        The result must be JSON. An outside effect carries ``<run id>:<path>`` as its idempotency key,
        because a process can die between the effect and the journal. Raises: StaleEpoch.
        """
        if self._journal is None:
            self._journal = await self._log.journal(self)
        if path in self._journal:
            return msgspec.json.decode(self._journal[path])
        self._check_open()
        encoded = msgspec.json.encode(await work())
        if not await self._log.record_step(self, path, encoded):
            self.lose()
            raise StaleEpoch(self.run_id)
        self._journal[path] = encoded
        return msgspec.json.decode(encoded)

    async def write(self, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` in a transaction in which this epoch still owns the run: a journal in rows of its own.

        For results that are too many or too large for ``step``. Raises: StaleEpoch, StorageError, what
        ``fn`` raises; then nothing is kept.
        """
        self._check_open()
        try:
            return await self._log.write(self, fn)
        except StaleEpoch:
            self.lose()
            raise

    def lose(self) -> None:
        """Mark the run as another process's; its viewers go to the database."""
        self._is_lost = True
        self.channel.close()
        self.stop_requested.set()

    def ended(self, event: RunEvent) -> None:
        """Show the durable terminal event to the viewers. Called by the log."""
        self._has_ended = True
        self.number = event.number
        self.channel.publish(event)
        self.channel.committed(event.number)
        self.channel.close()

    def _check_open(self) -> None:
        if self._is_lost:
            raise StaleEpoch(self.run_id)
        if self._has_ended:
            raise RunEnded(self.run_id)

    def _next(self, kind: str, data: Any) -> RunEvent:
        body = msgspec.json.encode(data)
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(what="event", limit_bytes=MAX_BODY_BYTES)
        return RunEvent(
            run_id=self.run_id,
            epoch=self.epoch,
            number=self.number + 1,
            type=kind,
            body=body,
            at_ms=self._clock.now_ms(),
        )

"""A batch that its provider answers: all parts sent, watched until they end, and taken in.

Made anew for each epoch of the batch's run, so that only its owner sends, looks and books. What is not
answered when this returns waits still: it is asked here, like any other line.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.errors import SalonError, StorageError, UpstreamError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import Hold
from salon.foundation.runs import RunHandle, StaleEpoch
from salon.foundation.storage import Transaction
from salon.gateway.batches import store
from salon.gateway.batches.models import Batch
from salon.gateway.batches.remote.collecting import Collector
from salon.gateway.batches.remote.parts import OVER, Part, insert_part, parts_of, save_part
from salon.gateway.batches.remote.sending import Sender
from salon.gateway.batches.remote.talk import http_status, is_refusal
from salon.gateway.batches.remote.tools import Tools, wire_to
from salon.gateway.registry.target import Target

Why = Literal["through", "cancelled", "expired", "closing"]
SEND: Final = "batches: hand the lines of an owned run over"
_MISSING: Final = 404
_logger = logging.getLogger(__name__)


class Handover:
    """Works on what of one batch is with its provider."""

    def __init__(
        self,
        tools: Tools,
        batch: Batch,
        handle: RunHandle,
        *,
        tasks: TaskSupervisor,
        closing: asyncio.Event,
    ) -> None:
        self._tools = tools
        self._options = tools.options
        self._batch = batch
        self._handle = handle
        self._tasks = tasks
        self._closing = closing
        self._parts: list[Part] = []
        self._holds: dict[int, Hold] = {}
        self._sender = Sender(tools, batch, save=self._save, hold=self._hold, end=self._end_part)
        self._failures = 0
        self._missing_since_s: float | None = None
        self._looks = 0

    async def run(self) -> Why:
        """Return once nothing more is to be had there. Raises: StaleEpoch, StorageError, KeyMissing."""
        scope = SystemScope(SEND)
        self._parts = await self._tools.storage.read(lambda tx: parts_of(tx, scope, self._batch.id))
        try:
            for part in self._parts:
                if part.state in {"sending", "sent", "collecting"}:
                    await self._hold_again(part)
            while (why := self._why()) is None:
                if await self._tried(self._step):
                    return "through"
            return why if why == "closing" else await self._wind_up(why)
        finally:
            for hold in self._holds.values():
                hold.release()

    def _why(self) -> Why | None:
        """Say what stops the batch, if something does."""
        if self._handle.is_lost:  # which wakes like a wish to stop; what is there is another's now
            raise StaleEpoch(self._handle.run_id)
        if self._closing.is_set():
            return "closing"
        if self._handle.stop_requested.is_set() or self._batch.status == "cancelling":
            return "cancelled"
        return "expired" if self._tools.clock.now_ms() >= self._batch.window_ends_at_ms else None

    async def _step(self) -> bool:
        """Do what is to be done next, or wait for it; True when nothing is left."""
        part = self._sender.first(self._parts)
        if part is not None:
            await self._send(part)
            return False
        return await self._look_at_all()

    async def _look_at_all(self) -> bool:
        for part in self._open():
            await self._look(part)
        if not self._open():
            return True
        await self._pause(self._look_s())
        return False

    def _open(self) -> list[Part]:
        return [part for part in self._parts if part.state not in OVER]

    def _look_s(self) -> float:
        """Return how long to wait before the next look: longer each time, not all at once."""
        self._looks += 1
        return self._spread_s(1.5 ** min(self._looks - 1, 16))

    def _spread_s(self, factor: float) -> float:
        span_s = min(self._options.longest_look_s, self._options.look_s * factor)
        return random.uniform(span_s / 2, span_s)  # noqa: S311 - spreads requests

    # -- sending ----------------------------------------------------------------------------------
    async def _send(self, part: Part) -> None:
        is_new = part.number not in self._holds
        target = self._target()
        if target is None:
            await self._end_part(part, "refused", "its provider takes no batches any more")
            return
        doubt_s = self._sender.doubt_s(part)
        if doubt_s > 0:
            await self._pause(doubt_s)
            return
        try:
            await self._sender.send(part, target, is_new=is_new)
        except UpstreamError as error:
            known = next((one for one in self._parts if one.number == part.number), part)
            if known.state == "planned" and self._failures + 1 >= self._options.tries:
                await self._end_part(known, "refused", error.message)
                return
            raise

    def _target(self) -> Target | None:
        assert self._batch.handed_to is not None
        return self._tools.handing.find(self._batch.handed_to)

    # -- looking ----------------------------------------------------------------------------------
    async def _look(self, part: Part) -> None:
        """See how far a part is, and take it in once it has ended."""
        target = self._target()
        if target is None:
            await self._note_missing(part, "its provider is not there any more")
            return
        assert part.remote_id is not None
        wire = wire_to(target)
        try:
            state = await wire.look(part.remote_id)
        except UpstreamError as error:
            if http_status(error) != _MISSING:
                raise
            await self._note_missing(part, error.message)
            return
        self._missing_since_s = None
        if state.status == "failed":
            await self._end_part(part, "refused", state.problem)
        elif state.status == "ended":
            collector = Collector(
                self._tools,
                self._batch,
                part,
                handle=self._handle,
                target=target,
                hold=self._holds.get(part.number),
                is_again=part.state == "collecting",
            )
            part = await self._save(msgspec.structs.replace(part, state="collecting"))
            if not await collector.collect(state):
                # It was taken for ours because it was as large and as old; look for ours again.
                await self._save(msgspec.structs.replace(part, state="sending", remote_id=None))
                return
            part = await self._end_part(part, "done", None)
            try:
                await wire.remove(part, state)
            except UpstreamError as error:
                _logger.warning("what %s keeps of %s stays: %s", target.link.name, part.token, error.message)

    async def _note_missing(self, part: Part, problem: str) -> None:
        """Wait, and believe after a while that a part is not there."""
        now_s = self._tools.clock.monotonic_s()
        if self._missing_since_s is None:
            self._missing_since_s = now_s
        if now_s - self._missing_since_s >= self._options.lost_s:
            await self._end_part(part, "lost", problem)

    # -- stopping ---------------------------------------------------------------------------------
    async def _wind_up(self, why: Why) -> Why:
        """Cancel what is there, and take in what was answered; it is charged."""
        end_s = self._tools.clock.monotonic_s() + self._options.remote_finish_s
        asked: set[int] = set()
        while self._open() and self._tools.clock.monotonic_s() < end_s:
            if self._closing.is_set():
                return "closing"
            await self._tried(lambda: self._wind_up_once(asked))
        for part in self._open():
            _logger.warning("%s of %s did not end in time", part.token, self._batch.id)
        return why

    async def _wind_up_once(self, asked: set[int]) -> bool:
        target = self._target()
        for part in self._open():
            if part.state == "planned" or target is None:
                await self._end_part(part, "refused", "it was stopped before")
            elif part.state == "sending":
                await self._look_for(part, target)
            elif part.number not in asked:
                await self._cancel(part, target)
                asked.add(part.number)
            else:
                await self._look(part)
        if self._open():
            await self._pause(self._options.look_s, until_stopped=False)
        return True

    async def _look_for(self, part: Part, target: Target) -> None:
        if self._sender.doubt_s(part) > 0:
            return
        found = await wire_to(target).find(part)
        if found is None:
            await self._end_part(part, "refused", "it was stopped before")
        else:
            await self._save(msgspec.structs.replace(part, state="sent", remote_id=found))

    async def _cancel(self, part: Part, target: Target) -> None:
        assert part.remote_id is not None
        try:
            await wire_to(target).cancel(part.remote_id)
        except UpstreamError as error:
            if not is_refusal(error):
                raise
            # It may have ended by itself; what has become of it is looked at next.
            _logger.info("%s could not be cancelled: %s", part.token, error.message)

    # -- own --------------------------------------------------------------------------------------
    async def _tried(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """Do something that the provider may fail at; then wait, longer each time, and return False."""
        try:
            done = await work()
        except UpstreamError as error:
            self._failures += 1
            _logger.warning("batch %s waits for its provider: %s", self._batch.id, error.message)
            pause_s = max(error.retry_after_s or 0.0, self._spread_s(2.0 ** min(self._failures - 1, 16)))
            await self._pause(pause_s, until_stopped=self._why() is None)
            return False
        self._failures = 0
        return done

    async def _pause(self, seconds: float, *, until_stopped: bool = True) -> None:
        """Wait, or until something stops the batch."""
        left_s = (self._batch.window_ends_at_ms - self._tools.clock.now_ms()) / 1000
        events = [self._closing]
        if until_stopped:
            events.append(self._handle.stop_requested)
            seconds = min(seconds, max(0.0, left_s))
        waits = [self._tasks.spawn(event.wait(), name="batch-pause") for event in events]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when="FIRST_COMPLETED")
        finally:
            for wait in waits:
                wait.cancel()

    async def _end_part(
        self, part: Part, state: Literal["done", "refused", "lost"], problem: str | None
    ) -> Part:
        hold = self._holds.pop(part.number, None)
        if hold is not None:
            hold.release()
        if problem is not None:
            _logger.warning("lines of %s are asked here: %s", self._batch.id, problem)
        return await self._save(msgspec.structs.replace(part, state=state, problem=problem))

    async def _save(self, part: Part) -> Part:
        """Write what is known of a part now, while this epoch owns the batch."""
        is_new = all(one.number != part.number for one in self._parts)
        scope = SystemScope(SEND)

        def write(tx: Transaction) -> None:
            (insert_part if is_new else save_part)(tx, scope, part)
            if part.problem is not None:
                replaced = msgspec.structs.replace
                store.change(tx, scope, part.batch_id, lambda one: replaced(one, kept_here=part.problem))

        await self._handle.write(write)
        self._parts = [*(one for one in self._parts if one.number != part.number), part]
        self._parts.sort(key=lambda one: one.number)
        return part

    async def _hold(self, part: Part) -> None:
        """Hold the money of a part. Raises: BudgetExceeded, StorageError."""
        target = self._target()
        if target is None or part.number in self._holds:
            return
        now_ms = part.sent_at_ms or self._tools.clock.now_ms()
        identity = self._tools.identity(self._batch)
        hold = await self._tools.handing.hold(identity, part.held_e10, target=target, at_ms=now_ms)
        if hold is not None:
            self._holds[part.number] = hold

    async def _hold_again(self, part: Part) -> None:
        """Hold the money of a part that is there already: what it costs is spent, whatever is left."""
        for wanted in (part, msgspec.structs.replace(part, held_e10=0)):
            try:
                await self._hold(wanted)
            except StorageError:
                raise
            except SalonError as error:
                _logger.warning("the money for %s cannot be held: %s", part.token, error.message)
            else:
                return

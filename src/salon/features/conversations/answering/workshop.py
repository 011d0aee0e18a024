"""The answers under way in this process: each the body of a run, from wherever it was begun or left.

An answer is written in a transaction in which this epoch owns the run, and the row of ``conversation_turns``
that says it is under way goes in the same one. So whoever finds that row knows that the message is not
there yet, and whoever does not that only the end of the run is missing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.fitting import fitted
from salon.features.conversations.answering.landing import Landed, Landing
from salon.features.conversations.answering.models import RUN_KIND, Turn, TurnData, joined
from salon.features.conversations.store.messages import get_message
from salon.features.turns import TurnOutcome, outcome_of
from salon.features.turns.errors import TurnBroken
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Internal, SalonError, StorageError
from salon.foundation.kit.ids import SpaceId
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import EndStatus, Run, RunHandle, Runs, StaleEpoch
from salon.foundation.storage import Storage, Transaction

T = TypeVar("T")

OWNED: Final = "conversations: work on the answer of an owned run"
SETTLE: Final = "conversations: write the answer of a run that ended without, in any space"
_KEEP: Final = "conversations: keep what answers said that are not written"
_AGAIN_S: Final = 0.5
_CLOSE_S: Final = 4.0
_SETTLE_EVERY_S: Final = 15.0
_YOUNG_MS: Final = 10_000
"""An answer is looked at once it is older: who began it may be writing its end."""
_RUN_ENDS: Final[dict[str, EndStatus]] = {"complete": "done", "failed": "failed", "interrupted": "cancelled"}
_logger = logging.getLogger(__name__)


class Makes(Protocol):
    """What makes answers."""

    async def __call__(self, handle: RunHandle, turn: Turn, data: TurnData) -> TurnOutcome:
        """Ask, and return what came of it; what is streamed is in the run's log. Raises: StaleEpoch."""
        ...


class Workshop:
    """Works on answers. Make it before the runs start: it ends those of dead processes."""

    def __init__(
        self,
        storage: Storage,
        runs: Runs,
        landing: Landing,
        make: Makes,
        *,
        clock: Clock,
        landed: Callable[[Turn, TurnData, Landed], Coroutine[Any, Any, None]],
    ) -> None:
        """``landed`` hears of answers that came whole, after their runs have ended."""
        self._storage = storage
        self._runs = runs
        self._landing = landing
        self._make = make
        self._clock = clock
        self._landed = landed
        self._tasks = TaskSupervisor("answers")
        self._closing = asyncio.Event()
        self._at_work: dict[RunHandle, asyncio.Task[None]] = {}
        runs.resume_with(RUN_KIND, self.resume)
        runs.compact_when(RUN_KIND, _stands)

    @property
    def at_work(self) -> int:
        """How many answers this process makes."""
        return len(self._at_work)

    def start(self) -> None:
        """Look after answers whose runs ended without them."""
        self._tasks.spawn(self._settle_forever(), name="answer-keeper")

    def take(self, run: Run) -> None:
        """Make the answer of a run that was begun here."""
        handle = self._runs.own(run)
        if self._closing.is_set():
            handle.lose()  # the next process finds it, and that nothing was said
            return
        self._tasks.spawn(self._work(handle, is_left=False), name="answer")

    async def resume(self, handle: RunHandle) -> None:
        """End the answer of a process that is gone with what it had said."""
        await self._work(handle, is_left=True)

    async def close(self) -> None:
        """Stop every answer and keep what was said; what cannot be kept now the next process will."""
        self._closing.set()
        for handle in self._at_work:
            handle.stop_requested.set()
        if self._at_work:
            await asyncio.wait(self._at_work.values(), timeout=_CLOSE_S)
        for handle in self._at_work:
            handle.lose()
        await self._tasks.close()

    # -- at work ----------------------------------------------------------------------------------
    async def _work(self, handle: RunHandle, *, is_left: bool) -> None:
        """Own a run until its answer is written, or another process has it."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work[handle] = task
        try:
            await self._end(handle, is_left=is_left)
        except StaleEpoch:
            _logger.info("run %s is another process's now", handle.run_id)
        except StorageError as error:
            handle.lose()
            _logger.warning("run %s is left to the next process: %s", handle.run_id, error.message)
        except asyncio.CancelledError:
            handle.lose()
            raise
        except Exception as error:  # supervises one answer: a defect must not leave it running for ever
            _logger.exception("the answer of run %s cannot be written", handle.run_id)
            await self._give_up(handle, error)
        finally:
            del self._at_work[handle]

    async def _give_up(self, handle: RunHandle, error: Exception) -> None:
        """End a run whose answer cannot be written; what was said stays in its log, see ``_stands``."""
        told = error if isinstance(error, SalonError) else Internal(request_id=handle.run_id)
        scope = SystemScope(OWNED)
        why = {"code": told.code, "message": told.message}
        try:
            turn = await self._storage.read(lambda tx: store.get_turn(tx, scope, handle.run_id))
            if turn is not None:
                await handle.write(lambda tx: self._landing.give_up(tx, turn, why))
            await handle.end("failed", told.to_json())
        except SalonError:
            handle.lose()

    async def _end(self, handle: RunHandle, *, is_left: bool) -> None:
        scope = SystemScope(OWNED)
        run = await self._again(lambda: self._runs.get(scope, handle.run_id))
        turn, said = await self._again(
            lambda: self._storage.read(
                lambda tx: (store.get_turn(tx, scope, run.id), store.said_of(tx, scope, run.id))
            )
        )
        data = joined(msgspec.convert(run.data, TurnData), said)
        if turn is None:
            await self._end_written(handle, run, data)
            return
        if is_left:
            outcome = interrupted(outcome_of(await self._again(lambda: self._runs.events(scope, run.id))))
        else:
            outcome = await self._outcome(handle, turn, data)
        outcome = fitted(outcome)
        # Before the answer lands: where its question was erased, landing forgets all that its log says.
        await self._again(handle.flush)
        landed = await self._again(
            lambda: handle.write(lambda tx: self._landing.land(tx, turn, data, outcome))
        )
        told = {"message": None if landed is None else turn.message_id, "status": outcome.status}
        if outcome.error is not None:
            told |= outcome.error
        await self._again(lambda: handle.end(self._run_end(outcome, is_left=is_left), told))
        if landed is not None and outcome.status == "complete" and not self._closing.is_set():
            self._tasks.spawn(self._landed(turn, data, landed), name="after-answer")

    async def _end_written(self, handle: RunHandle, run: Run, data: TurnData) -> None:
        """End a run whose message was written by a process that ended before it could say so."""
        space = SpaceScope(SpaceId(run.space_id))
        message = await self._again(
            lambda: self._storage.read(lambda tx: get_message(tx, space, data.message_id))
        )
        if message is None:
            await self._again(lambda: handle.end("cancelled", {"message": None, "status": "interrupted"}))
            return
        told = {"message": message.id, "status": message.status}
        status: EndStatus = "interrupted" if message.status == "interrupted" else _RUN_ENDS[message.status]
        await self._again(lambda: handle.end(status, told))

    async def _outcome(self, handle: RunHandle, turn: Turn, data: TurnData) -> TurnOutcome:
        """Make an answer; a defect ends it as failed, with what was said."""
        try:
            return await self._make(handle, turn, data)
        except StaleEpoch:
            raise
        except Exception as error:  # supervises one answer: a defect must not leave it running for ever
            told = error if isinstance(error, SalonError) else Internal(request_id=handle.run_id)
            if told is not error:
                _logger.exception("the answer of run %s failed", handle.run_id)
            await self._again(handle.flush)
            events = await self._again(lambda: self._runs.events(SystemScope(OWNED), handle.run_id))
            return msgspec.structs.replace(outcome_of(events), status="failed", error=told.to_json())

    def _run_end(self, outcome: TurnOutcome, *, is_left: bool) -> EndStatus:
        if outcome.status != "interrupted":
            return _RUN_ENDS[outcome.status]
        if is_left or self._closing.is_set():
            return "interrupted"
        return "cancelled" if outcome.error is None else "failed"

    async def _again(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do what the database may be away for, until it is there. Raises: StorageError at the end."""
        while True:
            try:
                return await act()
            except StorageError as error:
                if self._closing.is_set():
                    raise
                _logger.warning("an answer has to wait for the database: %s", error.message)
                await asyncio.sleep(_AGAIN_S)

    # -- keeping ----------------------------------------------------------------------------------
    async def settle(self, *, older_than_ms: int = _YOUNG_MS) -> int:
        """Write the answers of runs that ended without them; return how many those were."""
        scope, before_ms = SystemScope(SETTLE), self._clock.now_ms() - older_than_ms
        after, settled = "", 0
        while True:
            page = await self._storage.read(
                lambda tx, after=after: store.old_turns(tx, scope, before_ms=before_ms, after=after)
            )
            if not page:
                return settled
            for turn in page:
                settled += await self._settle(scope, turn)
            after = page[-1].run_id

    async def _settle(self, scope: SystemScope, turn: Turn) -> bool:
        run = await self._runs.get(scope, turn.run_id)
        if run.status == "running":
            return False
        said = await self._storage.read(lambda tx: store.said_of(tx, scope, turn.run_id))
        data = joined(msgspec.convert(run.data, TurnData), said)
        outcome = fitted(interrupted(outcome_of(await self._runs.events(scope, turn.run_id))))

        def write(tx: Transaction) -> bool:
            return self._landing.land(tx, turn, data, outcome) is not None

        return await self._storage.write(write)

    async def _settle_forever(self) -> None:
        while True:
            try:
                await self.settle()
            except SalonError as error:
                _logger.warning("answers left behind cannot be looked after: %s", error.message)
            await asyncio.sleep(_SETTLE_EVERY_S)


def interrupted(outcome: TurnOutcome) -> TurnOutcome:
    """Return what a dead process had said; a turn that had ended, and was not written, stays as it was."""
    told: Any = (outcome.error or {}).get("error") or {}
    code = told.get("code")
    has_ended = outcome.status == "complete" or code not in {None, TurnBroken.code}
    return outcome if has_ended else msgspec.structs.replace(outcome, status="interrupted")


def _stands(tx: Transaction, run: Run) -> bool:
    """Tell whether what a run said is a message, or is to be forgotten with what it was to answer."""
    if store.get_turn(tx, SystemScope(_KEEP), run.id) is not None:
        return False
    message_id, parent_id = str(run.data.get("message_id")), str(run.data.get("parent_id"))
    return not store.is_unwritten(tx, SpaceScope(SpaceId(run.space_id)), message_id, parent_id=parent_id)

"""Makes the tool calls of one step, all at the same time; whatever goes wrong is told to the model."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.turns.entries import ToolAnswered, ToolStarted, ToolWaits
from salon.features.turns.models import Limits
from salon.features.turns.ports import ToolAnswer, ToolBox
from salon.features.turns.writing import TurnLog
from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import TextPart, ToolCallPart, ToolResultPart

_logger = logging.getLogger(__name__)
_MOST_QUOTED: Final = 200
STOPPED: Final = "It was stopped before it answered."


class Calls:
    """The calls of one step. One event loop."""

    def __init__(self, tools: ToolBox, log: TurnLog, limits: Limits) -> None:
        self._tools = tools
        self._log = log
        self._limits = limits
        self._at_once = asyncio.Semaphore(max(1, limits.tool_calls_at_once))
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopped = False

    async def make(self, calls: Sequence[tuple[int, ToolCallPart]]) -> None:
        """Make calls, each with its place among those of the step; every one is answered in the log."""
        async with asyncio.TaskGroup() as group:
            for position, call in calls:
                self._tasks.append(group.create_task(self._make(position, call), name="tool-call"))

    def refuse(self, calls: Sequence[tuple[int, ToolCallPart]], reason: str) -> None:
        """Answer calls that are not made."""
        for position, call in calls:
            self._write(position, call, _failed(reason), 0)

    def stop(self) -> None:
        """Cancel what is under way."""
        self._is_stopped = True
        for task in self._tasks:
            task.cancel()

    async def _make(self, position: int, call: ToolCallPart) -> None:
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        try:
            async with self._at_once:
                started_s = loop.time()
                answer = await self._answer(position, call)
        except asyncio.CancelledError:
            if not self._is_stopped:
                raise
            answer = _failed(STOPPED)
        self._write(position, call, answer, int((loop.time() - started_s) * 1000))

    def _write(self, position: int, call: ToolCallPart, answer: ToolAnswer, duration_ms: int) -> None:
        result = ToolResultPart(
            tool_call_id=call.id, name=call.name, parts=answer.parts, is_error=answer.is_error
        )
        self._log.write(ToolAnswered(position=position, result=result, duration_ms=duration_ms))

    async def _answer(self, position: int, call: ToolCallPart) -> ToolAnswer:
        problem = self._problem(call)
        if problem is not None:
            return _failed(problem)
        if self._tools.needs_approval(call):
            refusal = await self._approval(position, call)
            if refusal is not None:
                return _failed(refusal)
        self._log.write(ToolStarted(position=position, call_id=call.id, name=call.name))
        try:
            async with asyncio.timeout(self._limits.tool_seconds):
                return await self._tools.call(call)
        except TimeoutError:
            return _failed(f"It did not answer within {self._limits.tool_seconds:g} s and was cancelled.")
        except SalonError as error:
            return _failed(error.message)
        except Exception:  # supervises one call: the model hears of a tool's defect, and the turn goes on
            _logger.exception("the tool %s failed", call.name)
            return _failed("The tool failed inside. Its log has the details.")

    def _problem(self, call: ToolCallPart) -> str | None:
        """Return why a call cannot be made, in words for the model."""
        if not self._tools.has(call.name):
            names = ", ".join(tool.name for tool in self._tools.tools()) or "none"
            return f"There is no tool {call.name[:_MOST_QUOTED]!r}. Those there are: {names}."
        try:
            arguments = msgspec.json.decode(call.arguments.strip() or "{}")
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return f"The arguments are no JSON ({error}); nothing was done. Call again with a JSON object."
        if not isinstance(arguments, dict):
            return "The arguments are no JSON object; nothing was done. Call again with one."
        return None

    async def _approval(self, position: int, call: ToolCallPart) -> str | None:
        """Wait for somebody's word; return why the call may not be made, or None."""
        waits = ToolWaits(position=position, call_id=call.id, name=call.name, state="waiting")
        self._log.write(waits)
        approval = await self._tools.approve(call)
        state = "given" if approval.is_given else "refused"
        self._log.write(msgspec.structs.replace(waits, state=state, reason=approval.reason, by=approval.by))
        return None if approval.is_given else f"The call was not allowed. {approval.reason}".strip()


def _failed(problem: str) -> ToolAnswer:
    return ToolAnswer(parts=(TextPart(text=problem),), is_error=True)

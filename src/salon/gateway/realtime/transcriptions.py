"""What it costs that a session writes down what was said to it: each finished transcription is a row."""

from collections import deque

from salon.foundation.kit.errors import BudgetExceeded, UnknownModel, Unpriced
from salon.foundation.messages import Usage
from salon.gateway.protocols.realtime.events import inner, text_at
from salon.gateway.protocols.realtime.usage import UNCOUNTED, read_transcription
from salon.gateway.protocols.wire_json import JsonObject
from salon.gateway.realtime.books import Books, Granted
from salon.gateway.realtime.clocks import whole
from salon.gateway.realtime.desk import Desk
from salon.gateway.realtime.opening import Opened
from salon.gateway.realtime.ports import SessionCall
from salon.gateway.registry.plan import Plan


class Transcriptions:
    """The transcriptions of one session. One event loop."""

    def __init__(
        self, desk: Desk, call: SessionCall, opened: Opened, *, books: Books, ended: deque[str]
    ) -> None:
        """Begin with none; ``ended`` remembers what was written down."""
        self._desk = desk
        self._call = call
        self._opened = opened
        self._books = books
        self._ended = ended
        self._plan: Plan | None = None

    async def set_model(self, model: str) -> None:
        """Learn which model transcribes, before it does.

        Raises: UnknownModel, NotAllowed when the key may not use it, Unpriced when a budget cannot count it.
        """
        name = f"{self._opened.target.link.name}/{model}"
        if self._plan is not None and self._plan.name == name:
            return
        plan = self._desk.registry.find(name)
        if plan is None:
            raise UnknownModel(model=model[:200], nearest=None)
        self._plan = await self._allowed(plan, model)

    async def _allowed(self, plan: Plan, model: str) -> Plan:
        job = self._desk.job(self._books.identity, model)
        job.plan, job.target = plan, plan.targets[0]
        self._books.check_model(model, plan)
        if not plan.priced:
            await self._desk.know_prices(job, plan)
        hold = await self._desk.hold(job, (0, 1))
        if hold is not None:
            hold.release()
        return plan

    async def finished(self, event: JsonObject) -> None:
        """Write down a finished transcription. Raises: BudgetExceeded when it used the money up."""
        mark = f"{text_at(event, 'item_id')}/{inner(event, 'content_index')}"
        if mark in self._ended:
            return
        self._ended.append(mark)
        plan = self._plan
        granted = self._books.open(plan.name.partition("/")[2] if plan is not None else self._call.model)
        if plan is not None:
            granted.job.plan, granted.job.target = plan, plan.targets[0]
            granted.attempt.target = plan.targets[0]
        counted = read_transcription(event.get("usage"))
        usage = UNCOUNTED if plan is None or counted is None else counted
        granted.reader.usage = usage
        await whole(self._desk.supervisor, self._paid(granted, usage))

    async def _paid(self, granted: Granted, usage: Usage) -> None:
        """Hold what it costs and write it down; it is counted even where the money is no longer there."""
        job, refusal = granted.job, None
        try:
            job.hold = await self._desk.hold_cost(job, usage)
        except Unpriced:
            pass  # whether that may be was decided when it was set up
        except BudgetExceeded as error:
            job.hold, refusal = await self._books.empty_hold(job), error
        self._books.close(granted, None)
        if refusal is not None:
            raise refusal

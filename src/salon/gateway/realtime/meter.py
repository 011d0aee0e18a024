"""What a session costs: each response is admitted before it is made, and written down once when it ends.

A response that the caller asks for is *granted* before the request goes on: counted at its key, money held.
One that the provider begins by itself (server VAD) is granted when it says so, before anything of it is
passed on. What ends a session settles what was granted; a second ``response.done`` for the same response,
or a second transcription of the same audio, counts nothing.
"""

from collections import deque
from typing import Final

import msgspec

from salon.foundation.kit.errors import (
    BudgetExceeded,
    ClientGone,
    NotAllowed,
    Overloaded,
    SalonError,
    UnknownModel,
    Unpriced,
)
from salon.foundation.kit.in_place import Gate
from salon.foundation.ledger import Hold
from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.counts import BYTES_PER_TOKEN
from salon.gateway.protocols.realtime.events import (
    AUDIO_DELTAS,
    TEXT_DELTAS,
    Head,
    ResponseEnd,
    inner,
    text_at,
)
from salon.gateway.protocols.realtime.usage import UNCOUNTED, read_transcription, read_usage
from salon.gateway.protocols.wire_json import JsonObject
from salon.gateway.realtime.desk import Desk
from salon.gateway.realtime.opening import Opened
from salon.gateway.realtime.ports import SessionCall
from salon.gateway.registry.plan import Plan
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.delivery import EventDelivery
from salon.gateway.relay.job import NO_LIMIT, Job

_MOST_GRANTS: Final = 16
"""Responses asked for that the provider has not begun."""
_REMEMBERED: Final = 512
"""Ends that are known again when they are told twice."""
_AUDIO_BYTES_PER_TOKEN: Final = 1000
"""Base64 of audio in for one token at most: telephone audio, 100 ms."""
_WIDE_BYTES: Final = 3200
"""Base64 of audio out for one token: 50 ms of 16 bits at 24 kHz."""
_NARROW_BYTES: Final = 533
"""The same of telephone audio: 8 bits at 8 kHz."""


class ResponseReader:
    """What is known of a response's answer; it is fed by the session, not by a body."""

    def __init__(self) -> None:
        self.limit_bytes = NO_LIMIT
        self.output_bytes = 0
        self.usage: Usage | None = None
        self.finish_reason: Finish | None = None
        self.is_complete = False

    def feed(self, data: bytes) -> None:
        """Take nothing: events are read elsewhere."""

    def finish(self) -> None:
        """Take no end: ``response.done`` is one."""

    def progress(self) -> int:
        """Return how much was said."""
        return self.output_bytes


class Granted(msgspec.Struct, eq=False):
    """A response that may be made, or is being made."""

    job: Job
    attempt: Attempt
    reader: ResponseReader
    event_id: str | None = None
    """The caller's id of the event that asked for it."""


class Meter:
    """The responses of one session. One event loop."""

    def __init__(self, desk: Desk, call: SessionCall, plan: Plan, opened: Opened) -> None:
        self._desk = desk
        self._call = call
        self._plan = plan
        self._opened = opened
        self._grants: deque[Granted] = deque()
        self._active: dict[str, Granted] = {}
        self._ended: deque[str] = deque(maxlen=_REMEMBERED)
        self._context_tokens = 0
        self._new_bytes = 0
        self._new_audio_bytes = 0
        self._transcriber: Plan | None = None
        self.output_limit: int | None = None
        """The most output tokens of a response, as the session was set up."""
        self.is_narrow = False
        """It speaks telephone audio."""
        self.input_tokens = 0
        self.output_tokens = 0

    @property
    def is_busy(self) -> bool:
        """Tell whether an answer is under way, or asked for."""
        return bool(self._active or self._grants)

    # -- what goes in -----------------------------------------------------------------------------
    def take_in(self, size_bytes: int, *, is_audio: bool = False) -> None:
        """Count what the caller adds to the conversation."""
        if is_audio:
            self._new_audio_bytes += size_bytes
        else:
            self._new_bytes += size_bytes

    def _expected(self, limit: int | None) -> tuple[int, int]:
        """Return how many tokens in and out the next response may have."""
        added = -(-self._new_bytes // 3) + -(-self._new_audio_bytes // _AUDIO_BYTES_PER_TOKEN)
        most = self._desk.options.assumed_output_tokens
        asked = limit or self.output_limit
        return self._context_tokens + added, min(asked, most) if asked else most

    # -- responses --------------------------------------------------------------------------------
    async def grant(self, *, limit: int | None = None, event_id: str | None = None) -> None:
        """Let the caller ask for a response.

        Raises: RateLimited, BudgetExceeded, Unpriced; Overloaded when too many were asked for at once.
        """
        if len(self._grants) >= _MOST_GRANTS:
            raise Overloaded(retry_after_s=1)
        granted = await self._admitted(limit)
        granted.event_id = event_id
        self._grants.append(granted)

    async def begin(self, response_id: str) -> None:
        """Hear that the provider begins a response.

        Raises: RateLimited, BudgetExceeded for one that nobody was granted; it is counted all the same.
        """
        if response_id in self._active or response_id in self._ended:
            return
        refusal: SalonError | None = None
        if self._grants:
            granted = self._grants.popleft()
        else:
            try:
                granted = await self._admitted(None)
            except SalonError as error:
                refusal, granted = error, await self._charged()
        self._active[response_id] = granted
        if refusal is not None:
            raise refusal

    def hear(self, head: Head, size_bytes: int) -> None:
        """Count what a response says, for an estimate should its end never come."""
        granted = self._active.get(head.response_id or "")
        if granted is None:
            return
        if head.type in TEXT_DELTAS:
            granted.reader.output_bytes += len(bytes(head.delta))
        elif head.type in AUDIO_DELTAS:
            per_token = _NARROW_BYTES if self.is_narrow else _WIDE_BYTES
            granted.reader.output_bytes += -(-size_bytes * BYTES_PER_TOKEN // per_token)

    async def end(self, end: ResponseEnd) -> None:
        """Write down a response that has ended; only the first time."""
        granted = self._active.pop(end.id, None)
        if granted is None:
            if end.id in self._ended:
                return
            granted = await self._charged()
        self._ended.append(end.id)
        usage = read_usage(end.usage) if end.usage is not None else None
        if usage is not None:
            granted.reader.usage = usage
            granted.reader.output_bytes = 0
            if not end.is_apart:
                self._context_tokens = usage.total_tokens
                self._new_bytes = self._new_audio_bytes = 0
        self._close(granted, self._why(end))

    def _why(self, end: ResponseEnd) -> SalonError | None:
        if end.status == "cancelled":
            return ClientGone()
        if end.status != "failed":
            return None
        message, kind, code = end.failure
        told = InStreamError(message=message, type=kind, code=code)
        provider = self._opened.target.link.name
        return self._opened.endpoint.dialect.classify_stream_error(told, provider=provider)

    def refuse(self, event: JsonObject) -> None:
        """Hear that the provider refused an event: what was granted for it is given back."""
        at_fault = text_at(event, "error", "event_id")
        for granted in list(self._grants):
            if at_fault is None or granted.event_id == at_fault:
                self._grants.remove(granted)
                self._give_back(granted)
                return

    def close(self, error: SalonError) -> None:
        """Write down what is under way when the session ends, and give back what never began."""
        for granted in self._grants:
            self._give_back(granted)
        self._grants.clear()
        for response_id, granted in self._active.items():
            self._ended.append(response_id)
            self._close(granted, error)
        self._active.clear()

    # -- transcriptions ---------------------------------------------------------------------------
    async def set_transcriber(self, model: str) -> None:
        """Learn which model transcribes, before it does.

        Raises: UnknownModel, NotAllowed when the key may not use it, Unpriced when a budget cannot count it.
        """
        name = f"{self._opened.target.link.name}/{model}"
        if self._transcriber is not None and self._transcriber.name == name:
            return
        plan = self._desk.registry.find(name)
        if plan is None:
            raise UnknownModel(model=model[:200], nearest=None)
        self._transcriber = await self._allowed(plan, model)

    async def _allowed(self, plan: Plan, model: str) -> Plan:
        job = self._desk.job(self._call.identity, model)
        job.plan, job.target = plan, plan.targets[0]
        limits = self._call.identity.limits
        if limits.models and not any(limits.allows_model(one) for one in (model, *plan.names)):
            raise NotAllowed(right=f"to use the model “{model}”")
        if not plan.priced:
            await self._desk.know_prices(job, plan)
        hold = await self._desk.hold(job, (0, 1))
        if hold is not None:
            hold.release()
        return plan

    async def transcribed(self, event: JsonObject) -> None:
        """Write down a finished transcription. Raises: BudgetExceeded when it used the money up."""
        mark = f"{text_at(event, 'item_id')}/{inner(event, 'content_index')}"
        if mark in self._ended:
            return
        self._ended.append(mark)
        plan = self._transcriber
        granted = self._new(plan.name.partition("/")[2] if plan is not None else self._call.model)
        if plan is not None:
            granted.job.plan, granted.job.target = plan, plan.targets[0]
            granted.attempt.target = plan.targets[0]
        counted = read_transcription(event.get("usage"))
        usage = UNCOUNTED if plan is None or counted is None else counted
        granted.reader.usage = usage
        refusal = await self._pay(granted, usage)
        self._close(granted, None)
        if refusal is not None:
            raise refusal

    async def _pay(self, granted: Granted, usage: Usage) -> BudgetExceeded | None:
        """Hold what a finished transcription costs; it is counted even where that is no longer there."""
        job = granted.job
        try:
            job.hold = await self._desk.hold_cost(job, usage)
        except Unpriced:
            return None  # whether that may be was decided when it was set up
        except BudgetExceeded as error:
            job.hold = await self._empty_hold(job)
            return error
        return None

    # -- own --------------------------------------------------------------------------------------
    async def _admitted(self, limit: int | None) -> Granted:
        expected = self._expected(limit)
        granted = self._new(self._call.model)
        job = granted.job
        job.size_bytes = expected[0] * BYTES_PER_TOKEN
        job.ticket = await self._desk.count(job.identity, sum(expected))
        try:
            job.hold = await self._desk.hold(job, expected)
        except BaseException:
            if job.ticket is not None:
                job.ticket.settle(0)
            raise
        return granted

    async def _charged(self) -> Granted:
        """Return a response that nobody allowed; what it costs is counted against the budgets."""
        granted = self._new(self._call.model)
        granted.job.size_bytes = self._expected(None)[0] * BYTES_PER_TOKEN
        granted.job.hold = await self._empty_hold(granted.job)
        return granted

    async def _empty_hold(self, job: Job) -> Hold | None:
        """Return a hold of nothing, through which the budgets still hear what was spent."""
        try:
            return await self._desk.hold(job, None)
        except SalonError:
            return None

    def _new(self, alias: str) -> Granted:
        desk, opened = self._desk, self._opened
        job = desk.job(self._call.identity, alias)
        job.plan, job.target = self._plan, opened.target
        job.decision = opened.attempt.job.decision
        job.delivery = EventDelivery(_nothing)
        job.delivery.started = True
        reader = ResponseReader()
        attempt = Attempt(
            job,
            opened.target,
            opened.endpoint,
            True,
            desk.options,
            desk.clock,
            job.started_at_ms,
            job.started_s,
            Gate(),
        )
        attempt.reader, attempt.status = reader, 101
        return Granted(job, attempt, reader)

    def _give_back(self, granted: Granted) -> None:
        job = granted.job
        job.settled = True
        if job.hold is not None:
            job.hold.release()
        if job.ticket is not None:
            job.ticket.settle(0)

    def _close(self, granted: Granted, error: SalonError | None) -> None:
        entry = self._desk.close(granted.job, granted.attempt, error)
        self.input_tokens += entry.input_tokens
        self.output_tokens += entry.output_tokens


def _nothing() -> None:
    pass

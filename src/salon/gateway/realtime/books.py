"""The rows of one session: how the job of a response or a transcription is opened, and how it is closed."""

import msgspec

from salon.foundation.kit.errors import NotAllowed, SalonError
from salon.foundation.kit.in_place import Gate
from salon.foundation.ledger import Hold
from salon.foundation.messages import Finish, Usage
from salon.gateway.realtime.desk import Desk
from salon.gateway.realtime.opening import Opened
from salon.gateway.realtime.ports import SessionCall
from salon.gateway.registry.plan import Plan
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.delivery import EventDelivery
from salon.gateway.relay.job import NO_LIMIT, Job


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
    """A response that may be made, or is being made; or a transcription."""

    job: Job
    attempt: Attempt
    reader: ResponseReader
    event_id: str | None = None
    """The caller's id of the event that asked for it."""


class Books:
    """Opens and closes the rows of one session. One event loop."""

    def __init__(self, desk: Desk, call: SessionCall, plan: Plan, opened: Opened) -> None:
        self._desk = desk
        self._call = call
        self._plan = plan
        self._opened = opened
        self.identity = call.identity
        """Who pays, and under which limits: looked up again before each response."""
        self.input_tokens = 0
        self.output_tokens = 0

    def open(self, alias: str) -> Granted:
        """Return something that costs, under the name the caller knows it by."""
        desk, opened = self._desk, self._opened
        job = desk.job(self.identity, alias)
        job.plan, job.target = self._plan, opened.target
        job.decision = opened.attempt.job.decision
        job.delivery = EventDelivery(_nothing)
        job.delivery.started = True
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
        reader = ResponseReader()
        attempt.reader, attempt.status = reader, 101
        return Granted(job, attempt, reader)

    def renew(self) -> None:
        """Find who pays now. Raises: NotSignedIn, NotAllowed when the key opens this model no more."""
        if self._call.renew is not None:
            self.identity = self._call.renew()
        self.check_model(self._call.model, self._plan)

    def check_model(self, name: str, plan: Plan) -> None:
        """Check that the key may use a model, by any of its names. Raises: NotAllowed."""
        limits = self.identity.limits
        if limits.models and not any(limits.allows_model(one) for one in (name, *plan.names)):
            raise NotAllowed(right=f"to use the model “{name}”")

    async def charged(self, input_bytes: int) -> Granted:
        """Return a response that nobody allowed; what it costs is counted against the budgets."""
        granted = self.open(self._call.model)
        granted.job.size_bytes = input_bytes
        granted.job.hold = await self.empty_hold(granted.job)
        return granted

    async def empty_hold(self, job: Job) -> Hold | None:
        """Return a hold of nothing, through which the budgets still hear what was spent."""
        try:
            return await self._desk.hold(job, None)
        except SalonError:
            return None

    def give_back(self, granted: Granted) -> None:
        """Let go of a response that was never made."""
        job = granted.job
        job.settled = True
        if job.hold is not None:
            job.hold.release()
        if job.ticket is not None:
            job.ticket.settle(0)

    def close(self, granted: Granted, error: SalonError | None) -> None:
        """Write down something that has ended."""
        entry = self._desk.close(granted.job, granted.attempt, error)
        self.input_tokens += entry.input_tokens
        self.output_tokens += entry.output_tokens


def _nothing() -> None:
    pass

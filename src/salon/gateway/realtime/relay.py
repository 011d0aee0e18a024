"""The relay: opens sessions for callers who may have them, and counts those that are open."""

from collections import Counter

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import (
    ClientGone,
    ModelUnavailable,
    Overloaded,
    RateLimited,
    SalonError,
    Unsupported,
)
from salon.gateway import hops
from salon.gateway.protocols.realtime.dialect import envelope_of
from salon.gateway.realtime.desk import Desk, RealtimeOptions
from salon.gateway.realtime.opening import Opened, Opener, way_to
from salon.gateway.realtime.ports import ClientSocket, SessionCall
from salon.gateway.realtime.session import Session
from salon.gateway.relay.job import Job

__all__ = ["OpenSession", "Realtime", "RealtimeOptions"]


class SessionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an open session."""

    request_id: str
    """The id of its opening."""
    space_id: str
    key_id: str | None
    asked_model: str
    target: str
    """``provider/model``."""
    started_at_ms: int
    is_answering: bool
    """A response is under way, or asked for."""
    input_tokens: int
    """Of the responses that have ended; so are the next."""
    output_tokens: int


class OpenSession:
    """A session that is open at a provider, with its place here. ``run`` it, or ``leave`` it."""

    def __init__(self, relay: "Realtime", job: Job, session: Session, opened: Opened) -> None:
        self._relay = relay
        self._job = job
        self._opened = opened
        self.session = session
        self._is_over = False

    @property
    def target(self) -> str:
        """Where it is open."""
        return self._opened.target.name

    @property
    def request_id(self) -> str:
        """The id of its opening."""
        return self._job.request_id

    @property
    def facts(self) -> SessionFacts:
        """What is known of it now."""
        caller, meter = self._job.identity.caller, self.session.meter
        return SessionFacts(
            request_id=self._job.request_id,
            space_id=caller.space_id,
            key_id=caller.key_id,
            asked_model=self._job.alias,
            target=self.target,
            started_at_ms=self._job.started_at_ms,
            is_answering=meter.is_busy,
            input_tokens=meter.books.input_tokens,
            output_tokens=meter.books.output_tokens,
        )

    async def run(self, client: ClientSocket) -> None:
        """Relay until it ends; never raises but cancellation."""
        try:
            await self.session.run(client)
        finally:
            self._end()

    def leave(self) -> None:
        """Give up a session that nobody will run."""
        self._opened.socket.abort()
        self._end()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._relay.ended(self, self._job, self._opened)


class Realtime:
    """All sessions of this process. One event loop."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._opener = Opener(desk)
        self._open: Counter[str] = Counter()
        self._sessions: set[OpenSession] = set()
        self.active = 0
        """Open now, or being opened."""
        self.opened = 0
        """Opened since the start."""

    async def open(self, call: SessionCall) -> OpenSession:
        """Return a session at a provider.

        Raises: UnknownModel, WrongModel, NotAllowed, RateLimited, BudgetExceeded, Overloaded, UpstreamError.
        """
        desk = self._desk
        job = desk.job(call.identity, call.model)
        job.envelope = envelope_of(call.model)
        try:
            self._enter(job)
        except SalonError as error:
            self._refused(job, error)
            raise
        try:
            via = call.headers.get(hops.HEADER)
            if via is not None:
                job.via = hops.pass_on(via, desk.registry.instance)
            plan = await desk.admit(job)
            if not plan.priced:
                await desk.know_prices(job, plan)
            opened = await self._opener.open(job, plan, call)
            session = Session(desk, call, plan, opened)
        except BaseException as error:
            self._leave(job)
            self._refused(job, error if isinstance(error, SalonError) else ClientGone())
            raise
        self.opened += 1
        running = OpenSession(self, job, session, opened)
        self._sessions.add(running)
        return running

    def sessions(self) -> list[SessionFacts]:
        """Return what is known of each session that is open at a provider."""
        return [one.facts for one in self._sessions]

    async def check(self, identity: KeyIdentity, model: str) -> None:
        """Check that ``identity`` could hold sessions with ``model``; nothing is sent, counted or written.

        Raises: UnknownModel, WrongModel, NotAllowed; ModelUnavailable when none of its targets is there.
        """
        plan = await self._desk.find(self._desk.job(identity, model))
        refusal: SalonError | None = None
        for target in plan.targets:
            try:
                way_to(target)
            except Unsupported as error:
                refusal = refusal or error
            else:
                return
        raise refusal or ModelUnavailable(
            field="model", model=plan.name, problem="none of its targets is there."
        )

    def ended(self, ended: OpenSession, job: Job, opened: Opened) -> None:
        """Give back the places of a session that has ended."""
        session = ended.session
        self._sessions.discard(ended)
        self._leave(job)
        job.settled = True
        if job.ticket is not None:
            job.ticket.release()
        if opened.target.meter is not None:
            desk, books = self._desk, session.meter.books
            entry = desk.accountant.close_attempt(job, opened.attempt, desk.clock.monotonic_s())
            counted = msgspec.structs.replace(
                entry, input_tokens=books.input_tokens, output_tokens=books.output_tokens
            )
            desk.leave(opened.target, opened.ticket, counted, opened.attempt.headers)

    def _enter(self, job: Job) -> None:
        bounds, name = self._desk.bounds, job.identity.counter_key
        if self.active >= bounds.max_sessions:
            raise Overloaded(retry_after_s=1)
        if self._open[name] >= bounds.sessions_per_key:
            raise RateLimited(limit=f"{bounds.sessions_per_key} sessions at once", retry_after_s=1)
        self._open[name] += 1
        self.active += 1

    def _leave(self, job: Job) -> None:
        name = job.identity.counter_key
        self.active -= 1
        self._open[name] -= 1
        if not self._open[name]:
            del self._open[name]

    def _refused(self, job: Job, error: SalonError) -> None:
        """Write down an opening that failed."""
        job.error = error
        self._desk.accountant.settle(job)

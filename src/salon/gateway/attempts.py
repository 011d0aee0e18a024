"""The one attempt loop: targets in order, retries and fallback while nothing was sent to the caller."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from salon.foundation.egress import HttpRequest
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import (
    BudgetExceeded,
    ClientGone,
    Internal,
    InvalidRequest,
    ProviderLimited,
    SalonError,
    ShuttingDown,
    Unsupported,
    UpstreamError,
    UpstreamRateLimited,
)
from salon.foundation.kit.in_place import Gate
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import AttemptEntry
from salon.gateway.accounting import Accountant, may_spend_at, price_of
from salon.gateway.callers_words import in_callers_words
from salon.gateway.choice.chooser import Chooser
from salon.gateway.choice.facts import decoded
from salon.gateway.choice.told import with_passed
from salon.gateway.choice.watch import Watch
from salon.gateway.hops import with_via
from salon.gateway.observer import Observer
from salon.gateway.options import GatewayOptions
from salon.gateway.registry.plan import Mirror
from salon.gateway.registry.target import Endpoint, Headers, Target
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.counting import HELD_BYTES_PER_TOKEN
from salon.gateway.relay.deadlines import Deadlines
from salon.gateway.relay.job import Job
from salon.gateway.routing.budget import RetryBudget
from salon.gateway.routing.reactions import is_uncertain, pause_s, reaction

_EXTENSION_TOKENS: Final = 1024
_REPLAY_HEADER: Final = b"x-salon-replay-uncertain"
_MOST_HELD_OFF_S: Final = 60.0


class AttemptLoop:
    """Has requests answered: by the first target, or by whichever does."""

    def __init__(
        self,
        options: GatewayOptions,
        clock: Clock,
        accountant: Accountant,
        supervisor: TaskSupervisor,
        observer: Observer | None,
        *,
        watch: Watch,
        chooser: Chooser,
    ) -> None:
        self.options = options
        self.deadlines = Deadlines(clock)
        self.retries = RetryBudget(options.retry_budget, now_s=clock.monotonic_s())
        self._clock = clock
        self._accountant = accountant
        self._supervisor = supervisor
        self._observer = observer
        self._watch = watch
        self._chooser = chooser
        self.mirror: Callable[[Job, Mirror], None] | None = None
        """Told of each request that may go to another target a second time."""

    async def run(self, job: Job) -> Attempt:
        """Return the attempt that was answered. Raises: the last attempt's error."""
        plan = job.plan
        assert plan is not None
        limits = job.identity.limits
        if plan.is_plain and not (limits.regions or limits.promises):
            order = plan.targets
        else:
            order = self._chooser.choose(job, plan)
            if plan.mirror is not None and self.mirror is not None:
                self.mirror(job, plan.mirror)
        self.retries.earn()
        failures = 0
        failed: SalonError | None = None
        place = self._first(job, order) if order[0].breaker.open_until_s else 0
        while True:
            try:
                attempt = await self._attempt(job, order[place])
            except (InvalidRequest, ProviderLimited) as refusal:
                # Its dialect cannot say what is asked, or as much as may be was sent there already; nothing
                # was sent now, so it counts as no attempt.
                place += 1
                if place < len(order) and isinstance(refusal, Unsupported | ProviderLimited):
                    reason = "its limits" if isinstance(refusal, ProviderLimited) else "its dialect"
                    job.decision = with_passed(job.decision, order[place - 1].name, reason)
                    continue
                if failed is not None:
                    raise failed from None
                raise
            error = attempt.error
            if error is None:
                return attempt
            failures += 1
            failed = error
            following = self._next(job, order, place, error, failures)
            if following is None:
                raise error
            if following == place:
                await self._pause(job, failures, error)
            if job.delivery is not None:
                job.delivery.reset()
            place = following

    # -- choosing ---------------------------------------------------------------------------------
    def _first(self, job: Job, order: Sequence[Target]) -> int:
        """Return the place of the first target that is let through; the least bad one when none is."""
        now_s = self._clock.monotonic_s()
        for place, target in enumerate(order):
            if target.breaker.allows(now_s):
                for failing in order[:place]:
                    job.decision = with_passed(job.decision, failing.name, "it fails lately")
                return place
        place = min(range(len(order)), key=lambda one: order[one].breaker.open_until_s)
        order[place].health.forced += 1
        return place

    def _next(
        self, job: Job, order: Sequence[Target], place: int, error: SalonError, failures: int
    ) -> int | None:
        """Return the place of the target to try next, or None when the error stands."""
        if job.begun or job.gone or job.mirror_of is not None or not isinstance(error, UpstreamError):
            return None
        now_s = self._clock.monotonic_s()
        if failures >= self.options.max_attempts or now_s >= job.deadline_s:
            return None
        if is_uncertain(error) and not self._may_replay(job):
            return None
        following = self._candidate(job, order, place, error, now_s)
        return following if following is not None and self.retries.spend(now_s) else None

    def _candidate(
        self, job: Job, order: Sequence[Target], place: int, error: SalonError, now_s: float
    ) -> int | None:
        found = reaction(error)
        here = order[place]
        for following in range(place + 1, len(order)):
            target = order[following]
            is_larger = (target.context_tokens or 0) > (here.context_tokens or 0)
            if not (found.next or (found.larger and is_larger)):
                continue
            if may_spend_at(job, target) and target.breaker.allows(now_s):
                return following
        if not (found.again and error.retryable):
            return None
        again_s = now_s + (error.retry_after_s or 0.0)
        return place if here.breaker.open_until_s <= again_s < job.deadline_s else None

    def _may_replay(self, job: Job) -> bool:
        if job.plan is not None and job.plan.replay_uncertain:
            return True
        return job.call is not None and job.call.headers.get(_REPLAY_HEADER) == b"on"

    async def _pause(self, job: Job, failures: int, error: SalonError) -> None:
        seconds = pause_s(failures, retry_after_s=error.retry_after_s)
        await _enter_wait(job)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            if _cut_short(job):
                raise ClientGone from None
            raise
        job.waiting = False

    # -- one attempt ------------------------------------------------------------------------------
    async def _attempt(self, job: Job, target: Target) -> Attempt:
        """Make one attempt and write down what became of it."""
        endpoint = target.endpoint(job.dialect.name if job.dialect is not None else None, job.operation)
        asked_stream = job.stream if target.capabilities.streaming else False
        if not target.capabilities.plain:
            asked_stream = endpoint.dialect.streams
        request = self._request(job, target, endpoint, stream=asked_stream)
        meter = target.meter
        ticket = None if meter is None else await self._watch.enter(job, target)
        now_s = self._clock.monotonic_s()
        at_ms = job.started_at_ms + int((now_s - job.started_s) * 1000)
        done = Gate(job.in_place)
        attempt = Attempt(job, target, endpoint, asked_stream, self.options, self._clock, at_ms, now_s, done)
        job.target = target
        try:
            if job.gone:
                raise ClientGone  # noqa: TRY301 - one call less on the way of every request
            if not attempt.open_now(request):
                await self._connect(job, attempt, request)
            job.attempt = attempt
            self.deadlines.add(attempt)
            await done
        except SalonError as error:
            attempt.error = error
        except asyncio.CancelledError:
            if job.waiting and _cut_short(job):
                attempt.error = ClientGone()
            else:
                attempt.error = ShuttingDown(retry_after_s=1)
                raise
        except Exception:
            attempt.error = Internal(request_id=job.request_id)  # a defect of ours is no success of a target
            raise
        finally:
            job.attempt = None
            self.deadlines.discard(attempt)
            attempt.abort()
            attempt.ended_s = now_s = self._clock.monotonic_s()
            entry = self._accountant.close_attempt(job, attempt, now_s)
            self.learn(target, attempt, entry, now_s)
            if meter is not None:
                self._watch.leave(target, ticket, entry, attempt.headers)
            if self._observer is not None:
                self._observer.on_attempt_end(target.link.name, entry)
        return attempt

    async def _connect(self, job: Job, attempt: Attempt, request: HttpRequest) -> None:
        """Send the request on a connection that has to be made or waited for."""
        left_s = job.deadline_s - attempt.started_s
        await _enter_wait(job)
        await attempt.open(request, connect_timeout_s=min(self.options.connect_timeout_s, max(0.05, left_s)))
        job.waiting = False
        if job.gone:
            raise ClientGone

    def body_for(self, job: Job, target: Target, endpoint: Endpoint) -> bytes:
        """Return what would be sent for a whole answer. Raises: InvalidRequest."""
        return self._request(job, target, endpoint, stream=False).body

    def _request(self, job: Job, target: Target, endpoint: Endpoint, *, stream: bool) -> HttpRequest:
        dialect = endpoint.dialect
        headers: Headers = endpoint.headers
        address = b""
        served = job.dialect
        if job.lost:
            job.lost.clear()  # what an earlier target could not be told, this one may be
        if served is dialect and served is not None and job.envelope is not None:
            if endpoint.rewrite_strictly is None:
                body = served.rewrite_request(
                    job.envelope, model=target.model, stream=stream, quirks=endpoint.quirks
                )
            else:
                encoded = endpoint.rewrite_strictly(
                    job.envelope, model=target.model, stream=stream, quirks=endpoint.quirks
                )
                body = encoded.body
                job.lost.update(encoded.lost)
            if endpoint.passed and job.call is not None:
                headers = _passed(headers, endpoint.passed, job)
        else:
            wanted = msgspec.structs.replace(decoded(job), model=target.model, stream=stream)
            try:
                encoded = dialect.encode_request(wanted, quirks=endpoint.quirks)
            except InvalidRequest as error:
                if served is None or job.envelope is None:
                    raise
                raise in_callers_words(error, served, job.envelope) from error
            body, address = encoded.body, encoded.address
            job.lost.update(encoded.lost)
        if job.envelope is not None and job.envelope.lost:
            job.lost.update(job.envelope.lost)
        if job.via is not None:
            headers = with_via(headers, job.via)
        if address:
            return endpoint.request_at(address, body, headers, model=target.model, stream=stream)
        return endpoint.request(body, headers, model=target.model, stream=stream)

    def learn(self, target: Target, attempt: Attempt, entry: AttemptEntry, now_s: float) -> None:
        """Tell breaker and health what the attempt that ended at ``now_s`` says about the target."""
        error = attempt.error
        if error is None:
            if target.breaker.failures or target.breaker.open_until_s:
                target.breaker.succeed()
            first_s = (attempt.first_byte_s or now_s) - attempt.started_s
            target.health.succeed(first_s * 1000, entry.started_at_ms + entry.duration_ms)
            return
        if isinstance(error, ClientGone | BudgetExceeded) or not isinstance(error, UpstreamError):
            target.breaker.let_go()
            return
        target.health.fail(error.code, at_ms=self._clock.now_ms())
        found = reaction(error)
        if found.blames:
            target.breaker.fail(now_s)
        elif found.hold_off_s:
            target.breaker.hold_off(now_s, found.hold_off_s)
        elif isinstance(error, UpstreamRateLimited) and error.retry_after_s:
            target.breaker.let_go()
            target.breaker.hold_off(now_s, min(error.retry_after_s, _MOST_HELD_OFF_S))
        else:
            # It answered: whatever it thinks of the request, it is alive.
            target.breaker.succeed()

    # -- money of a long stream -------------------------------------------------------------------
    def extend_hold(self, attempt: Attempt) -> None:
        """Hold more money for a stream that reached its hold, or end it."""
        self._supervisor.spawn(self._extend(attempt.job, attempt), name="extend-hold")

    async def _extend(self, job: Job, attempt: Attempt) -> None:
        hold, price = job.hold, price_of(job, attempt.target)
        if hold is None or price is None or attempt.reader is None:
            return
        try:
            await hold.extend(price.estimate(0, _EXTENSION_TOKENS) or 0)
        except SalonError as error:
            attempt.stop(error)
            return
        job.held_bytes += _EXTENSION_TOKENS * HELD_BYTES_PER_TOKEN
        attempt.reader.limit_bytes = job.held_bytes


async def _enter_wait(job: Job) -> None:
    """Begin a wait that the caller's leaving cuts short. Raises: ClientGone."""
    await job.in_task()
    if job.gone:
        raise ClientGone
    job.waiting = True


def _cut_short(job: Job) -> bool:
    """Tell whether the cancellation just caught came from the caller's leaving."""
    job.waiting = False
    if job.gone and job.task is not None:
        job.task.uncancel()
    return job.gone


def _passed(headers: Headers, names: Sequence[bytes], job: Job) -> Headers:
    """Return the headers with those of the caller that are handed on."""
    assert job.call is not None
    theirs = [(name, job.call.headers[name]) for name in names if name in job.call.headers]
    if not theirs:
        return headers
    given = {name for name, _ in theirs}
    return [*(header for header in headers if header[0] not in given), *theirs]

"""The gateway: one way to a model, for callers at the doors and callers inside the house.

``serve`` answers one call of a door, ``stream`` and ``generate`` one request of another part of Salon.
All go through the same steps: admit, hold money, route, attempt, deliver, settle exactly once.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import (
    ClientGone,
    Internal,
    SalonError,
    ShuttingDown,
)
from salon.foundation.kit.ids import RequestId, new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.messages import ModelRequest, Response, StreamEvent
from salon.gateway import replies
from salon.gateway.accounting import Accountant, reserve
from salon.gateway.admission import Admission
from salon.gateway.attempts import AttemptLoop
from salon.gateway.exchange import Headers, Reply, ServedCall
from salon.gateway.limits import Limiter
from salon.gateway.observer import ObservedRequest, Observer
from salon.gateway.options import GatewayOptions
from salon.gateway.ports import LedgerPort
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import response_events
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.registry import Registry
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.delivery import EventDelivery, StreamDelivery
from salon.gateway.relay.job import Job

_logger = logging.getLogger(__name__)


class Gateway:
    """Routes requests to providers. One event loop."""

    def __init__(
        self,
        registry: Registry,
        ledger: LedgerPort,
        *,
        limiter: Limiter | None = None,
        options: GatewayOptions | None = None,
        clock: Clock | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.registry = registry
        self.options = options or registry.options
        self._clock = clock or SystemClock()
        self._observer = observer
        self._ledger = ledger
        self._supervisor = TaskSupervisor("gateway")
        self.admission = Admission(limiter, self.options)
        self._accountant = Accountant(ledger, self._clock, observer)
        self._loop = AttemptLoop(self.options, self._clock, self._accountant, self._supervisor, observer)

    async def close(self, timeout_s: float = 5.0) -> None:
        """End what is under way."""
        await self._supervisor.close(timeout_s)
        self._loop.deadlines.close()

    # -- for doors --------------------------------------------------------------------------------
    async def serve(self, call: ServedCall, reply: Reply) -> None:
        """Answer one call. Never raises but cancellation; every failure is told in the caller's dialect."""
        job = self._job(call.identity, operation=call.operation, started_s=call.received_at_s)
        job.call = call
        job.reply = reply
        job.dialect = self.registry.dialects[call.dialect]
        try:
            self.admission.enter()
        except SalonError as error:
            self._fail(job, error)
            self._accountant.settle(job)
            return
        try:
            job.task = asyncio.current_task()
            reply.on_close(job.leave)
            await self._serve(job, call, reply)
        except SalonError as error:
            self._fail(job, error)
        except asyncio.CancelledError:
            self._fail(job, ShuttingDown(retry_after_s=1))
            raise
        except Exception:  # supervises one request: a defect must not end as silence
            _logger.exception("request %s failed", job.request_id)
            self._fail(job, Internal(request_id=job.request_id))
        finally:
            self.admission.leave()
            self._accountant.settle(job)
            job.task = None

    async def _serve(self, job: Job, call: ServedCall, reply: Reply) -> None:
        dialect = job.dialect
        assert dialect is not None
        envelope = job.envelope = dialect.read_envelope(call.body)
        job.alias, job.stream, job.size_bytes = envelope.model, envelope.stream, envelope.size_bytes
        job.max_output_tokens = envelope.max_output_tokens
        self._start_observing(job)
        job.context = EncodeContext(
            request_id=job.request_id,
            model=envelope.model,
            created_at_s=job.started_at_ms // 1000,
            include_usage=envelope.wants_usage,
        )
        await self._admit(job)
        if envelope.stream:
            job.delivery = StreamDelivery(reply, dialect, lambda: self._begin(job))
            reply.on_writable(lambda is_open: _flow(job, is_open))
        attempt = await self._loop.run(job)
        if envelope.stream:
            self._end_stream(job, attempt, reply)
        else:
            self._send(job, attempt, reply)

    async def _admit(self, job: Job) -> None:
        plan = job.plan = await self._plan(job.alias)
        await self.admission.admit(job)
        if not plan.priced:
            await self._learn_prices(plan)
        if job.identity.budget_ids:
            await reserve(job, self._ledger, self.options)
            job.on_over_limit = lambda attempt: self._loop.extend_hold(job, attempt)
        if job.gone:
            raise ClientGone

    async def _plan(self, model: str) -> Plan:
        return self.registry.plan(model)

    async def _learn_prices(self, plan: Plan) -> None:
        """Wait for the price tables the first time a model is asked for; they go on when it takes long."""
        task = self._supervisor.spawn(self._look_up_prices(plan), name="prices")
        done, _ = await asyncio.wait({task}, timeout=self.options.price_wait_s)
        if not done:
            _logger.warning("the price tables did not answer within %.0f s", self.options.price_wait_s)

    async def _look_up_prices(self, plan: Plan) -> None:
        await self.registry.look_up_prices(plan.targets)
        plan.priced = True

    def _begin(self, job: Job) -> Headers:
        """Return the headers of a stream whose first content is there."""
        self._note_first_token(job)
        job.status = 200
        return replies.stream_headers(job, job.attempt)

    def _note_first_token(self, job: Job) -> None:
        job.first_token_s = self._clock.monotonic_s()
        attempt: Attempt = job.attempt
        attempt.target.breaker.succeed()

    def _end_stream(self, job: Job, attempt: Attempt, reply: Reply) -> None:
        delivery = job.delivery
        assert isinstance(delivery, StreamDelivery)
        response = attempt.response
        if response is not None:
            # The target does not stream: its whole answer is told as a stream.
            assert job.context is not None
            job.attempt = attempt
            delivery.encode(response_events(response), job.context, has_content=True)
            delivery.end()
            job.attempt = None
        reply.finish()

    def _send(self, job: Job, attempt: Attempt, reply: Reply) -> None:
        body = attempt.body
        if body is None:
            body = self._encoded(job, attempt)
        job.first_token_s = self._clock.monotonic_s()
        job.status = 200
        reply.start(200, replies.plain_headers(job, attempt), content_length=len(body))
        reply.write(body)
        reply.finish()

    def _encoded(self, job: Job, attempt: Attempt) -> bytes:
        response = attempt.response
        assert response is not None
        assert job.dialect is not None
        assert job.context is not None
        encoded = job.dialect.encode_response(response, job.context)
        job.lost.update(encoded.lost)
        return encoded.body

    def _fail(self, job: Job, error: SalonError) -> None:
        """Tell the caller, in its dialect, what went wrong."""
        job.error = error
        reply, dialect = job.reply, job.dialect
        if job.gone or reply is None or dialect is None or reply.closed:
            job.error = error if isinstance(error, ClientGone) or not job.gone else ClientGone()
            return
        if reply.started:
            self._break_off(job, error, reply)
            return
        job.status = error.status
        body = dialect.encode_error(error, request_id=job.request_id)
        reply.start(error.status, replies.error_headers(job, error), content_length=len(body))
        reply.write(body)
        reply.finish()

    def _break_off(self, job: Job, error: SalonError, reply: Reply) -> None:
        delivery = job.delivery
        if not isinstance(delivery, StreamDelivery) or job.context is None:
            reply.abort()
        elif error.fields.get("told"):
            reply.finish()
        else:
            delivery.break_off(error, job.context)

    # -- for the house ----------------------------------------------------------------------------
    async def stream(self, identity: KeyIdentity, request: ModelRequest) -> AsyncIterator[StreamEvent]:
        """Yield the events of an answer as they come.

        Ends after the last event, or raises a SalonError; what was yielded before stands. Leaving the
        iterator (``aclose``) stops the provider.
        """
        job = self._inner_job(identity, request, stream=True)
        delivery = EventDelivery(lambda: self._note_first_token(job))
        delivery.on_flow(lambda is_open: _flow(job, is_open))
        job.delivery = delivery
        task = self._supervisor.spawn(self._run_inner(job), name="inner-stream")
        task.add_done_callback(lambda _: delivery.close(job.error))
        try:
            while events := await delivery.take():
                for event in events:
                    yield event
        finally:
            job.leave()
        if delivery.error is not None:
            raise delivery.error

    async def generate(self, identity: KeyIdentity, request: ModelRequest) -> Response:
        """Return a whole answer. Raises: SalonError. Cancelling stops the provider."""
        job = self._inner_job(identity, request, stream=False)
        attempt = await self._run_inner(job)
        if job.error is not None:
            raise job.error
        response = attempt.response if attempt is not None else None
        assert response is not None
        return response

    def _inner_job(self, identity: KeyIdentity, request: ModelRequest, *, stream: bool) -> Job:
        job = self._job(identity, operation="chat", started_s=self._clock.monotonic_s())
        job.request = request
        job.alias = request.model
        job.stream = stream
        job.max_output_tokens = request.max_output_tokens
        job.size_bytes = _size(request)
        return job

    async def _run_inner(self, job: Job) -> Attempt | None:
        try:
            self.admission.enter()
        except SalonError as error:
            job.error = error
            self._accountant.settle(job)
            return None
        try:
            job.task = asyncio.current_task()
            self._start_observing(job)
            await self._admit(job)
            attempt = await self._loop.run(job)
            job.status = 200
            response = attempt.response if isinstance(job.delivery, EventDelivery) else None
            if response is not None and isinstance(job.delivery, EventDelivery):
                job.attempt = attempt
                job.delivery.put(response_events(response))
                job.attempt = None
        except SalonError as error:
            job.error = error
            return None
        except asyncio.CancelledError:
            job.error = ClientGone()
            raise
        else:
            return attempt
        finally:
            self.admission.leave()
            self._accountant.settle(job)
            job.task = None

    # -- own --------------------------------------------------------------------------------------
    def _job(self, identity: KeyIdentity, *, operation: str, started_s: float) -> Job:
        return Job(
            RequestId(new_id("req")),
            identity,
            operation=operation,
            started_at_ms=self._clock.now_ms(),
            started_s=started_s,
            deadline_s=started_s + self.options.total_timeout_s,
        )

    def _start_observing(self, job: Job) -> None:
        if self._observer is None:
            return
        trace = job.call.headers.get(b"traceparent") if job.call is not None else None
        job.observed = ObservedRequest(
            request_id=job.request_id,
            dialect=job.dialect.name if job.dialect is not None else "events",
            operation=job.operation,
            alias=job.alias,
            stream=job.stream,
            started_at_ms=job.started_at_ms,
            traceparent=trace.decode("latin-1") if trace is not None else None,
        )
        self._observer.on_request_start(job.observed)


def _flow(job: Job, is_open: bool) -> None:
    if job.attempt is not None:
        job.attempt.set_flow(is_open)


def _size(request: ModelRequest) -> int:
    return len(msgspec.json.encode(request.messages)) + len(msgspec.json.encode(request.tools))

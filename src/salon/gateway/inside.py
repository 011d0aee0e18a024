"""The gateway's door for the other parts of Salon: requests and answers in our own types.

They go through the same steps as a caller's request: limits, budgets, routing, ledger.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import ClientGone, Internal, SalonError, ShuttingDown
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import AttemptEntry
from salon.foundation.messages import (
    EmbeddingRequest,
    EmbeddingResponse,
    ModelRequest,
    OperationName,
    OperationRequest,
    OperationResponse,
    Response,
    StreamEvent,
    Usage,
)
from salon.gateway import replies
from salon.gateway.accounting import total_cost
from salon.gateway.admission import Admission
from salon.gateway.attempts import AttemptLoop
from salon.gateway.protocols.base import AnyRequest, AnyResponse
from salon.gateway.protocols.collect import response_events
from salon.gateway.registry.plan import Plan
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.delivery import EventDelivery
from salon.gateway.relay.job import Job

_logger = logging.getLogger(__name__)


class Steps(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What the gateway does with every request, whoever asks."""

    job: Callable[[KeyIdentity, OperationName, float], Job]
    """Begins one, at a monotonic time in seconds."""
    admit: Callable[[Job], Awaitable[Plan]]
    """Finds what the job's name means and checks who asks."""
    prepare: Callable[[Job, Plan], Awaitable[None]]
    """Knows the prices and holds the money."""
    note_first_token: Callable[[Job], None]
    close: Callable[[Job], None]
    """Settles it."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request that was asked inside the house, as its row of the ledger has it."""

    request_id: str
    route: str | None
    """``provider/model`` of the last attempt; None if none was made."""
    decision: str | None
    attempts: tuple[AttemptEntry, ...]
    losses: tuple[str, ...]
    """What its dialect could not be told."""
    usage: Usage
    """Of all attempts together."""
    cost_e10: int | None
    """None is "unpriced", or paid in several currencies."""
    currency: str
    started_at_ms: int
    first_token_at_ms: int | None
    ended_at_ms: int


class OpenAnswer:
    """A streamed answer while it is made. Leave it, or take until nothing comes: else it goes on unread."""

    def __init__(self, job: Job, delivery: EventDelivery, task: asyncio.Task[object], clock: Clock) -> None:
        self.request_id: str = job.request_id
        self._job = job
        self._delivery = delivery
        self._task = task
        self._clock = clock

    async def take(self) -> list[StreamEvent]:
        """Return the events that have come, after waiting for one; none when the answer is whole.

        Raises: SalonError when it broke off, after all that had come.
        """
        events = await self._delivery.take()
        if not events and self._delivery.error is not None:
            raise self._delivery.error
        return events

    def leave(self) -> None:
        """Stop the provider, at once; what has come and was not taken is there still."""
        self._job.leave()
        if self._job.gone and not self._delivery.started:
            self._delivery.close(ClientGone())  # whatever is waited for yet, nobody is sent anything

    async def told(self) -> Told:
        """Return what became of it, once it is settled."""
        await asyncio.wait({self._task})
        return _told(self._job, self._clock)


class Inside:
    """Asks models for the house itself. One event loop."""

    def __init__(
        self,
        steps: Steps,
        *,
        admission: Admission,
        loop: AttemptLoop,
        supervisor: TaskSupervisor,
        clock: Clock,
    ) -> None:
        self._steps = steps
        self._admission = admission
        self._loop = loop
        self._supervisor = supervisor
        self._clock = clock

    async def stream(self, identity: KeyIdentity, request: ModelRequest) -> AsyncIterator[StreamEvent]:
        """Yield the events of an answer as they come.

        Ends after the last event, or raises a SalonError; what was yielded before stands. Leaving the
        iterator (``aclose``) stops the provider.
        """
        answer = self.open(identity, request)
        try:
            while events := await answer.take():
                for event in events:
                    yield event
        finally:
            answer.leave()

    def open(self, identity: KeyIdentity, request: ModelRequest) -> OpenAnswer:
        """Begin to ask and return the answer, to be taken as it comes; leaving it stops the provider.

        Raises: ShuttingDown.
        """
        job = self._job(identity, request, stream=True)
        delivery = EventDelivery(lambda: self._steps.note_first_token(job))
        delivery.on_flow(job.set_flow)
        job.delivery = delivery
        if self._supervisor.closed:
            raise ShuttingDown(retry_after_s=1)
        task = self._supervisor.spawn(self._run(job), name="inner-stream")
        task.add_done_callback(lambda _: delivery.close(job.error))
        return OpenAnswer(job, delivery, task, self._clock)

    async def generate(self, identity: KeyIdentity, request: ModelRequest) -> Response:
        """Return a whole answer. Raises: SalonError. Cancelling stops the provider."""
        response = await self._whole(identity, request)
        assert isinstance(response, Response)
        return response

    async def embed(self, identity: KeyIdentity, request: EmbeddingRequest) -> EmbeddingResponse:
        """Return a vector for each input. Raises: SalonError. Cancelling stops the provider."""
        response = await self._whole(identity, request)
        assert isinstance(response, EmbeddingResponse)
        return response

    async def ask(self, identity: KeyIdentity, request: OperationRequest) -> OperationResponse:
        """Return the answer to a request of any operation but chat. Raises: SalonError."""
        response = await self._whole(identity, request)
        assert isinstance(response, OperationResponse)
        return response

    async def _whole(self, identity: KeyIdentity, request: AnyRequest) -> AnyResponse:
        """Return the whole answer to a request of any operation. Raises: SalonError."""
        job = self._job(identity, request, stream=False)
        attempt = await self._run(job)
        if job.error is not None:
            raise job.error
        response = attempt.response() if attempt is not None else None
        assert response is not None
        return response if isinstance(response, Response) else replies.counted(job, response)

    def _job(self, identity: KeyIdentity, request: AnyRequest, *, stream: bool) -> Job:
        is_chat = isinstance(request, ModelRequest)
        operation = "chat" if is_chat else request.operation
        job = self._steps.job(identity, operation, self._clock.monotonic_s())
        job.request = request
        job.alias = request.model
        job.stream = stream
        job.max_output_tokens = request.max_output_tokens if is_chat else 1
        job.size_bytes = _size(request)
        return job

    async def _run(self, job: Job) -> Attempt | None:
        """Have an inner request answered; what went wrong is in ``job.error``."""
        is_in = False
        try:
            self._admission.enter()
            is_in = True
            job.task = asyncio.current_task()
            await self._steps.prepare(job, await self._steps.admit(job))
            attempt = await self._loop.run(job)
            job.status = 200
            delivery, response = job.delivery, attempt.response()
            if isinstance(delivery, EventDelivery):
                job.attempt = attempt
                whole = response_events(response) if isinstance(response, Response) else ()
                delivery.put(whole, has_content=True)
                job.attempt = None
        except SalonError as error:
            job.error = ClientGone() if job.gone else error
            return None
        except asyncio.CancelledError:
            # A stream has a task of its own, which only the end of the house cancels.
            is_left = job.gone or job.delivery is None
            job.error = ClientGone() if is_left else ShuttingDown(retry_after_s=1)
            raise
        except Exception:  # supervises one request: a defect must not end as silence
            _logger.exception("request %s failed", job.request_id)
            job.error = Internal(request_id=job.request_id)
            return None
        else:
            return attempt
        finally:
            if is_in:
                self._admission.leave()
            self._steps.close(job)


def _told(job: Job, clock: Clock) -> Told:
    attempts, first_s = tuple(job.attempts), job.first_token_s
    usage = Usage(
        input_tokens=sum(one.input_tokens for one in attempts),
        output_tokens=sum(one.output_tokens for one in attempts),
        cached_tokens=sum(one.cached_tokens for one in attempts),
        cache_write_tokens=sum(one.cache_write_tokens for one in attempts),
        reasoning_tokens=sum(one.reasoning_tokens for one in attempts),
        estimated=job.usage_source == "estimated",
    )
    return Told(
        request_id=job.request_id,
        route=job.target.name if job.target is not None else None,
        decision=job.decision,
        attempts=attempts,
        losses=tuple(sorted(job.lost)),
        usage=usage,
        cost_e10=total_cost(attempts),
        currency=attempts[-1].currency if attempts else "USD",
        started_at_ms=job.started_at_ms,
        first_token_at_ms=None if first_s is None else _at_ms(job, first_s),
        ended_at_ms=clock.now_ms(),
    )


def _at_ms(job: Job, at_s: float) -> int:
    return job.started_at_ms + int((at_s - job.started_s) * 1000 + 0.5)


def _size(request: AnyRequest) -> int:
    if not isinstance(request, ModelRequest):
        return len(msgspec.json.encode(request))
    return len(msgspec.json.encode(request.messages)) + len(msgspec.json.encode(request.tools))

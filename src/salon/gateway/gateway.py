"""The gateway: one way to a model, for callers at the doors and callers inside the house.

``serve`` answers one call of a door; ``inside`` is the door of the other parts of Salon.
All go through the same steps: admit, hold money, route, attempt, deliver, settle exactly once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import (
    ClientGone,
    Internal,
    InvalidRequest,
    ModelUnavailable,
    SalonError,
    ShuttingDown,
    UpstreamError,
    UpstreamRefused,
)
from salon.foundation.kit.ids import RequestId, new_id
from salon.foundation.kit.in_place import InPlace
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.messages import ModelRequest, OperationName
from salon.gateway import hops, replies
from salon.gateway.accounting import Accountant, reserve, reserve_now
from salon.gateway.admission import Admission
from salon.gateway.answers import AnswerCache, IdempotencyKeys
from salon.gateway.attempts import AttemptLoop
from salon.gateway.choice.chooser import Chooser
from salon.gateway.choice.explanation import Explanation, explained
from salon.gateway.choice.facts import decoded
from salon.gateway.choice.watch import Watch
from salon.gateway.counting import TokenCounter, lacks_counter
from salon.gateway.exchange import Answered, Headers, Reply, ServedCall
from salon.gateway.files.references import References, may_name_files
from salon.gateway.handing import Handing
from salon.gateway.inside import Inside, Steps
from salon.gateway.kept_answers import CACHE_HEADER, IDEMPOTENCY_HEADER, KeptAnswers
from salon.gateway.kept_reply import KeptReply
from salon.gateway.limits import Limiter, LocalLimiter
from salon.gateway.mirrors import Mirrors
from salon.gateway.observer import Observer
from salon.gateway.options import GatewayOptions
from salon.gateway.ports import LedgerPort, PayloadWatch
from salon.gateway.protocols.base import Envelope
from salon.gateway.realtime.desk import Desk, RealtimeOptions
from salon.gateway.realtime.relay import Realtime
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.registry import Registry
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.delivery import StreamDelivery
from salon.gateway.relay.job import Job, encode_context

_COST: Final = b"x-salon-cost"
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
        cache: AnswerCache | None = None,
        idempotency: IdempotencyKeys | None = None,
        sessions: RealtimeOptions | None = None,
    ) -> None:
        self.registry = registry
        self.payloads: PayloadWatch | None = None
        """What keeps requests word for word; None while nobody turned that on for any."""
        self.on_unknown_model: Callable[[str], Awaitable[None]] | None = None
        """Asked once when a name means nothing, before the caller is told so."""
        self.references: References | None = None
        """What puts files of the house in the place of their ids."""
        self.options = options or registry.options
        self._clock = clock or SystemClock()
        self._ledger = ledger
        self.counter = TokenCounter()
        """Counts tokens here, without asking a provider."""
        self._supervisor = TaskSupervisor("gateway")
        self.admission = Admission(limiter, self.options)
        self._accountant = Accountant(ledger, self._clock, observer)
        watch = Watch(limiter or LocalLimiter(self._clock), self.options, self._clock)
        self._chooser = Chooser(registry, watch, self.options, self._clock)
        self._answers = KeptAnswers(cache, idempotency, chooser=self._chooser, clock=self._clock)
        self._loop = AttemptLoop(
            self.options,
            self._clock,
            self._accountant,
            self._supervisor,
            observer,
            watch=watch,
            chooser=self._chooser,
        )
        self.mirrors = Mirrors(
            self._loop,
            self._accountant,
            self._chooser,
            self._supervisor,
            options=self.options,
            clock=self._clock,
            know_prices=self._learn_prices,
        )
        self._loop.mirror = self.mirrors.send
        steps = Steps(
            job=self._job,
            admit=self._admit,
            prepare=self._prepare,
            note_first_token=self._note_first_token,
            close=self._close,
        )
        self.inside = Inside(
            steps, admission=self.admission, loop=self._loop, supervisor=self._supervisor, clock=self._clock
        )
        self.handing = Handing(
            registry,
            ledger,
            self._accountant,
            admission=self.admission,
            chooser=self._chooser,
            loop=self._loop,
            clock=self._clock,
            options=self.options,
            payloads=lambda: self.payloads,
            with_files=self._with_files,
            know_prices=self._learn_prices,
        )
        self.realtime = Realtime(
            Desk(
                registry=registry,
                ledger=ledger,
                accountant=self._accountant,
                limiter=limiter,
                loop=self._loop,
                chooser=self._chooser,
                watch=watch,
                clock=self._clock,
                options=self.options,
                bounds=sessions or RealtimeOptions(),
                supervisor=self._supervisor,
                find=self._find,
                admit=self._admit,
                know_prices=self._learn_prices,
            )
        )

    async def close(self, timeout_s: float = 5.0) -> None:
        """End what is under way."""
        await self._supervisor.close(timeout_s)
        self._loop.deadlines.close()
        await self.counter.close()

    # -- for doors --------------------------------------------------------------------------------
    async def serve(self, call: ServedCall, reply: Reply, in_place: InPlace | None = None) -> None:
        """Answer one call. Never raises but cancellation; every failure is told in the caller's dialect.

        ``in_place`` is what runs it, if it is no task.
        """
        dialect = self.registry.dialects[call.dialect]
        job = self._job(call.identity, dialect.operation, call.received_at_s)
        job.call = call
        job.reply = reply
        job.dialect = dialect
        is_in = False
        try:
            self.admission.enter()
            is_in = True
            job.in_place = in_place
            job.task = in_place or asyncio.current_task()
            reply.on_close(job.leave)
            try:
                await self._serve(job, call)
            except (InvalidRequest, UpstreamRefused) as refusal:
                await self._serve_again(job, call, refusal)
        except SalonError as error:
            replies.fail(job, error)
        except asyncio.CancelledError:
            replies.fail(job, ShuttingDown(retry_after_s=1))
            raise
        except Exception:  # supervises one request: a defect must not end as silence
            _logger.exception("request %s failed", job.request_id)
            replies.fail(job, Internal(request_id=job.request_id))
        finally:
            if is_in:
                self.admission.leave()
            self._close(job)

    async def _serve(self, job: Job, call: ServedCall) -> None:
        dialect = job.dialect
        assert dialect is not None
        envelope = job.envelope = dialect.read_envelope(call.body)
        job.alias, job.stream, job.size_bytes = envelope.model, envelope.stream, envelope.size_bytes
        job.max_output_tokens = envelope.max_output_tokens
        if self.payloads is not None and job.reply is not None:
            job.reply = self.payloads.watch(job, job.reply)
        if dialect.files is not None and dialect.files.mark in call.body:
            envelope = await self._with_files(job, envelope)
        via = call.headers.get(hops.HEADER)
        if via is not None:
            job.via = hops.pass_on(via, self.registry.instance)
        plan = self._admit_now(job) or await self._admit(job)
        if dialect.counts:
            await self._count(job, plan)
            return
        if dialect.own_answer is not None and not plan.speaks(call.dialect):
            own = dialect.own_answer(envelope)
            if own is not None:
                replies.send_own(job, own)
                return
        if plan.cache or CACHE_HEADER in call.headers or IDEMPOTENCY_HEADER in call.headers:
            known = await self._answers.find(job, plan, call)
            if known is not None:
                replies.replay(job, known)
                return
        if not (plan.priced and reserve_now(job, plan, self._ledger, self.options)):
            await self._prepare(job, plan)
        if job.gone:
            raise ClientGone
        if envelope.stream:
            self._open_stream(job, call)
            replies.end_stream(job, await self._loop.run(job))
        else:
            attempt = await self._loop.run(job)
            job.first_token_s = attempt.ended_s
            replies.send_whole(job, attempt)

    async def _found_files(self, job: Job) -> bool:
        """Put in files that a refused request names in the form of another dialect; false if it names none.

        They are looked for only once a request was refused: in all others that would take longer than the
        rest of the way. Raises: FileMissing, Unsupported, BudgetExceeded.
        """
        envelope, plan = job.envelope, job.plan
        if envelope is None or plan is None or not may_name_files(job):
            return False
        if await self._with_files(job, envelope, in_any_form=True) is envelope:
            return False
        job.request = None
        if job.hold is not None:
            job.hold.release()
            job.hold = None
        await self._prepare(job, plan)
        return True

    async def _serve_again(self, job: Job, call: ServedCall, refusal: SalonError) -> None:
        """Answer a request that was refused, if it names files in another form. Raises: ``refusal`` else."""
        assert job.dialect is not None
        if job.dialect.counts or not await self._found_files(job):
            raise refusal
        assert job.envelope is not None
        if job.envelope.stream:
            self._open_stream(job, call)
            replies.end_stream(job, await self._loop.run(job))
        else:
            attempt = await self._loop.run(job)
            job.first_token_s = attempt.ended_s
            replies.send_whole(job, attempt)

    async def _with_files(self, job: Job, envelope: Envelope, *, in_any_form: bool = False) -> Envelope:
        """Return the request with the house's files it refers to. Raises: FileMissing, Unsupported."""
        dialect = job.dialect
        assert dialect is not None
        if self.references is None:
            return envelope
        await job.in_task()
        body = await self.references.inlined(envelope.body, dialect, job.identity, in_any_form=in_any_form)
        if body is not envelope.body:
            envelope = job.envelope = dialect.read_envelope(body)
            job.size_bytes = envelope.size_bytes
        return envelope

    async def _count(self, job: Job, plan: Plan) -> None:
        """Answer how many tokens a request has: a provider's count if one counts, else ours. It is free."""
        assert job.dialect is not None
        if may_name_files(job) and job.envelope is not None:
            await self._with_files(job, job.envelope, in_any_form=True)
        if plan.speaks(job.dialect.name):
            try:
                replies.send_whole(job, await self._loop.run(job))
            except UpstreamError as error:
                if not lacks_counter(error):
                    raise
            else:
                return
        await job.in_task()
        request = decoded(job)
        assert isinstance(request, ModelRequest)
        replies.send_own(job, await self.counter.count(request, model=plan.targets[0].model))

    def _open_stream(self, job: Job, call: ServedCall) -> None:
        reply, dialect = job.reply, job.dialect
        assert reply is not None
        assert dialect is not None
        job.context = encode_context(job)
        delivery = job.delivery = StreamDelivery(reply, dialect, lambda: self._begin(job), job.lost)
        delivery.recorder = job.sent
        job.cost_comment = call.headers.get(_COST) == b"comment"
        reply.on_writable(job.set_flow)

    def _begin(self, job: Job) -> Headers:
        """Return the headers of a stream whose first content is there."""
        self._note_first_token(job)
        job.status = 200
        return replies.stream_headers(job, job.attempt)

    def _close(self, job: Job) -> None:
        """Keep what is to be kept of an ended request, and settle it."""
        job.task = None
        if job.sent is not None:
            self._answers.keep(job, job.sent)
        self._accountant.settle(job)
        if self.payloads is not None:
            self.payloads.end(job)
        job.release()

    # -- for both ---------------------------------------------------------------------------------
    def _admit_now(self, job: Job) -> Plan | None:
        """Do as ``_admit`` if nothing has to be waited for, else return None."""
        plan = self.registry.find(job.alias)
        if plan is None:
            return None
        job.plan = plan
        self.admission.check(job, plan)
        return plan if self.admission.count_now(job) else None

    async def _admit(self, job: Job) -> Plan:
        """Find what the name means and check who asks. Raises: UnknownModel, NotAllowed, RateLimited."""
        plan = await self._find(job)
        await self.admission.count(job)
        return plan

    async def _find(self, job: Job) -> Plan:
        """Do as ``_admit`` and count nothing. Raises: UnknownModel, NotAllowed."""
        plan = job.plan = self.registry.find(job.alias) or await self._discovered(job)
        self.admission.check(job, plan)
        return plan

    async def _discovered(self, job: Job) -> Plan:
        """Look a name up again after asking the providers that were never asked for their models."""
        if self.on_unknown_model is not None:
            await job.in_task()
            await self.on_unknown_model(job.alias)
        return self.registry.plan(job.alias)

    async def _prepare(self, job: Job, plan: Plan) -> None:
        """Know the prices and hold the money. Raises: BudgetExceeded, Unpriced."""
        if not plan.priced:
            await self._learn_prices(job, plan)
        if job.identity.budget_ids:
            await reserve(job, plan, self._ledger, self.options)

    async def known(self, model: str) -> Plan | None:
        """Return what a name means, with its prices and windows as far as they are told in time.

        None where it means nothing, or nothing can answer to it now. Raises: ConfigError.
        """
        try:
            plan = self.registry.find(model)
        except ModelUnavailable:
            return None
        if plan is not None and not plan.priced:
            await self._wait_for_tables(self._look_up_prices(plan))
        lacking = [] if plan is None else self.registry.without_window(plan.targets)
        if lacking:
            await self._wait_for_tables(self.registry.look_up_windows(lacking))
        return plan

    async def _learn_prices(self, job: Job, plan: Plan) -> None:
        """Wait for the price tables the first time a model is asked for; they go on when it takes long."""
        await job.in_task()
        await self._wait_for_tables(self._look_up_prices(plan))

    async def _wait_for_tables(self, asking: Coroutine[None, None, None]) -> None:
        task = self._supervisor.spawn(asking, name="prices")
        done, _ = await asyncio.wait({task}, timeout=self.options.price_wait_s)
        if not done:
            _logger.warning("the price tables did not answer within %.0f s", self.options.price_wait_s)

    async def _look_up_prices(self, plan: Plan) -> None:
        await self.registry.look_up_prices(plan.targets)
        plan.priced = True

    def _note_first_token(self, job: Job) -> None:
        job.first_token_s = self._clock.monotonic_s()
        attempt: Attempt = job.attempt
        attempt.target.breaker.succeed()

    # -- for the house ----------------------------------------------------------------------------
    async def explain(self, call: ServedCall) -> Explanation:
        """Say where ``call`` would go now, and why. Nothing is sent, counted or held.

        Raises: InvalidRequest, UnknownModel, ModelUnavailable, NotAllowed.
        """
        dialect = self.registry.dialects[call.dialect]
        job = self._job(call.identity, dialect.operation, call.received_at_s)
        job.dialect, job.call = dialect, call
        envelope = job.envelope = dialect.read_envelope(call.body)
        job.alias, job.stream, job.size_bytes = envelope.model, envelope.stream, envelope.size_bytes
        job.max_output_tokens = envelope.max_output_tokens
        if dialect.files is not None and dialect.files.mark in call.body:
            await self._with_files(job, envelope)
        plan = job.plan = self.registry.find(job.alias) or await self._discovered(job)
        self.admission.check(job, plan)
        if not plan.priced:
            await self._learn_prices(job, plan)
        return explained(self._chooser, job, plan, self._clock)

    async def check_model(self, identity: KeyIdentity, model: str, operation: OperationName) -> None:
        """Refuse a model that may not be asked for; nothing is sent, counted or held.

        Raises: UnknownModel, ModelUnavailable, NotAllowed.
        """
        job = self._job(identity, operation, self._clock.monotonic_s())
        job.alias = model
        await self._find(job)

    async def answer(self, call: ServedCall, *, part_of: str) -> Answered:
        """Answer a call that was handed in earlier, word for word as a door would; cancelling stops it.

        ``part_of`` names what it belongs to and stands in its row of the ledger.
        """
        reply, dialect = KeptReply(), self.registry.dialects[call.dialect]
        job = self._job(call.identity, dialect.operation, call.received_at_s)
        job.call, job.reply, job.dialect = call, reply, dialect
        is_in = False
        try:
            self.admission.enter()
            is_in = True
            job.task = asyncio.current_task()
            try:
                await self._serve(job, call)
            except (InvalidRequest, UpstreamRefused) as refusal:
                await self._serve_again(job, call, refusal)
        except SalonError as error:
            replies.fail(job, error)
        except asyncio.CancelledError:
            replies.fail(job, ShuttingDown(retry_after_s=1))
            raise
        except Exception:  # supervises one request, as in serve
            _logger.exception("request %s failed", job.request_id)
            replies.fail(job, Internal(request_id=job.request_id))
        finally:
            if is_in:
                self.admission.leave()
            job.decision = part_of if job.decision is None else f"{part_of}: {job.decision}"
            self._close(job)
        return replies.answered(job, reply)

    # -- own --------------------------------------------------------------------------------------
    def _job(self, identity: KeyIdentity, operation: OperationName, started_s: float) -> Job:
        return Job(
            RequestId(new_id("req")),
            identity,
            operation,
            self._clock.now_ms(),
            started_s,
            started_s + self.options.total_timeout_s,
            self._loop.extend_hold,
        )

"""Requests that a provider answers later, in a batch of its own: what is sent, and what came of it.

Nothing is sent from here. A line is written as the provider would be asked at once, and its answer is read
as if it had just come from the socket: so dialects, prices, rows and words of errors are those of any
request.
"""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import InvalidRequest, SalonError, UnknownModel, Unsupported
from salon.foundation.kit.ids import RequestId
from salon.foundation.kit.in_place import Gate
from salon.foundation.ledger import Hold
from salon.foundation.messages import OperationName, UsageDetails
from salon.gateway import replies
from salon.gateway.accounting import Accountant, expected_tokens
from salon.gateway.admission import Admission
from salon.gateway.attempts import AttemptLoop
from salon.gateway.choice.chooser import Chooser
from salon.gateway.exchange import Answered, ServedCall
from salon.gateway.kept_reply import KeptReply
from salon.gateway.options import GatewayOptions
from salon.gateway.ports import LedgerPort, PayloadWatch
from salon.gateway.pricing import Price
from salon.gateway.protocols.base import Dialect, DialectName, Envelope
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.registry import Registry
from salon.gateway.registry.target import Target
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.job import Job
from salon.gateway.relay.readers import BodyReader
from salon.gateway.routing.reactions import is_uncertain

SERVICE: Final = "batch"
"""What the price tables call it."""
_JSON: Final = [(b"content-type", b"application/json")]
_HEADERS: Final = {b"content-type": b"application/json"}


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is handed over, and the most it may cost."""

    body: bytes
    """In the provider's dialect."""
    estimate_e10: int


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of one line."""

    identity: KeyIdentity
    dialect: DialectName
    question: bytes
    """As its caller wrote it."""
    target: Target
    status: int
    answer: bytes
    request_id: RequestId
    """Its row in the ledger; the same one however often the answer is read."""
    sent_at_ms: int
    part_of: str
    hold: Hold | None
    is_booked: bool
    """Its row is there already."""


class Handing:
    """Writes and reads lines of providers' own batches. One event loop."""

    def __init__(
        self,
        registry: Registry,
        ledger: LedgerPort,
        accountant: Accountant,
        *,
        admission: Admission,
        chooser: Chooser,
        loop: AttemptLoop,
        clock: Clock,
        options: GatewayOptions,
        payloads: Callable[[], PayloadWatch | None],
        with_files: Callable[[Job, Envelope], Awaitable[Envelope]],
        know_prices: Callable[[Job, Plan], Awaitable[None]],
    ) -> None:
        self._registry = registry
        self._ledger = ledger
        self._accountant = accountant
        self._admission = admission
        self._chooser = chooser
        self._loop = loop
        self._clock = clock
        self._options = options
        self._payloads = payloads
        self._with_files = with_files
        self._know_prices = know_prices

    # -- deciding ---------------------------------------------------------------------------------
    async def target_for(self, identity: KeyIdentity, dialect: DialectName, model: str) -> Target | str:
        """Return where all lines that ask for ``model`` may be handed over, or why they are asked here."""
        plan = self._plan(model)
        if plan is None or not plan.route.targets:
            return f"“{model[:200]}” is not known"
        job = self._job(identity, self._registry.dialects[dialect])
        job.alias, job.plan = model, plan
        try:
            self._admission.check(job, plan)
        except SalonError as error:
            return error.message
        reason = _routed(plan) or self._bound(job)
        if reason is not None:
            return reason
        target = plan.route.targets[0]
        if not plan.priced:
            await self._know_prices(job, plan)
        return self._unfit(job, plan, target) or target

    def _bound(self, job: Job) -> str | None:
        """Say which promise about the requests of a key could not be kept elsewhere."""
        identity = job.identity
        counts = identity.limits.counts_anything() or (identity.lineage and identity.lineage.counters)
        if counts:
            return "its key has limits of requests, tokens or concurrency, which are kept here alone"
        if any(residence.promises for residence in self._chooser.residences(job)):
            return "promises about the data are asked for, and a provider keeps batches for some time"
        return None

    def _unfit(self, job: Job, plan: Plan, target: Target) -> str | None:
        """Say why a target takes no batches of such lines."""
        way = target.link.batches
        assert job.dialect is not None
        if way is None:
            return f"“{target.link.name}” is not known to take batches"
        if target.link.limits is not None:
            return f"limits are set for “{target.link.name}”, which are kept here alone"
        try:
            spoken = target.endpoint(job.dialect.name, job.operation).dialect.name
        except SalonError as error:
            return error.message
        if spoken not in way.api.endpoints:
            return f"the batches of “{target.link.name}” do not {job.operation}"
        if not self._chooser.allows(job, target):
            return f"the requests may not be taken to “{target.link.name}”"
        price = plan.price_at(target, job.started_at_ms)
        return None if _is_cheaper(price) else f"no lower price for batches of “{target.name}” is known"

    def find(self, name: str) -> Target | None:
        """Return the target of a batch that was handed over, if it is there still."""
        plan = self._plan(name)
        for target in plan.targets if plan is not None else ():
            if target.name == name and target.link.batches is not None:
                return target
        return None

    # -- sending ----------------------------------------------------------------------------------
    async def write(self, identity: KeyIdentity, dialect: DialectName, body: bytes, target: Target) -> Handed:
        """Return a line as ``target`` takes it. Raises: SalonError for one that it cannot take."""
        job = self._read(identity, dialect, body)
        plan, envelope = job.plan, job.envelope
        assert envelope is not None
        if plan is None:
            raise UnknownModel(field="model", model=envelope.model[:200], nearest="")
        if envelope.stream:
            raise InvalidRequest(field="stream", problem="A batch answers whole. Leave it out.")
        self._admission.check(job, plan)
        served = job.dialect
        if served is not None and served.files is not None and served.files.mark in body:
            await self._with_files(job, envelope)
        if self._chooser.choose(job, plan)[0].name != target.name:
            raise Unsupported(field="model", problem=f"This line goes elsewhere than {target.name}.")
        price = plan.price_at(target, job.started_at_ms)
        endpoint = target.endpoint(dialect, job.operation)
        written = self._loop.body_for(job, target, endpoint)
        estimate = None
        if price is not None:
            estimate = price.estimate(*expected_tokens(job, self._options), SERVICE)
        job.release()
        return Handed(body=written, estimate_e10=estimate or 0)

    async def hold(
        self, identity: KeyIdentity, amount_e10: int, *, target: Target, at_ms: int
    ) -> Hold | None:
        """Hold money for lines that are handed over. Raises: BudgetExceeded, Unpriced, StorageError."""
        price = target.price_at(at_ms)
        currency = price.currency if price is not None else "USD"
        return await self._ledger.reserve(
            identity.budget_ids, amount_e10, model=target.name, at_ms=at_ms, currency=currency
        )

    # -- receiving --------------------------------------------------------------------------------
    def read(self, returned: Returned) -> Answered | None:
        """Book a line's answer and return it in its caller's words.

        None for a failure that asking again may mend: nothing is booked, and its hold is given back.
        """
        job = self._read(returned.identity, returned.dialect, returned.question)
        job.request_id, job.hold, job.settled = returned.request_id, returned.hold, returned.is_booked
        job.started_at_ms = returned.sent_at_ms
        reply = KeptReply()
        watch = None if returned.is_booked else self._payloads()
        job.reply = reply if watch is None else watch.watch(job, reply)
        attempt = self._attempt(job, returned)
        error = attempt.error
        if error is not None and error.retryable and not is_uncertain(error):
            if returned.hold is not None:
                returned.hold.release()
            job.release()
            return None
        self._accountant.close_attempt(job, attempt, attempt.ended_s)
        if error is None:
            replies.send_whole(job, attempt)
        else:
            replies.fail(job, error)
        job.decision = returned.part_of
        self._accountant.settle(job)
        if watch is not None:
            watch.end(job)
        answered = replies.answered(job, reply)
        job.release()
        return answered

    def _attempt(self, job: Job, returned: Returned) -> Attempt:
        """Return an attempt whose answer has come."""
        target, now_s = returned.target, self._clock.monotonic_s()
        endpoint = target.endpoint(returned.dialect, job.operation)
        if endpoint.dialect is not job.dialect or endpoint.rewrite_strictly is not None:
            with contextlib.suppress(SalonError):
                self._loop.body_for(job, target, endpoint)  # what got lost on the way there stands in its row
        at_ms = returned.sent_at_ms
        attempt = Attempt(job, target, endpoint, False, self._options, self._clock, at_ms, now_s, Gate(None))
        job.target = target
        attempt.on_head(returned.status, _JSON)
        attempt.on_data(returned.answer)
        attempt.on_end()
        attempt.ended_s = now_s
        reader = attempt.reader
        if isinstance(reader, BodyReader) and reader.usage is not None:
            details = msgspec.structs.replace(reader.usage.details or UsageDetails(), service=SERVICE)
            reader.usage = msgspec.structs.replace(reader.usage, details=details)
        return attempt

    # -- own --------------------------------------------------------------------------------------
    def _read(self, identity: KeyIdentity, dialect: DialectName, body: bytes) -> Job:
        """Return the job of a line. Raises: InvalidRequest."""
        served = self._registry.dialects[dialect]
        job = self._job(identity, served)
        job.call = ServedCall(dialect, identity, _HEADERS, body, job.started_s)
        job.dialect = served
        envelope = job.envelope = served.read_envelope(body)
        job.alias, job.stream, job.size_bytes = envelope.model, False, envelope.size_bytes
        job.max_output_tokens = envelope.max_output_tokens
        job.plan = self._plan(envelope.model)
        return job

    def _plan(self, model: str) -> Plan | None:
        try:
            return self._registry.find(model)
        except SalonError:
            return None  # it cannot be used now

    def _job(self, identity: KeyIdentity, dialect: Dialect) -> Job:
        operation: OperationName = dialect.operation
        now_s = self._clock.monotonic_s()
        job = Job(RequestId(""), identity, operation, self._clock.now_ms(), now_s, now_s)
        job.dialect = dialect
        return job


def _routed(plan: Plan) -> str | None:
    """Say what about a name decides for each request anew where it goes."""
    for is_so, reason in (
        (plan.rules, "rules decide where each request goes"),
        (plan.split is not None, "its requests are split"),
        (plan.mirror is not None, "a share of its requests is mirrored"),
        (plan.cache, "its answers are cached"),
        (plan.route.needs_order, "each request goes to another target"),
    ):
        if is_so:
            return f"“{plan.name}”: {reason}"
    return None


def _is_cheaper(price: Price | None) -> bool:
    """Tell whether batches are known to cost less, and nothing of them more."""
    tiers: Sequence[object] | None = None if price is None else price.services.get(SERVICE)
    if price is None or not tiers:
        return False
    usual, lower = price.tiers[0], price.services[SERVICE][0]
    rates = ((usual.input, lower.input), (usual.output, lower.output))
    return all(less <= more for more, less in rates) and any(less < more for more, less in rates)

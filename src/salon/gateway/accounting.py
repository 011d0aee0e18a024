"""What a request is held to cost, and the rows that say what it did cost. Each request settles once."""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import ClientGone, InvalidRequest, SalonError, ShuttingDown
from salon.foundation.ledger import AttemptEntry, RequestEntry, RequestStatus, UsageSource
from salon.foundation.messages import OperationRequest, Usage, UsageDetails, service_tier
from salon.gateway.observer import Observer
from salon.gateway.operations import WEIGHED
from salon.gateway.options import GatewayOptions
from salon.gateway.ports import LedgerPort
from salon.gateway.pricing import Price
from salon.gateway.protocols.fields import field_value
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.target import Target
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.counting import HELD_BYTES_PER_TOKEN, estimated_usage
from salon.gateway.relay.job import Job
from salon.gateway.relay.readers import FailureReader

_NOTHING: Final = Usage()
_UNCOUNTED: Final = Usage(details=UsageDetails(uncounted=1))
_SERVICE_FIELDS: Final = ("service_tier", "serviceTier", "speed")
_MOST_LOST: Final = 1000
"""Characters of names that are kept; a provider can invent as many as it likes."""
_MOST_ANSWERS: Final = 1000
"""More than any provider gives at once."""
_MOST_DIGITS: Final = 9


def expected_tokens(job: Job, options: GatewayOptions) -> tuple[int, int]:
    """Return how many tokens in and out to count on before anything is known; a count uses none."""
    if job.dialect is not None and job.dialect.counts:
        return 0, 0
    expected = job.expected_tokens
    if expected is None:
        output = options.assumed_output_tokens
        # Below one there is no limit; counted as it stands, it would give money and tokens back.
        if job.max_output_tokens is not None and 0 < job.max_output_tokens < output:
            output = job.max_output_tokens
        if job.envelope is None or "n" in job.envelope.fields:
            output *= _answers(job)
        expected = job.expected_tokens = (-(-job.size_bytes // HELD_BYTES_PER_TOKEN), output)
    return expected


def _answers(job: Job) -> int:
    """Return how many answers are asked for; each may be as long as the limit."""
    number: object = None
    if job.envelope is not None and job.request is None:
        if "n" not in job.envelope.fields:
            return 1
        number = field_value(job.envelope.fields, "n")
        if isinstance(number, str) and number.isascii() and number.isdecimal():  # in a form, all is text
            number = int(number[:_MOST_DIGITS])
    elif job.request is not None:
        number = job.request.n
    return int(min(number, _MOST_ANSWERS)) if isinstance(number, int | float) and number > 1 else 1


def reserve_now(job: Job, plan: Plan, ledger: LedgerPort, options: GatewayOptions) -> bool:
    """Hold money on the identity's budget if it is at hand; else return False: ask ``reserve``."""
    budget_ids = job.identity.budget_ids
    if not budget_ids:
        return True
    tokens_in, tokens_out = job.expected_tokens or expected_tokens(job, options)
    at_ms = job.started_at_ms
    pieces = None if job.operation == "chat" else _pieces(job)
    estimate, currency = plan.estimate(
        tokens_in, tokens_out, at_ms=at_ms, service=_service(job), pieces=pieces
    )
    hold = ledger.reserve_now(budget_ids, estimate, at_ms=at_ms, currency=currency)
    if hold is None:
        return False
    job.hold = hold
    if pieces is None:
        job.held_bytes = tokens_out * HELD_BYTES_PER_TOKEN
    return True


async def reserve(job: Job, plan: Plan, ledger: LedgerPort, options: GatewayOptions) -> None:
    """Hold money on the identity's budgets. Raises: BudgetExceeded, Unpriced."""
    await job.in_task()
    tokens_in, tokens_out = expected_tokens(job, options)
    at_ms = job.started_at_ms
    pieces = None if job.operation == "chat" else _pieces(job)
    estimate, currency = plan.estimate(
        tokens_in, tokens_out, at_ms=at_ms, service=_service(job), pieces=pieces
    )
    job.hold = await ledger.reserve(
        job.identity.budget_ids, estimate, model=job.alias, at_ms=at_ms, currency=currency
    )
    if job.hold is not None and estimate is not None and pieces is None:
        job.held_bytes = tokens_out * HELD_BYTES_PER_TOKEN


def _pieces(job: Job) -> UsageDetails | None:
    """Return what a request will use that is no tokens, as far as it says so; None where that is nothing."""
    return _weight(job).details if job.operation in WEIGHED else None


def _weight(job: Job) -> Usage:
    """Return what a request alone says is used; that nobody knows, where it cannot be read."""
    request = job.request
    if request is None and job.dialect is not None and job.envelope is not None:
        try:
            request = job.request = job.dialect.decode_request(job.envelope)
        except InvalidRequest:
            return _UNCOUNTED  # the provider may understand what we do not
    return (isinstance(request, OperationRequest) and request.weight()) or _UNCOUNTED


def _described(job: Job, usage: Usage, details: UsageDetails) -> Usage:
    """Return the count of pictures with what the request says of them where the answer does not."""
    if details.image_size is not None and details.image_quality is not None:
        return usage
    asked = _pieces(job) or details
    completed = msgspec.structs.replace(
        details,
        image_size=details.image_size or asked.image_size,
        image_quality=details.image_quality or asked.image_quality,
    )
    return msgspec.structs.replace(usage, details=completed)


def may_spend_at(job: Job, target: Target) -> bool:
    """Tell whether the money held may be spent at ``target``: at one without a price only if allowed."""
    return job.hold is None or price_of(job, target) is not None or job.hold.allows_unpriced


def price_of(job: Job, target: Target) -> Price | None:
    """Return the price that was in force for ``target`` when the request was made."""
    plan = job.plan
    if target.dated is None and (plan is None or plan.dated is None):
        return target.price
    at_ms = job.started_at_ms
    return target.price_at(at_ms) if plan is None else plan.price_at(target, at_ms)


def _service(job: Job) -> str | None:
    """Return the service tier that is asked for; what is not the standard one has another price."""
    if job.envelope is None:
        return None
    fields = job.envelope.fields
    for name in _SERVICE_FIELDS:
        if name in fields:
            return service_tier(field_value(fields, name))
    return None


class Accountant:
    """Turns ended attempts and requests into rows of the ledger."""

    def __init__(self, ledger: LedgerPort, clock: Clock, observer: Observer | None) -> None:
        self._ledger = ledger
        self._clock = clock
        self._observer = observer

    def close_attempt(self, job: Job, attempt: Attempt, now_s: float) -> AttemptEntry:
        """Write down what became of one attempt that has ended now."""
        error = attempt.error
        reader = attempt.reader
        usage = reader.usage if error is None and reader is not None else None
        source: UsageSource = "provider"
        if usage is None:
            usage, source = _usage_of(job, attempt)
        if usage.details is not None and usage.details.images:
            usage = _described(job, usage, usage.details)
        target, started_s, first_s = attempt.target, attempt.started_s, attempt.first_byte_s
        price = price_of(job, target)
        currency, version = (price.currency, price.version) if price is not None else ("USD", None)
        cost: int | None = 0
        if source != "none":
            cost = price.cost(usage) if price is not None else None
            if target.link.reported_cost is not None and usage.raw is not None:
                told = target.link.reported_cost(usage.raw)
                if told is not None:
                    cost, currency, version = told, "USD", f"told by {target.link.kind}"
        service = details = None
        if usage.details is not None:
            service, details = usage.details.service, msgspec.json.encode(usage.details).decode()
        entry = AttemptEntry(
            job.request_id,
            len(job.attempts) + 1,
            target.link.id,
            target.link.kind,
            target.model,
            "ok" if error is None else _status(error, begun=job.begun),
            attempt.status,
            error.code if error is not None else None,
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
            details,
            service,
            cost,
            currency,
            version,
            attempt.started_at_ms,
            None if first_s is None else int((first_s - started_s) * 1000 + 0.5),
            int((now_s - started_s) * 1000 + 0.5),
        )
        if source != "none" or job.usage_source == "none":
            job.usage_source = source
        job.attempts.append(entry)
        return entry

    def settle(self, job: Job) -> RequestEntry | None:
        """Write the rows of an ended request, give its place and its money back. Only the first time."""
        if job.settled:
            return None
        job.settled = True
        now_s, started_s, first_s = self._clock.monotonic_s(), job.started_s, job.first_token_s
        attempts, target, error = job.attempts, job.target, job.error
        caller = job.identity.caller
        count = len(attempts)
        sums = attempts[0] if count == 1 else _Sums(attempts)
        status = job.status or (error.status if error is not None else 200)
        is_alone = error is None and sums.status == "ok" and sums.http_status == status
        entry = RequestEntry(
            job.request_id,
            caller.space_id,
            caller.person_id,
            caller.key_id,
            job.dialect.name if job.dialect is not None else "events",
            job.operation if job.mirror_of is None else "mirror",
            job.alias,
            sums.provider_id,
            sums.provider_kind,
            sums.model,
            target.name if target is not None else None,
            job.decision,
            "ok" if error is None else _status(error, begun=job.begun),
            status,
            error.code if error is not None else None,
            job.stream,
            job.cache,
            count,
            sums.input_tokens,
            sums.output_tokens,
            sums.cached_tokens,
            sums.cache_write_tokens,
            sums.reasoning_tokens,
            sums.details,
            sums.service,
            job.usage_source,
            sums.cost_e10,
            sums.currency,
            sums.price_version,
            job.started_at_ms,
            None if first_s is None else max(0, int((first_s - started_s) * 1000 + 0.5)),
            int((now_s - started_s) * 1000 + 0.5),
            sums.started_at_ms if is_alone else None,
            sums.first_byte_ms if is_alone else None,
            sums.duration_ms if is_alone else None,
            ", ".join(sorted(job.lost))[:_MOST_LOST] if job.lost else None,
        )
        self._ledger.record(entry, attempts, hold=job.hold)
        if job.ticket is not None:
            job.ticket.settle(entry.input_tokens + entry.output_tokens)
            job.ticket.release()
        if self._observer is not None:
            self._observer.on_request_end(entry, attempts, traceparent=job.traceparent())
        return entry


class _Sums:
    """What all attempts of a request used and cost together, where it was not one; the rest is the last's."""

    status = http_status = started_at_ms = first_byte_ms = duration_ms = None

    def __init__(self, attempts: Sequence[AttemptEntry]) -> None:
        last = attempts[-1] if attempts else None
        self.provider_id = last.provider_id if last is not None else None
        self.provider_kind = last.provider_kind if last is not None else None
        self.model = last.model if last is not None else None
        self.service = last.service if last is not None else None
        self.currency = last.currency if last is not None else "USD"
        self.price_version = last.price_version if last is not None else None
        self.input_tokens = sum([one.input_tokens for one in attempts])
        self.output_tokens = sum([one.output_tokens for one in attempts])
        self.cached_tokens = sum([one.cached_tokens for one in attempts])
        self.cache_write_tokens = sum([one.cache_write_tokens for one in attempts])
        self.reasoning_tokens = sum([one.reasoning_tokens for one in attempts])
        self.cost_e10 = total_cost(attempts)
        self.details = _sum_of_details([one.details for one in attempts if one.details is not None])


def _sum_of_details(texts: Sequence[str]) -> str | None:
    """Return the rare counts of several attempts added up."""
    total: dict[str, int | str] = {}
    for text in texts:
        for name, value in msgspec.json.decode(text, type=dict[str, int | str]).items():
            known = total.get(name)
            total[name] = known + value if isinstance(known, int) and isinstance(value, int) else value
    return msgspec.json.encode(total).decode() if total else None


def total_cost(attempts: Sequence[AttemptEntry]) -> int | None:
    """Return what all attempts cost together.

    None when one of them has no price, or they were paid in several currencies: no rate is known between.
    """
    total = 0
    currency: str | None = None
    for attempt in attempts:
        cost = attempt.cost_e10
        if cost is None:
            return None
        if cost:
            if currency is not None and attempt.currency != currency:
                return None
            currency = attempt.currency
            total += cost
    return total


def _usage_of(job: Job, attempt: Attempt) -> tuple[Usage, UsageSource]:
    """Return the provider's count, else ours where the model has said something, else nothing."""
    reader = attempt.reader
    if reader is None or isinstance(reader, FailureReader):
        return _NOTHING, "none"
    counted = reader.usage
    if counted is not None and (attempt.error is None or counted.output_tokens * 4 >= reader.output_bytes):
        return counted, "provider"
    if attempt.error is not None and not reader.output_bytes and not isinstance(attempt.error, ClientGone):
        # Began and broke off without a word; a provider that counts says so.
        return (counted, "provider") if counted is not None else (_NOTHING, "none")
    if job.operation in WEIGHED:
        return _weight(job), "estimated"
    estimate = estimated_usage(job.size_bytes, reader.output_bytes)
    if counted is not None and counted.input_tokens:
        # Cut in the middle: what went in was counted (Anthropic does so first), what came out was not.
        estimate = Usage(
            input_tokens=counted.input_tokens,
            output_tokens=max(counted.output_tokens, estimate.output_tokens),
            cached_tokens=counted.cached_tokens,
            cache_write_tokens=counted.cache_write_tokens,
            details=counted.details,
            estimated=True,
        )
    return estimate, "estimated"


def _status(error: SalonError, *, begun: bool) -> RequestStatus:
    if isinstance(error, ClientGone):
        return "cancelled"
    return "interrupted" if begun or isinstance(error, ShuttingDown) else "error"

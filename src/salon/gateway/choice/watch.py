"""The limits of providers, and what is under way at targets that somebody watches."""

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import ProviderLimited, RateLimited
from salon.foundation.ledger import AttemptEntry
from salon.gateway.accounting import expected_tokens
from salon.gateway.limits import Limiter, Ticket
from salon.gateway.options import GatewayOptions
from salon.gateway.registry.target import Headers, Target
from salon.gateway.relay.job import Job


class Watch:
    """Counts attempts at targets with a meter."""

    def __init__(self, limiter: Limiter, options: GatewayOptions, clock: Clock) -> None:
        self._limiter = limiter
        self._options = options
        self._clock = clock

    async def enter(self, job: Job, target: Target) -> Ticket | None:
        """Count an attempt in, at the target and at its provider. Raises: ProviderLimited."""
        limits, ticket = target.link.limits, None
        if limits is not None:
            try:
                ticket = await self._admit(job, target, limits)
            except RateLimited as error:
                target.breaker.let_go()
                raise ProviderLimited(
                    provider=target.link.name,
                    limit=error.fields["limit"],
                    retry_after_s=error.fields["retry_after_s"],
                ) from error
        if target.meter is not None:
            target.meter.enter(self._clock.monotonic_s())
        return ticket

    async def _admit(self, job: Job, target: Target, limits: KeyLimits) -> Ticket:
        tokens = sum(expected_tokens(job, self._options))
        name = _counter(target)
        ticket = self._limiter.admit_now(name, limits, tokens=tokens)
        if ticket is None:
            await job.in_task()
            ticket = await self._limiter.admit(name, limits, tokens=tokens)
        return ticket

    def leave(self, target: Target, ticket: Ticket | None, entry: AttemptEntry, headers: Headers) -> None:
        """Count it out, with what it used and what the provider said about its own limits."""
        if target.meter is not None:
            target.meter.leave()
            target.meter.hear(headers, self._clock.monotonic_s())
        if ticket is not None:
            ticket.settle(entry.input_tokens + entry.output_tokens)
            ticket.release()

    def used(self, target: Target) -> float:
        """Return the larger share used: of the limits set here, as this process knows, or of its own."""
        meter, limits = target.meter, target.link.limits
        said = meter.used(self._clock.monotonic_s()) if meter is not None else None
        ours = self._limiter.used(_counter(target), limits) if limits is not None else 0.0
        return max(said or 0.0, ours)


def _counter(target: Target) -> str:
    return f"provider:{target.link.id}"

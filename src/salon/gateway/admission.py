"""Who may come in: rights, allowed models and operations, limits, and the number of requests at once."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import NotAllowed, Overloaded
from salon.gateway.accounting import expected_tokens
from salon.gateway.limits import Limiter
from salon.gateway.options import GatewayOptions
from salon.gateway.registry.plan import Plan
from salon.gateway.relay.job import Job

_RETRY_AFTER_S: Final = 1
_USE_MODELS: Final = Right.USE_MODELS


class Admission:
    """Counts the requests under way and asks the limiter about keys that have limits."""

    def __init__(self, limiter: Limiter | None, options: GatewayOptions) -> None:
        self._limiter = limiter
        self._options = options
        self.active = 0
        """Requests under way."""
        self.shed = 0
        """Requests refused because there were too many."""

    def enter(self) -> None:
        """Count a request in. Raises: Overloaded; then it is not counted."""
        if self.active >= self._options.max_concurrency:
            self.shed += 1
            raise Overloaded(retry_after_s=_RETRY_AFTER_S)
        self.active += 1

    def leave(self) -> None:
        """Count a request out."""
        self.active -= 1

    def check(self, job: Job, plan: Plan) -> None:
        """Check that the identity may use what it asks for. Raises: NotAllowed."""
        identity = job.identity
        limits = identity.limits
        if _USE_MODELS not in identity.caller.rights:
            raise NotAllowed(right="to use models")
        if limits.operations and not limits.allows_operation(job.operation):
            raise NotAllowed(right=f"to call “{job.operation}”")
        if limits.models and not any(limits.allows_model(name) for name in plan.names):
            raise NotAllowed(right=f"to use the model “{job.alias}”")

    def count_now(self, job: Job) -> bool:
        """Count the request against the limits of its key; False if others must be asked: ``count``.

        Raises: RateLimited.
        """
        limiter, identity = self._limiter, job.identity
        limits = identity.limits
        if limiter is None or not limits.counts_anything():
            return True
        given, made = expected_tokens(job, self._options)
        ticket = job.ticket = limiter.admit_now(
            identity.counter_key, limits, tokens=given + made, lineage=identity.lineage
        )
        return ticket is not None

    async def count(self, job: Job) -> None:
        """Count the request against the limits of its key. Raises: RateLimited."""
        identity = job.identity
        if self._limiter is not None and identity.limits.counts_anything():
            given, made = expected_tokens(job, self._options)
            await job.in_task()
            job.ticket = await self._limiter.admit(
                identity.counter_key, identity.limits, tokens=given + made, lineage=identity.lineage
            )

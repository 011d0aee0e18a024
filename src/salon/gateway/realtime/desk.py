"""What all sessions share, and the bounds they are under."""

from collections.abc import Awaitable, Callable

import msgspec

from salon.foundation.accounts import KeyIdentity, Lineage
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import RequestId, new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import AttemptEntry, Hold
from salon.foundation.messages import Usage
from salon.gateway.accounting import Accountant, price_of
from salon.gateway.attempts import AttemptLoop
from salon.gateway.choice.chooser import Chooser
from salon.gateway.choice.watch import Watch
from salon.gateway.limits import Limiter, Ticket
from salon.gateway.options import GatewayOptions
from salon.gateway.ports import LedgerPort
from salon.gateway.protocols.realtime import DIALECT
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.registry import Registry
from salon.gateway.registry.target import Headers, Target
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.job import Job


class RealtimeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on sessions. Times in seconds."""

    open_timeout_s: float = 8.0
    """For one provider to open a session and say its first word; clients wait ten seconds for all of it."""
    idle_timeout_s: float = 900.0
    """Longest silence of both sides together."""
    max_duration_s: float = 3600.0
    max_message_bytes: int = 16 * 1024 * 1024
    """One message of either side. OpenAI takes 15 MiB of audio at once."""
    max_sessions: int = 1000
    """Open at once in this process."""
    sessions_per_key: int = 100
    """Open at once in this process for one key, if its own limit is not lower."""
    stall_timeout_s: float = 60.0
    """How long one side may leave no room for a message."""
    drain_s: float = 5.0
    """How long answers under way may go on when this process ends."""


class Desk(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The parts of the gateway that sessions use."""

    registry: Registry
    ledger: LedgerPort
    accountant: Accountant
    limiter: Limiter | None
    loop: AttemptLoop
    chooser: Chooser
    watch: Watch
    clock: Clock
    options: GatewayOptions
    bounds: RealtimeOptions
    supervisor: TaskSupervisor
    find: Callable[[Job], Awaitable[Plan]]
    """Finds what the job's name means and whether who asks may use it; counts nothing."""
    admit: Callable[[Job], Awaitable[Plan]]
    """Does the same, and counts it as a request."""
    know_prices: Callable[[Job, Plan], Awaitable[None]]

    def job(self, identity: KeyIdentity, alias: str) -> Job:
        """Return a job of a session: its opening, a response, or a transcription."""
        now_s = self.clock.monotonic_s()
        job = Job(
            request_id=RequestId(new_id("req")),
            identity=identity,
            operation="realtime",
            started_at_ms=self.clock.now_ms(),
            started_s=now_s,
            deadline_s=now_s + self.bounds.max_duration_s,
        )
        job.alias, job.stream, job.dialect, job.expected_tokens = alias, True, DIALECT, (0, 0)
        return job

    async def hold(self, job: Job, tokens: tuple[int, int] | None) -> Hold | None:
        """Hold what so many tokens cost at the job's target, or nothing at all for ``None``.

        Raises: BudgetExceeded, Unpriced.
        """
        target, budget_ids = job.target, job.identity.budget_ids
        if target is None or not budget_ids:
            return None
        price = price_of(job, target)
        return await self.ledger.reserve(
            budget_ids,
            0 if tokens is None else price.estimate(*tokens) if price is not None else None,
            model=job.alias,
            at_ms=job.started_at_ms,
            currency=price.currency if price is not None else "USD",
        )

    async def hold_cost(self, job: Job, usage: Usage) -> Hold | None:
        """Hold what something cost that has been done. Raises: BudgetExceeded, Unpriced."""
        target, budget_ids = job.target, job.identity.budget_ids
        if target is None or not budget_ids:
            return None
        price = price_of(job, target)
        return await self.ledger.reserve(
            budget_ids,
            price.cost(usage) if price is not None else None,
            model=job.alias,
            at_ms=job.started_at_ms,
            currency=price.currency if price is not None else "USD",
        )

    async def count(self, identity: KeyIdentity, tokens: int) -> Ticket | None:
        """Count a response of about ``tokens`` tokens at its key and those above. Raises: RateLimited.

        It takes no place among the requests at once: its session has one.
        """
        if self.limiter is None or not identity.limits.counts_anything():
            return None
        limits = msgspec.structs.replace(identity.limits, concurrency=None)
        ticket = await self.limiter.admit(
            identity.counter_key, limits, tokens=tokens, lineage=_without_places(identity.lineage)
        )
        ticket.release()
        return ticket

    def close(self, job: Job, attempt: Attempt, error: SalonError | None) -> AttemptEntry:
        """Write the rows of something that has ended."""
        attempt.error = job.error = error
        job.status = 200 if error is None else 0
        entry = self.accountant.close_attempt(job, attempt, self.clock.monotonic_s())
        self.accountant.settle(job)
        return entry

    def leave(self, target: Target, ticket: Ticket | None, entry: AttemptEntry, headers: Headers) -> None:
        """Count something out at a provider where that is counted."""
        if target.meter is not None:
            self.watch.leave(target, ticket, entry, headers)


def _without_places(lineage: Lineage | None) -> Lineage | None:
    if lineage is None:
        return None
    counters = tuple(
        (name, msgspec.structs.replace(limits, concurrency=None)) for name, limits in lineage.counters
    )
    return Lineage(root=lineage.root, counters=counters)

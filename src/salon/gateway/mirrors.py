"""Requests that go to another target a second time: its answers are dropped, what they cost is written down.

A mirrored request waits for nobody and nobody waits for it: it is made beside the caller's own, pays from
no budget, is never retried, and is left out when too many are under way.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from salon.foundation.accounts import NO_LIMITS
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError, ShuttingDown
from salon.foundation.kit.ids import RequestId, new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.accounting import Accountant
from salon.gateway.attempts import AttemptLoop
from salon.gateway.choice.chooser import Chooser
from salon.gateway.choice.told import MIRROR
from salon.gateway.options import GatewayOptions
from salon.gateway.registry.plan import Mirror, Plan
from salon.gateway.relay.job import Job

_MOST: Final = 100


class Mirrors:
    """Sends a share of requests a second time. One event loop."""

    def __init__(
        self,
        loop: AttemptLoop,
        accountant: Accountant,
        chooser: Chooser,
        supervisor: TaskSupervisor,
        *,
        options: GatewayOptions,
        clock: Clock,
        know_prices: Callable[[Job, Plan], Awaitable[None]],
    ) -> None:
        self._loop = loop
        self._accountant = accountant
        self._chooser = chooser
        self._supervisor = supervisor
        self._options = options
        self._clock = clock
        self._know_prices = know_prices
        self.open = 0
        """Mirrored requests under way."""
        self.skipped = 0
        """Those that were left out because too many were."""

    def send(self, job: Job, mirror: Mirror) -> None:
        """Send ``job`` a second time, beside it, if it is of the share and may be taken there."""
        if job.operation != "chat" or random.random() >= mirror.share:  # noqa: S311 - a sample
            return
        if not self._chooser.allows(job, mirror.plan.targets[0]):
            return
        if self.open >= _MOST:
            self.skipped += 1
            return
        self.open += 1
        self._supervisor.spawn(self._run(self._copy(job, mirror.plan)), name="mirror")

    def _copy(self, job: Job, plan: Plan) -> Job:
        caller = Caller(kind="system", space_id=job.identity.caller.space_id)
        identity = msgspec.structs.replace(
            job.identity, caller=caller, limits=NO_LIMITS, budget_ids=(), lineage=None
        )
        now_s = self._clock.monotonic_s()
        copy = Job(
            RequestId(new_id("req")),
            identity,
            job.operation,
            self._clock.now_ms(),
            now_s,
            now_s + self._options.total_timeout_s,
        )
        copy.alias, copy.stream, copy.size_bytes = job.alias, job.stream, job.size_bytes
        copy.max_output_tokens = job.max_output_tokens
        copy.call, copy.dialect, copy.envelope = job.call, job.dialect, job.envelope
        copy.via, copy.request = job.via, job.request
        copy.plan, copy.mirror_of = plan, job.request_id
        return copy

    async def _run(self, job: Job) -> None:
        try:
            assert job.plan is not None
            if not job.plan.priced:
                await self._know_prices(job, job.plan)
            await self._loop.run(job)
            job.status = 200
        except SalonError as error:
            job.error = error
        except asyncio.CancelledError:
            job.error = ShuttingDown(retry_after_s=1)
            raise
        finally:
            self.open -= 1
            job.decision = f"{MIRROR}{job.mirror_of}"
            self._accountant.settle(job)
            job.release()

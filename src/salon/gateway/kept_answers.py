"""Answers given twice: for a request that was answered before, and for one sent again under its key."""

from typing import Final

from salon.foundation.kit.clock import Clock
from salon.gateway.answers import AnswerCache, IdempotencyKeys, Recorded, cache_key
from salon.gateway.choice.chooser import Chooser
from salon.gateway.exchange import ServedCall
from salon.gateway.registry.plan import Plan
from salon.gateway.relay.job import Job
from salon.gateway.routing.reactions import is_uncertain

CACHE_HEADER: Final = b"x-salon-cache"
"""``on`` or ``off``, whatever the setting of the model."""
IDEMPOTENCY_HEADER: Final = b"idempotency-key"


class KeptAnswers:
    """Finds answers and keeps them, in the cache and under idempotency keys; either may be absent."""

    def __init__(
        self,
        cache: AnswerCache | None,
        idempotency: IdempotencyKeys | None,
        *,
        chooser: Chooser,
        clock: Clock,
    ) -> None:
        self._cache = cache
        self._idempotency = idempotency
        self._chooser = chooser
        self._clock = clock

    async def find(self, job: Job, plan: Plan, call: ServedCall) -> Recorded | None:
        """Return the answer of an earlier request, or note where this one's is to be kept.

        Raises: Conflict, InvalidRequest for a key whose first request goes on or was another.
        """
        headers, envelope = call.headers, job.envelope
        assert envelope is not None
        space_id = job.identity.caller.space_id
        wish = headers.get(CACHE_HEADER)
        if self._cache is not None and (wish == b"on" or (plan.cache and wish != b"off")):
            variant = self._chooser.variant(job, plan) if plan.split is not None else ""
            job.cache_key = cache_key(space_id, call.dialect, plan, envelope, headers, variant=variant)
            known = self._cache.find(job.cache_key)
            if known is None and self._cache.is_shared:
                await job.in_task()
                known = await self._cache.fetch(job.cache_key)
            if known is not None:
                job.cache = "hit"
                return known
            job.sent = []
        key = headers.get(IDEMPOTENCY_HEADER)
        if key is not None and self._idempotency is not None:
            await job.in_task()
            content = b"\0".join((call.dialect.encode(), job.operation.encode(), envelope.content()))
            left_s = max(0.0, job.deadline_s - self._clock.monotonic_s())
            found = await self._idempotency.claim(job.identity.caller, key, content, timeout_s=left_s)
            if isinstance(found, Recorded):
                job.cache_key = None
                return found
            job.claim = found
            job.keeps_going = True
            job.sent = []
        return None

    def keep(self, job: Job, sent: list[bytes]) -> None:
        """Keep what was sent for an identical request, and under its idempotency key."""
        error = job.error
        answer = Recorded(
            status=job.status,
            is_stream=job.begun,
            body=b"".join(sent),
            route=job.target.name if job.target is not None else None,
            lost=tuple(job.lost),
            media_type=job.media_type,
            error_code=error.code if error is not None else None,
        )
        key, cache = job.cache_key, self._cache
        if key is not None and cache is not None and error is None and cache.put(key, answer):
            job.cache = "stored"
        claim = job.claim
        if claim is None:
            return
        if error is None or job.begun or is_uncertain(error):
            claim.keep(answer)
        else:
            claim.release()

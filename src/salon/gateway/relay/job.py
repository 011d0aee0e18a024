"""One request on its way through the gateway: what is known of it, and what became of it."""

import asyncio
from collections.abc import Callable
from typing import Any

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import RequestId
from salon.foundation.ledger import AttemptEntry, CacheUse, Hold
from salon.foundation.messages import ModelRequest
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.limits import Ticket
from salon.gateway.observer import ObservedRequest
from salon.gateway.protocols.base import Dialect, EncodeContext, Envelope
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.target import Target
from salon.gateway.relay.delivery import EventDelivery, StreamDelivery

NO_LIMIT = 1 << 62


def _ignore(_: object) -> None:
    pass


class Job:
    """The state of one request. Lives from its arrival to its row in the ledger."""

    __slots__ = (
        "alias", "attempt", "attempts", "cache", "call", "context", "cost_comment", "currency", "deadline_s",
        "delivery", "dialect", "envelope", "error", "first_token_s", "gone", "held_bytes", "hold", "identity",
        "keeps_going", "lost", "max_output_tokens", "observed", "on_over_limit", "operation", "plan", "reply", "request",
        "request_id", "settled", "size_bytes", "started_at_ms", "started_s", "status", "stream", "target",
        "task", "ticket", "usage_source", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        request_id: RequestId,
        identity: KeyIdentity,
        *,
        operation: str,
        started_at_ms: int,
        started_s: float,
        deadline_s: float,
    ) -> None:
        self.request_id = request_id
        self.identity = identity
        self.operation = operation
        self.started_at_ms = started_at_ms
        self.started_s = started_s
        self.deadline_s = deadline_s
        """Monotonic seconds when all attempts together have taken too long."""
        self.alias = ""
        """The model as the caller named it."""
        self.stream = False
        self.size_bytes = 0
        self.max_output_tokens: int | None = None
        # What the caller sent, and where the answer goes.
        self.call: ServedCall | None = None
        self.reply: Reply | None = None
        self.dialect: Dialect | None = None
        """The caller's; None for a caller inside the house."""
        self.envelope: Envelope | None = None
        self.request: ModelRequest | None = None
        """The whole request, once somebody needed it decoded."""
        self.context: EncodeContext | None = None
        self.delivery: StreamDelivery | EventDelivery | None = None
        self.cost_comment = False
        # Where it goes, and what it may cost.
        self.plan: Plan | None = None
        self.ticket: Ticket | None = None
        self.hold: Hold | None = None
        self.held_bytes = NO_LIMIT
        """Bytes of output that the money held pays for."""
        self.on_over_limit: Callable[[Any], None] = _ignore
        """Called with the attempt whose output passed ``held_bytes``."""
        # What happened.
        self.attempt: Any = None
        self.attempts: list[AttemptEntry] = []
        self.target: Target | None = None
        """The target of the last attempt."""
        self.lost: set[str] = set()
        self.cache: CacheUse = "none"
        self.usage_source = "none"
        self.currency = "USD"
        self.first_token_s: float | None = None
        self.status = 0
        """The HTTP status the caller got; 0 before it got one."""
        self.error: SalonError | None = None
        self.settled = False
        # When the caller leaves.
        self.gone = False
        self.keeps_going = False
        """The answer is made and kept although the caller has left (idempotency keys)."""
        self.task: asyncio.Task[Any] | None = None
        self.waiting = False
        """``task`` waits for something that may be cut short by cancelling it."""
        self.observed: ObservedRequest | None = None

    def leave(self) -> None:
        """Hear that the caller has left: stop what is under way, at once."""
        if self.gone or self.settled or self.keeps_going:
            return
        self.gone = True
        if self.attempt is not None:
            self.attempt.leave()
        elif self.waiting and self.task is not None:
            self.task.cancel()

    @property
    def begun(self) -> bool:
        """Tell whether something of an answer has been handed to the caller."""
        return self.delivery is not None and self.delivery.started

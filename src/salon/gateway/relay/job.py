"""One request on its way through the gateway: what is known of it, and what became of it."""

from collections.abc import Callable
from typing import Any

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import RequestId
from salon.foundation.kit.in_place import Cancellable, InPlace
from salon.foundation.ledger import AttemptEntry, CacheUse, Hold, UsageSource
from salon.foundation.messages import OperationName
from salon.gateway.answers import Claim
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.limits import Ticket
from salon.gateway.protocols.base import AnyRequest, Dialect, EncodeContext, Envelope
from salon.gateway.protocols.losses import Loss
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.target import Target
from salon.gateway.relay.delivery import EventDelivery, StreamDelivery

NO_LIMIT = 1 << 62


def _ignore(_: object) -> None:
    pass


class Job:
    """The state of one request. Lives from its arrival to its row in the ledger.

    A class with slots: every field is written many times, which costs a struct ten times as much.
    """

    __slots__ = (
        "alias",
        "attempt",
        "attempts",
        "cache",
        "cache_key",
        "call",
        "claim",
        "context",
        "cost_comment",
        "deadline_s",
        "decision",
        "delivery",
        "dialect",
        "envelope",
        "error",
        "expected_tokens",
        "first_token_s",
        "gone",
        "held_bytes",
        "hold",
        "identity",
        "in_place",
        "keeps_going",
        "lost",
        "max_output_tokens",
        "media_type",
        "mirror_of",
        "on_over_limit",
        "operation",
        "plan",
        "replayed",
        "reply",
        "request",
        "request_id",
        "sent",
        "settled",
        "size_bytes",
        "started_at_ms",
        "started_s",
        "status",
        "stream",
        "target",
        "task",
        "ticket",
        "usage_source",
        "via",
        "waiting",
    )

    def __init__(  # noqa: PLR0915, PLR0917 - one field a line; by place, for it is made per request
        self,
        request_id: RequestId,
        identity: KeyIdentity,
        operation: OperationName,
        started_at_ms: int,
        started_s: float,
        deadline_s: float,
        on_over_limit: Callable[[Any], None] = _ignore,
    ) -> None:
        self.request_id = request_id
        self.identity = identity
        self.operation: OperationName = operation
        self.started_at_ms = started_at_ms
        self.started_s = started_s
        self.deadline_s = deadline_s
        """Monotonic seconds when all attempts together have taken too long."""
        self.alias: str = ""
        """The model as the caller named it."""
        self.stream: bool = False
        self.size_bytes: int = 0
        self.max_output_tokens: int | None = None
        self.expected_tokens: tuple[int, int] | None = None
        """How many tokens in and out are counted on, once somebody asked."""

        # What the caller sent, and where the answer goes.
        self.call: ServedCall | None = None
        self.reply: Reply | None = None
        self.dialect: Dialect | None = None
        """The caller's; None for a caller inside the house."""
        self.envelope: Envelope | None = None
        self.via: bytes | None = None
        """The Salons that a request from another one has passed, this one included."""
        self.request: AnyRequest | None = None
        """The whole request, once somebody needed it decoded."""
        self.context: EncodeContext | None = None
        self.delivery: StreamDelivery | EventDelivery | None = None
        self.cost_comment: bool = False
        """The caller wants the cost of a stream as a comment at its end."""
        self.cache_key: bytes | None = None
        """Set when the answer may come from the cache and go there."""
        self.claim: Claim | None = None
        """Set when the caller sent an idempotency key."""
        self.sent: list[bytes] | None = None
        """Everything that went to the caller, when it is kept."""
        self.media_type: bytes | None = None
        """What its answer is, where that is no JSON and no stream of its dialect."""
        self.replayed: str | None = None
        """The target that made the answer, when it was made for an earlier request."""

        # Where it goes, and what it may cost.
        self.plan: Plan | None = None
        self.ticket: Ticket | None = None
        self.hold: Hold | None = None
        self.held_bytes: int = NO_LIMIT
        """Bytes of output that the money held pays for."""
        self.on_over_limit = on_over_limit
        """Called with the attempt whose output passed ``held_bytes``."""

        # What happened.
        self.attempt: Any = None
        """The attempt under way."""
        self.attempts: list[AttemptEntry] = []
        self.mirror_of: RequestId | None = None
        """Set when it is a request that went to another target a second time; its answer goes to nobody."""
        self.decision: str | None = None
        """Why it goes where it goes, in one line; None when there was nothing to decide."""
        self.target: Target | None = None
        """The target of the last attempt."""
        self.lost: set[Loss] = set()
        """What a dialect could not carry."""
        self.cache: CacheUse = "none"
        self.usage_source: UsageSource = "none"
        self.first_token_s: float | None = None
        self.status: int = 0
        """The HTTP status the caller got; 0 before it got one."""
        self.error: SalonError | None = None
        self.settled: bool = False

        # When the caller leaves.
        self.gone: bool = False
        self.keeps_going: bool = False
        """The answer is made and kept although the caller has left (idempotency keys)."""
        self.task: Cancellable | None = None
        self.in_place: InPlace | None = None
        """What runs the request, when it began without a task of its own."""
        self.waiting: bool = False
        """``task`` waits for something that may be cut short by cancelling it."""

    def leave(self) -> None:
        """Hear that the caller has left: stop what is under way, at once."""
        if self.gone or self.settled:
            return
        if self.keeps_going:
            if self.attempt is not None:
                self.attempt.set_flow(True)
            return
        self.gone = True
        if self.attempt is not None:
            self.attempt.leave()
        elif self.waiting and self.task is not None:
            self.task.cancel()

    def set_flow(self, is_open: bool) -> None:
        """Let the provider go on, or wait, as the reader has room."""
        if self.attempt is not None:
            self.attempt.set_flow(is_open)

    async def in_task(self) -> None:
        """Be in a task, for what only works in one (time limits, connecting)."""
        if self.in_place is not None:
            await self.in_place.in_task()

    def traceparent(self) -> str | None:
        """Return the caller's W3C trace context, if one came."""
        trace = self.call.headers.get(b"traceparent") if self.call is not None else None
        return None if trace is None else trace.decode("latin-1")

    def release(self) -> None:
        """Let go of the request's bytes and of all that points back here; only after the rows are written.

        Without this each request is a ring that only the collector frees, with its pictures in it.
        """
        self.call = self.reply = self.envelope = self.request = None
        self.delivery = self.attempt = self.sent = self.claim = self.in_place = None
        self.on_over_limit = _ignore

    @property
    def begun(self) -> bool:
        """Tell whether something of an answer has been handed to the caller."""
        return self.delivery is not None and self.delivery.started


def encode_context(job: Job) -> EncodeContext:
    """Return what an encoder of answers must know of the request of a door."""
    envelope = job.envelope
    assert envelope is not None
    return EncodeContext(
        request_id=job.request_id,
        model=envelope.model,
        created_at_s=job.started_at_ms // 1000,
        include_usage=envelope.wants_usage,
        fields=envelope.fields,
    )

"""What an observer of the gateway hears: the life of each request and attempt, as it happens.

Metrics and traces implement it. Calls come from the event loop and must not block or raise; without an
observer nothing is called. Texts of requests and answers are never given.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from salon.foundation.ledger import AttemptEntry, RequestEntry


class ObservedRequest(msgspec.Struct, kw_only=True):
    """One request, as far as an observer may know it; the same object in every call about it."""

    request_id: str
    dialect: str
    """``events`` for a call from inside the house."""
    operation: str
    alias: str
    """The model as the caller named it; empty until it was read."""
    stream: bool
    started_at_ms: int
    traceparent: str | None = None
    """The caller's W3C trace context, if one came."""
    tag: Any = None
    """The observer's own: a span."""


class ObservedAttempt(msgspec.Struct, kw_only=True):
    """One attempt; the same object in every call about it."""

    number: int
    provider: str
    """The provider's name."""
    kind: str
    model: str
    """The model as the provider names it."""
    server_address: str
    server_port: int
    tag: Any = None


class Observer(Protocol):
    """Hears what the gateway does."""

    hears_steps: bool
    """``on_request_start``, ``on_attempt_start`` and ``on_first_token`` are wanted, not only the ends."""

    def on_request_start(self, request: ObservedRequest) -> None:
        """Hear that a request was read and is about to be admitted."""
        ...

    def on_attempt_start(self, request: ObservedRequest, attempt: ObservedAttempt) -> None:
        """Hear that a provider is about to be called."""
        ...

    def on_first_token(self, request: ObservedRequest, attempt: ObservedAttempt) -> None:
        """Hear that the first content of an answer is about to go to the caller."""
        ...

    def on_attempt_end(self, provider: str, entry: AttemptEntry) -> None:
        """Hear that an attempt at the provider of this name ended, well or not."""
        ...

    def on_request_end(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry], *, traceparent: str | None
    ) -> None:
        """Hear that the request ended; ``entry`` is what the ledger keeps.

        ``traceparent`` is the caller's W3C trace context, if one came.
        """
        ...

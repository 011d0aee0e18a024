"""Everything the fake provider saw and did, for tests to judge the caller by."""

import threading
from collections import Counter, deque
from typing import Literal

import msgspec

from salon.testing.fake_provider.plan import Plan

Outcome = Literal["open", "complete", "fault", "caller-left"]


class Exchange(msgspec.Struct, kw_only=True):
    """One request and what became of it. Times are monotonic seconds."""

    number: int
    method: str
    target: str
    headers: list[tuple[str, str]]
    """As sent, names in lower case."""
    body: bytes
    started_s: float
    plan: Plan = Plan()
    dialect: str | None = None
    status: int = 0
    tokens_sent: int = 0
    """Answer tokens written to the socket so far."""
    events_sent: int = 0
    bytes_sent: int = 0
    input_tokens: int = 0
    outcome: Outcome = "open"
    ended_s: float | None = None
    """When the answer ended or the caller was seen to leave."""
    connection: int = 0
    """Which connection carried it."""
    messages: list[bytes] = []
    """What was heard in a realtime session."""
    close_code: int | None = None
    """With what its caller closed it."""

    def header(self, name: str) -> str | None:
        """Return the last value of a header."""
        return next((value for key, value in reversed(self.headers) if key == name), None)


class Journal:
    """Counts over the provider's life, and its last exchanges. Safe to read from any thread."""

    def __init__(self, *, keep: int = 20_000) -> None:
        """Keep the last ``keep`` exchanges whole; counters cover all."""
        self.exchanges: deque[Exchange] = deque(maxlen=keep)
        self.counts: Counter[str] = Counter()
        """``requests``, ``connections``, ``tokens``, and one per outcome and status."""
        self.attempts: Counter[str] = Counter()
        """Requests by the plan's ``case``."""
        self.open_sockets = 0
        self._lock = threading.Lock()

    def begin(self, exchange: Exchange) -> None:
        """Take note of a request."""
        with self._lock:
            self.exchanges.append(exchange)
            self.counts["requests"] += 1

    def planned(self, exchange: Exchange) -> None:
        """Take note of what a request will be answered with."""
        if exchange.plan.case:
            with self._lock:
                self.attempts[exchange.plan.case] += 1

    def end(self, exchange: Exchange, outcome: Outcome, now_s: float) -> None:
        """Take note of an exchange's end; only the first end counts."""
        if exchange.outcome != "open":
            return
        exchange.outcome, exchange.ended_s = outcome, now_s
        with self._lock:
            self.counts[outcome] += 1
            self.counts[f"status:{exchange.status}"] += 1
            self.counts["tokens"] += exchange.tokens_sent

    def of_case(self, case: str) -> list[Exchange]:
        """Return the exchanges of one case, oldest first."""
        with self._lock:
            return [exchange for exchange in self.exchanges if exchange.plan.case == case]

    def clear(self) -> None:
        """Forget everything but the sockets that are open."""
        with self._lock:
            self.exchanges.clear()
            self.counts.clear()
            self.attempts.clear()

"""Requests, tokens and concurrency per key: who may start now, and when to try again.

A limit per minute holds for every span of 60 s, wherever it starts: not "per calendar minute", where two
full bursts meet at the turn, and not a leaky bucket, which lets a full burst and a full refill through in
the first minute. Time is cut into half seconds; what happened is forgotten when its half second is wholly
older than 60 s, so a limit is never exceeded and at most 1 % of it comes late.
"""

import math
from typing import Final, Protocol

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import RateLimited

WINDOW_S: Final = 60
STEPS_PER_S: Final = 2
STEPS: Final = WINDOW_S * STEPS_PER_S + 1
"""How many steps a span of 60 s can touch."""
SWEEP_EVERY: Final = 4096
_CONCURRENCY_RETRY_S: Final = 1


class Ticket(Protocol):
    """One admitted request. Ends with ``release``, once; later calls do nothing."""

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        ...

    def release(self) -> None:
        """Give the place among the concurrent requests back."""
        ...


class Limiter(Protocol):
    """Counts what each key uses."""

    suspends: bool
    """``admit`` may have to wait for another process."""

    async def admit(self, identity_key: str, limits: KeyLimits, *, tokens: int) -> Ticket:
        """Count one request of about ``tokens`` tokens. Raises: RateLimited with ``retry_after_s``."""
        ...


class Window:
    """How much happened in the last 60 s, in steps of half a second."""

    __slots__ = ("_counts", "_last", "total")

    def __init__(self, step: int) -> None:
        self._counts = [0] * STEPS
        self._last = step
        self.total = 0

    def advance(self, step: int) -> None:
        """Forget what is too old at ``step``. A step in the past changes nothing."""
        passed = step - self._last
        if passed <= 0:
            return
        self._last = step
        if passed >= STEPS:
            if self.total:
                self._counts = [0] * STEPS
                self.total = 0
            return
        counts = self._counts
        for old in range(step - passed + 1, step + 1):
            place = old % STEPS
            if counts[place]:
                self.total -= counts[place]
                counts[place] = 0

    def add(self, amount: int) -> None:
        """Count ``amount`` as happening in the last step seen."""
        self._counts[self._last % STEPS] += amount
        self.total += amount

    def correct(self, step: int, amount: int) -> None:
        """Add ``amount``, which may be negative, to what happened at ``step``, if that still counts."""
        if self._last - step >= STEPS:
            if amount > 0:
                self.add(amount)  # a long answer: its tokens were spent until now
            return
        place = step % STEPS
        amount = max(amount, -self._counts[place])
        self._counts[place] += amount
        self.total += amount

    def steps_until(self, room: int) -> int:
        """Return after how many steps at most ``room`` is left counted, if nothing is added."""
        rest, counts = self.total, self._counts
        for age in range(STEPS - 1, -1, -1):
            if rest <= room:
                return STEPS - 1 - age
            rest -= counts[(self._last - age) % STEPS]
        return STEPS


class Usage:
    """What one key uses."""

    __slots__ = ("open", "requests", "seen_step", "tokens")

    def __init__(self, step: int) -> None:
        self.open = 0
        self.requests = Window(step)
        self.tokens = Window(step)
        self.seen_step = step


class LocalTicket:
    """A request counted in this process."""

    __slots__ = ("_limiter", "_open", "_step", "_tokens", "_usage")

    def __init__(self, limiter: "LocalLimiter", usage: Usage, step: int, tokens: int) -> None:
        self._limiter = limiter
        self._usage = usage
        self._step = step
        self._tokens = tokens
        self._open = True

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        if tokens != self._tokens:
            window = self._usage.tokens
            window.advance(self._limiter.step())
            window.correct(self._step, tokens - self._tokens)
            self._tokens = tokens

    def release(self) -> None:
        """Give the place among the concurrent requests back."""
        if self._open:
            self._open = False
            self._usage.open -= 1


class LocalLimiter:
    """Counts in this process; exact for one process. Never suspends. One event loop."""

    suspends = False

    def __init__(self, clock: Clock | None = None) -> None:
        self._monotonic_s = (clock or SystemClock()).monotonic_s
        self._usages: dict[str, Usage] = {}
        self._until_sweep = SWEEP_EVERY

    def step(self) -> int:
        """Return the present step."""
        return int(self._monotonic_s() * STEPS_PER_S)

    async def admit(self, identity_key: str, limits: KeyLimits, *, tokens: int) -> LocalTicket:
        """Count one request of about ``tokens`` tokens. Raises: RateLimited with ``retry_after_s``."""
        step = int(self._monotonic_s() * STEPS_PER_S)
        usage = self._usages.get(identity_key)
        if usage is None:
            usage = self._new_usage(identity_key, step)
        if limits.concurrency is not None and usage.open >= limits.concurrency:
            raise concurrency_reached(limits.concurrency)
        usage.seen_step = step
        requests, spent = usage.requests, usage.tokens
        requests.advance(step)
        spent.advance(step)
        per_minute = limits.requests_per_minute
        if per_minute is not None and requests.total >= per_minute:
            raise _reached(f"{per_minute} requests per minute", requests, per_minute - 1)
        per_minute = limits.tokens_per_minute
        if per_minute is not None and spent.total and spent.total + tokens > per_minute:
            # A request larger than the whole limit may pass when nothing else was used.
            raise _reached(f"{per_minute} tokens per minute", spent, max(0, per_minute - tokens))
        requests.add(1)
        spent.add(tokens)
        usage.open += 1
        return LocalTicket(self, usage, step, tokens)

    def count(self, identity_key: str, tokens: int) -> LocalTicket:
        """Count a request that was admitted elsewhere."""
        step = self.step()
        usage = self._usages.get(identity_key) or self._new_usage(identity_key, step)
        usage.seen_step = step
        usage.requests.advance(step)
        usage.tokens.advance(step)
        usage.requests.add(1)
        usage.tokens.add(tokens)
        usage.open += 1
        return LocalTicket(self, usage, step, tokens)

    def _new_usage(self, identity_key: str, step: int) -> Usage:
        self._until_sweep -= 1
        if self._until_sweep <= 0:
            self._sweep(step)
        usage = self._usages[identity_key] = Usage(step)
        return usage

    def _sweep(self, step: int) -> None:
        """Forget keys that used nothing for a minute."""
        self._until_sweep = SWEEP_EVERY
        for key, usage in list(self._usages.items()):
            if usage.open == 0 and step - usage.seen_step > STEPS:
                del self._usages[key]


def concurrency_reached(limit: int) -> RateLimited:
    """Refuse for too many requests at once; when one of them ends cannot be known."""
    return RateLimited(limit=f"{limit} requests at once", retry_after_s=_CONCURRENCY_RETRY_S)


def _reached(limit: str, window: Window, room: int) -> RateLimited:
    return RateLimited(
        limit=limit, retry_after_s=min(WINDOW_S, max(1, math.ceil(window.steps_until(room) / STEPS_PER_S)))
    )

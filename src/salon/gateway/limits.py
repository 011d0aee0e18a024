"""Requests, tokens and concurrency per key: who may start now, and when to try again.

A limit per minute holds for every span of 60 s, wherever it starts: not "per calendar minute", where two
full bursts meet at the turn, and not a leaky bucket, which lets a full burst and a full refill through in
the first minute. What happens within half a second is one group, forgotten when the last of it is 60 s old:
a limit is never exceeded, at most 1 % of it comes late, and a full burst may come again after exactly 60 s.
A key that was made with another counts against that one's limits too: a request is counted at every key of
its line or at none.
"""

import math
from collections import deque
from typing import Final, Protocol

import msgspec

from salon.foundation.accounts import KeyLimits, Lineage
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import RateLimited

WINDOW_S: Final = 60
GRAIN_S: Final = 0.5
"""How long a group takes in what happens."""
MOST_GROUPS: Final = 2 * int(WINDOW_S / GRAIN_S)
"""More groups than this are not made for the sake of an exact promise."""
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

    def admit_now(
        self, identity_key: str, limits: KeyLimits, *, tokens: int, lineage: Lineage | None = None
    ) -> Ticket | None:
        """Like ``admit`` if nobody else has to be asked, else None and nothing was counted."""
        ...

    async def admit(
        self, identity_key: str, limits: KeyLimits, *, tokens: int, lineage: Lineage | None = None
    ) -> Ticket:
        """Count one request of about ``tokens`` tokens, at the key and at all above it.

        Raises: RateLimited with ``retry_after_s``; then it is counted nowhere.
        """
        ...

    def used(self, identity_key: str, limits: KeyLimits) -> float:
        """Return the largest share of ``limits`` that is used, as far as this process knows."""
        ...


class Group:
    """What happened within half a second."""

    __slots__ = ("amount", "closes_s", "ends_s")

    def __init__(self, now_s: float, amount: int) -> None:
        self.amount = amount
        self.closes_s = now_s + GRAIN_S
        """From when on what happens is another group."""
        self.ends_s = now_s + WINDOW_S
        """When the last of it is 60 s old."""


class Window:
    """How much happened in the last 60 s."""

    __slots__ = ("_groups", "_tail", "total", "whole_until_s")

    def __init__(self) -> None:
        self._groups: deque[Group] = deque()
        self._tail = Group(-math.inf, 0)
        self.total = 0
        self.whole_until_s = math.inf
        """Before that nothing is too old, and ``advance`` need not be called."""

    def advance(self, now_s: float) -> None:
        """Forget what is too old at ``now_s``."""
        groups = self._groups
        while groups and groups[0].ends_s <= now_s:
            self.total -= groups.popleft().amount
        self.whole_until_s = groups[0].ends_s if groups else math.inf

    def add(self, now_s: float, amount: int) -> Group:
        """Count ``amount`` as happening now; returns where, for a correction."""
        self.total += amount
        tail = self._tail
        if now_s < tail.closes_s:
            tail.amount += amount
            tail.ends_s = now_s + WINDOW_S
            return tail
        tail = self._tail = Group(now_s, amount)
        if not self._groups:
            self.whole_until_s = tail.ends_s
        self._groups.append(tail)
        return tail

    def take_back(self, amount: int) -> None:
        """Undo the last ``add``, of ``amount``, in the moment it was made."""
        self._tail.amount -= amount
        self.total -= amount

    def correct(self, group: Group, now_s: float, amount: int) -> None:
        """Add ``amount``, which may be negative, to what was counted in ``group``, if that still counts."""
        if group.ends_s <= now_s:
            if amount > 0:
                self.add(now_s, amount)  # a long answer: its tokens were spent until now
            return
        if group.amount + amount < 0:
            amount = -group.amount
        group.amount += amount
        self.total += amount

    def promise_s(self, now_s: float, room: int) -> float:
        """Return in how many seconds at most ``room`` is left counted, if nothing is added.

        What is added makes no difference to what was promised: it is another group.
        """
        rest = self.total
        for group in self._groups:
            rest -= group.amount
            if rest <= room:
                if group is self._tail and len(self._groups) < MOST_GROUPS:
                    group.closes_s = now_s
                return group.ends_s - now_s
        return WINDOW_S


class Usage:
    """What one key uses."""

    __slots__ = ("open", "requests", "seen_s", "tokens")

    def __init__(self) -> None:
        self.open = 0
        self.requests = Window()
        self.tokens = Window()
        self.seen_s = 0.0


class LocalTicket(msgspec.Struct, eq=False):
    """A request counted in this process."""

    _limiter: "LocalLimiter"
    _usage: Usage
    _group: Group
    _tokens: int
    _open: bool = True

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        if tokens != self._tokens:
            now_s = self._limiter.monotonic_s()
            self._usage.tokens.correct(self._group, now_s, tokens - self._tokens)
            self._tokens = tokens

    def release(self) -> None:
        """Give the place among the concurrent requests back."""
        if self._open:
            self._open = False
            self._usage.open -= 1

    def take_back(self) -> None:
        """Undo the admission in the moment it was made."""
        self.release()
        self._usage.requests.take_back(1)
        self._usage.tokens.take_back(self._tokens)


class FamilyTicket(msgspec.Struct, eq=False):
    """A request counted in this process, at its key and at all above it."""

    _tickets: "tuple[LocalTicket | FamilyTicket, ...]"

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        for ticket in self._tickets:
            ticket.settle(tokens)

    def release(self) -> None:
        """Give the places among the concurrent requests back."""
        for ticket in self._tickets:
            ticket.release()

    def take_back(self) -> None:
        """Undo the admission in the moment it was made."""
        for ticket in self._tickets:
            ticket.take_back()


class LocalLimiter:
    """Counts in this process; exact for one process. Never suspends. One event loop."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.monotonic_s = (clock or SystemClock()).monotonic_s
        self._usages: dict[str, Usage] = {}
        self._until_sweep = SWEEP_EVERY

    async def admit(
        self, identity_key: str, limits: KeyLimits, *, tokens: int, lineage: Lineage | None = None
    ) -> LocalTicket | FamilyTicket:
        """Do as ``admit_now``: nobody else has to be asked."""
        return self.admit_now(identity_key, limits, tokens=tokens, lineage=lineage)

    def admit_now(
        self, identity_key: str, limits: KeyLimits, *, tokens: int, lineage: Lineage | None = None
    ) -> LocalTicket | FamilyTicket:
        """Count one request of about ``tokens`` tokens. Raises: RateLimited with ``retry_after_s``."""
        if lineage is not None:
            return self._admit_family(identity_key, limits, tokens, lineage)
        now_s = self.monotonic_s()
        usage = self._usages.get(identity_key)
        if usage is None:
            usage = self._new_usage(identity_key, now_s)
        if limits.concurrency is not None and usage.open >= limits.concurrency:
            raise concurrency_reached(limits.concurrency)
        usage.seen_s = now_s
        requests, spent = usage.requests, usage.tokens
        if now_s >= requests.whole_until_s or now_s >= spent.whole_until_s:
            requests.advance(now_s)
            spent.advance(now_s)
        per_minute = limits.requests_per_minute
        if per_minute is not None and requests.total >= per_minute:
            wait_s = requests.promise_s(now_s, per_minute - 1)
            raise reached(f"{per_minute} requests per minute", wait_s)
        per_minute = limits.tokens_per_minute
        if per_minute is not None and spent.total and spent.total + tokens > per_minute:
            # A request larger than the whole limit may pass when nothing else was used.
            wait_s = spent.promise_s(now_s, max(0, per_minute - tokens))
            raise reached(f"{per_minute} tokens per minute", wait_s)
        requests.add(now_s, 1)
        usage.open += 1
        return LocalTicket(self, usage, spent.add(now_s, tokens), tokens)

    def _admit_family(
        self, identity_key: str, limits: KeyLimits, tokens: int, lineage: Lineage
    ) -> FamilyTicket:
        taken = [self.admit_now(identity_key, limits, tokens=tokens)]
        try:
            for name, outer in lineage.counters:
                taken.append(self.admit_now(name, outer, tokens=tokens))
        except RateLimited as error:
            for ticket in taken:
                ticket.take_back()
            raise shared(error) from None
        return FamilyTicket(tuple(taken))

    def count(
        self, identity_key: str, tokens: int, lineage: Lineage | None = None
    ) -> LocalTicket | FamilyTicket:
        """Count a request that was admitted elsewhere."""
        now_s = self.monotonic_s()
        own = self._counted(identity_key, tokens, now_s)
        if lineage is None:
            return own
        return FamilyTicket((own, *(self._counted(name, tokens, now_s) for name, _ in lineage.counters)))

    def used(self, identity_key: str, limits: KeyLimits) -> float:
        """Return the largest share of ``limits`` that is used."""
        usage = self._usages.get(identity_key)
        if usage is None:
            return 0.0
        now_s = self.monotonic_s()
        usage.requests.advance(now_s)
        usage.tokens.advance(now_s)
        counted = (
            (usage.requests.total, limits.requests_per_minute),
            (usage.tokens.total, limits.tokens_per_minute),
            (usage.open, limits.concurrency),
        )
        return max((amount / limit for amount, limit in counted if limit), default=0.0)

    def _counted(self, name: str, tokens: int, now_s: float) -> LocalTicket:
        usage = self._usages.get(name) or self._new_usage(name, now_s)
        usage.seen_s = now_s
        usage.requests.advance(now_s)
        usage.tokens.advance(now_s)
        usage.requests.add(now_s, 1)
        usage.open += 1
        return LocalTicket(self, usage, usage.tokens.add(now_s, tokens), tokens)

    def _new_usage(self, identity_key: str, now_s: float) -> Usage:
        self._until_sweep -= 1
        if self._until_sweep <= 0:
            self._sweep(now_s)
        usage = self._usages[identity_key] = Usage()
        return usage

    def _sweep(self, now_s: float) -> None:
        """Forget keys that used nothing for a minute."""
        self._until_sweep = SWEEP_EVERY
        for key, usage in list(self._usages.items()):
            if usage.open == 0 and now_s - usage.seen_s > WINDOW_S:
                del self._usages[key]


def concurrency_reached(limit: int) -> RateLimited:
    """Refuse for too many requests at once; when one of them ends cannot be known."""
    return RateLimited(limit=f"{limit} requests at once", retry_after_s=_CONCURRENCY_RETRY_S)


def reached(limit: str, wait_s: float) -> RateLimited:
    """Refuse for a limit per minute; in ``wait_s`` there is room again."""
    return RateLimited(limit=limit, retry_after_s=min(WINDOW_S, max(1, math.ceil(wait_s))))


def shared(error: RateLimited) -> RateLimited:
    """Return ``error`` as told to a key for the limit of one above it."""
    limit = f"{error.fields['limit']} that this key shares with the one it was made with"
    return RateLimited(limit=limit, retry_after_s=error.fields["retry_after_s"])

"""A circuit breaker per target: closed, open, half-open with a single probe.

Open times grow while probes fail and are jittered, so that many processes do not probe at once. A
breaker only advises: a plan whose every target is open still goes to the one that opens first, because
an empty pool would be a failure nobody chose.
"""

import random
from collections.abc import Callable
from typing import Final, Literal

BreakerState = Literal["closed", "open", "half-open"]

_GROWTH: Final = 2.0
_MOST_GROWTH: Final = 10.0
_JITTER: Final = 0.2


class Breaker:
    """Counts failures in a row of one target. One event loop; not thread-safe."""

    __slots__ = ("_growth", "_is_probing", "_on_change", "_open_s", "_threshold", "failures", "open_until_s")

    def __init__(
        self,
        *,
        threshold: int,
        open_s: float,
        on_change: Callable[["Breaker", float], None] | None = None,
    ) -> None:
        """Open after ``threshold`` failures in a row, for about ``open_s``.

        ``on_change`` hears when it opens (for how many seconds) and when it closes (0).
        """
        self._threshold = threshold
        self._open_s = open_s
        self._on_change = on_change
        self._growth = 1.0
        self._is_probing = False
        self.failures = 0
        self.open_until_s = 0.0
        """Monotonic time until which nothing is let through; 0 while closed."""

    def state(self, now_s: float) -> BreakerState:
        """Return the state at ``now_s``."""
        if not self.open_until_s:
            return "closed"
        return "open" if now_s < self.open_until_s else "half-open"

    def allows(self, now_s: float) -> bool:
        """Tell whether a request may go; when half-open, the first one that asks becomes the probe."""
        if not self.open_until_s:
            return True
        if now_s < self.open_until_s or self._is_probing:
            return False
        self._is_probing = True
        return True

    def succeed(self) -> None:
        """Note an answer: closed again."""
        self.failures = 0
        if self.open_until_s:
            self.open_until_s = 0.0
            self._growth = 1.0
            self._is_probing = False
            if self._on_change is not None:
                self._on_change(self, 0.0)

    def fail(self, now_s: float) -> None:
        """Note a failure that says something about the target."""
        self.failures += 1
        if self._is_probing:
            self._growth = min(self._growth * _GROWTH, _MOST_GROWTH)
            self._open(now_s, self._open_s * self._growth)
        elif self.failures >= self._threshold and now_s >= self.open_until_s:
            self._open(now_s, self._open_s * self._growth)

    def let_go(self) -> None:
        """Note that a request ended without saying anything about the target, so a probe may follow."""
        self._is_probing = False

    def hold_off(self, now_s: float, seconds: float) -> None:
        """Open for just ``seconds``: the target itself asked for it, or refused our credential."""
        if now_s + seconds > self.open_until_s:
            self._is_probing = False
            self.open_until_s = now_s + seconds
            if self._on_change is not None:
                self._on_change(self, seconds)

    def follow(self, open_until_s: float) -> None:
        """Take over the state another process found; does not tell ``on_change``."""
        if open_until_s > self.open_until_s:
            self.open_until_s = open_until_s
        elif not open_until_s and not self._is_probing:
            self.open_until_s = 0.0
            self.failures = 0

    def _open(self, now_s: float, seconds: float) -> None:
        lasting_s = seconds * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads probes
        self._is_probing = False
        self.open_until_s = now_s + lasting_s
        if self._on_change is not None:
            self._on_change(self, lasting_s)

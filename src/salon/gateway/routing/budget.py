"""The retry budget: retries are a share of requests, so that an outage is not multiplied by them."""

from typing import Final

_RESERVE: Final = 10.0
"""Retries that are always there for a quiet gateway; they come back slowly."""
_BACK_PER_S: Final = 0.5
_MOST: Final = 100.0


class RetryBudget:
    """Each request earns a share of a retry, each retry spends a whole one."""

    __slots__ = ("_at_s", "_ratio", "tokens")

    def __init__(self, ratio: float, *, now_s: float) -> None:
        """Allow ``ratio`` retries per request; 1 or more allows all."""
        self._ratio = ratio
        self._at_s = now_s
        self.tokens = _RESERVE if ratio > 0 else 0.0

    def earn(self) -> None:
        """Count a request."""
        if self.tokens < _MOST:
            self.tokens = min(_MOST, self.tokens + self._ratio)

    def spend(self, now_s: float) -> bool:
        """Take one retry, if there is one."""
        if self._ratio >= 1:
            return True
        if self._ratio > 0 and self.tokens < _RESERVE:
            self.tokens = min(_RESERVE, self.tokens + (now_s - self._at_s) * _BACK_PER_S)
        self._at_s = now_s
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

"""Passive health: what live traffic says about a target, for the status page and for nobody's decision."""

from typing import Any, Final

_WEIGHT: Final = 0.1
"""Of the newest observation in the moving averages."""


class Health:
    """Moving averages of one target."""

    __slots__ = (
        "error_rate",
        "failures",
        "first_token_ms",
        "forced",
        "last_error",
        "last_error_at_ms",
        "last_success_at_ms",
        "requests",
    )

    def __init__(self) -> None:
        self.requests = 0
        self.failures = 0
        self.forced = 0
        """Requests sent although the breaker was open, because nothing else was left."""
        self.error_rate = 0.0
        self.first_token_ms: float | None = None
        self.last_error: str | None = None
        self.last_error_at_ms: int | None = None
        self.last_success_at_ms: int | None = None

    def succeed(self, first_token_ms: float, at_ms: int) -> None:
        """Note an answer."""
        self.requests += 1
        self.error_rate -= _WEIGHT * self.error_rate
        known = self.first_token_ms
        self.first_token_ms = first_token_ms if known is None else known + _WEIGHT * (first_token_ms - known)
        self.last_success_at_ms = at_ms

    def fail(self, error: str, *, at_ms: int) -> None:
        """Note a failure; ``error`` is its code."""
        self.requests += 1
        self.failures += 1
        self.error_rate += _WEIGHT * (1.0 - self.error_rate)
        self.last_error = error
        self.last_error_at_ms = at_ms

    def to_json(self) -> dict[str, Any]:
        """Return what the status page shows."""
        return {name: getattr(self, name) for name in self.__slots__}

"""The one clock: wall time in UTC milliseconds for records, monotonic seconds for waits."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where time comes from; tests pass their own."""

    def now_ms(self) -> int:
        """Return the wall time in milliseconds since 1970, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that only go forward; never compare across processes."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Return the wall time in milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    # The function itself, without a frame of ours around it: every request asks many times.
    monotonic_s = staticmethod(time.monotonic)


class ManualClock:
    """A clock that moves only when told to; for tests."""

    def __init__(self, *, now_ms: int = 1_800_000_000_000) -> None:
        self._now_ms = now_ms
        self._monotonic_s = 1000.0

    def now_ms(self) -> int:
        """Return the set wall time."""
        return self._now_ms

    def monotonic_s(self) -> float:
        """Return the set monotonic time."""
        return self._monotonic_s

    def advance(self, seconds: float) -> None:
        """Move both times forward by ``seconds``."""
        self._now_ms += round(seconds * 1000)
        self._monotonic_s += seconds

"""The one timer of all exchanges under way: a coarse sweep instead of a timer per event.

An exchange writes nothing down when an event passes; the sweep compares its progress with what it was at
the sweep before. A deadline is met within one tick.
"""

import asyncio
import logging
from typing import Final, Protocol

from salon.foundation.kit.clock import Clock

TICK_S: Final = 0.1
_logger = logging.getLogger(__name__)


class Watched(Protocol):
    """Something with deadlines."""

    def check(self, now_s: float) -> None:
        """Act on deadlines that have passed; called every tick, with monotonic seconds."""
        ...


class Deadlines:
    """Calls ``check`` of everything watched, every tick, while there is anything."""

    def __init__(self, clock: Clock, *, tick_s: float = TICK_S) -> None:
        self._clock = clock
        self._tick_s = tick_s
        self._watched: set[Watched] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def count(self) -> int:
        """How many exchanges are watched now."""
        return len(self._watched)

    def add(self, watched: Watched) -> None:
        """Watch until ``discard``."""
        self._watched.add(watched)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._tick_s, self._sweep)

    def discard(self, watched: Watched) -> None:
        """Watch no more."""
        self._watched.discard(watched)

    def _sweep(self) -> None:
        now_s = self._clock.monotonic_s()
        for watched in tuple(self._watched):
            try:
                watched.check(now_s)
            except Exception:  # supervises the sweep: a defect in one must not end the deadlines of all
                _logger.exception("an exchange could not be checked")
        again = asyncio.get_running_loop().call_later
        self._timer = again(self._tick_s, self._sweep) if self._watched else None

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

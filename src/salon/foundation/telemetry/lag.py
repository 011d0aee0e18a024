"""Measures how late the event loop is: the delay every other callback suffers too."""

import asyncio
from collections import deque


class LoopLag:
    """Sleeps a short while, again and again, and notes by how much each wake-up is late."""

    INTERVAL_S = 0.25
    WINDOW = 40
    """Samples kept: ten seconds."""

    def __init__(self) -> None:
        self._samples: deque[float] = deque(maxlen=self.WINDOW)
        self.highest_s = 0.0
        """The worst delay since the start."""

    @property
    def recent_ms(self) -> float:
        """The worst delay of the last ten seconds, in milliseconds."""
        return round(max(self._samples, default=0.0) * 1000, 2)

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self.INTERVAL_S
            await asyncio.sleep(self.INTERVAL_S)
            late = max(0.0, loop.time() - due)
            self._samples.append(late)
            self.highest_s = max(self.highest_s, late)

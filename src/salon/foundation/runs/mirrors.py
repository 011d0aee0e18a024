"""The viewers, in this process, of runs that other processes own."""

import asyncio
from collections.abc import Iterable
from typing import Final

from salon.foundation.runs.channel import Channel
from salon.foundation.runs.models import RunEvent

POKE_S: Final = 1.0
"""How often viewers that hear nothing look into the database: what tells them of news promises nothing."""


class Mirrors:
    """A channel for each foreign run that is watched here. Belongs to one event loop."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._new: set[str] = set()

    @property
    def has_new(self) -> bool:
        """Whether ``take_new`` has something to return."""
        return bool(self._new)

    def channel(self, run_id: str) -> Channel:
        """Return the channel of a run; a new one is asked for at the next ``take_new``."""
        channel = self._channels.get(run_id)
        if channel is None:
            channel = self._channels[run_id] = Channel()
            self._new.add(run_id)
        return channel

    def take_new(self) -> list[str]:
        """Return the runs that came since the last call."""
        new = list(self._new)
        self._new.clear()
        return new

    def show(self, run_id: str, events: Iterable[RunEvent]) -> None:
        """Show the viewers of a run what another process told."""
        channel = self._channels.get(run_id)
        if channel is not None:
            for event in events:
                channel.show(event)

    def watched(self) -> list[str]:
        """Return the runs that somebody watches, and forget the others."""
        for run_id in [run_id for run_id, channel in self._channels.items() if not channel.is_watched]:
            del self._channels[run_id]
            self._new.discard(run_id)
        return list(self._channels)

    def close_all(self) -> None:
        """Send every viewer to the database: nothing is heard any more."""
        channels, self._channels = self._channels, {}
        self._new.clear()
        for channel in channels.values():
            channel.close()

    async def poke_forever(self) -> None:
        """Let viewers look into the database now and then, in case that something was not heard."""
        while True:
            await asyncio.sleep(POKE_S)
            for run_id in self.watched():
                self._channels[run_id].poke()

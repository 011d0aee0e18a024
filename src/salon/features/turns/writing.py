"""Writes a turn into its run's log: deltas that come within one tick as one event.

A model may send a hundred tokens a second, and a row for each would cost more than all else. The first delta
after a pause is written at once; those that follow within a tick wait for its end and go together, so that
no viewer waits longer than a tick, and no more than one tick is lost beside that of the log. It is the tick
of the log, and a little more than the time between two frames of a viewer: all three happen in one moment.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from salon.features.turns.entries import CHUNK, TYPES, Chunk, Entry
from salon.features.turns.gathering import Gathering
from salon.foundation.messages import ReasoningDelta, RefusalDelta, TextDelta, ToolCallDelta
from salon.foundation.runs import RunHandle

TICK_S: Final = 0.04
_MOST_HELD: Final = 16 * 1024
"""Characters that are gathered into one delta."""
_MOST_TEXT: Final = 64 * 1024
"""Characters of one chunk: at most four bytes each in UTF-8, so that it always fits into a row."""
_MOST_BODY: Final = 192 * 1024
"""Bytes of JSON from which on an event goes in chunks."""

_Delta = TextDelta | ReasoningDelta | RefusalDelta | ToolCallDelta


class TurnLog:
    """The log of one turn, and what it adds up to. One event loop."""

    def __init__(self, run: RunHandle) -> None:
        self.gathered = Gathering()
        self.written_bytes = 0
        """How much was given to the log."""
        self._run = run
        self._loop = asyncio.get_running_loop()
        self._texts: list[str] = []
        self._size = 0
        self._kind: type[_Delta] | None = None
        self._index = 0
        self._written_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, events: Sequence[Any]) -> None:
        """Take events of the model's answer. Raises: StaleEpoch, RunEnded."""
        take = self.gathered.take
        for event in events:
            take(event)
            text = _text(event)
            if text is None:
                self.flush()
                self._append(event)
                continue
            if type(event) is not self._kind or event.index != self._index:
                self.flush()
                self._kind, self._index = type(event), event.index
            self._texts.append(text)
            self._size += len(text)
            if self._size > _MOST_HELD:
                self.flush()
        if self._texts and self._timer is None:
            left_s = self._written_s + TICK_S - self._loop.time()
            if left_s <= 0:
                self.flush()
            else:
                self._timer = self._loop.call_later(left_s, self._tick)

    def write(self, entry: Entry) -> None:
        """Take something else, at once. Raises: StaleEpoch, RunEnded."""
        self.gathered.take(entry)
        self.flush()
        self._append(entry)

    def flush(self) -> None:
        """Write the deltas that wait. Raises: StaleEpoch, RunEnded."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._texts:
            return
        text, kind = "".join(self._texts), self._kind
        self._texts.clear()
        self._size = 0
        self._written_s = self._loop.time()
        if kind is ToolCallDelta:
            self._append(ToolCallDelta(index=self._index, arguments=text))
        elif kind is not None:
            self._append(kind(index=self._index, text=text))  # type: ignore[call-arg] - the others have a text

    def close(self) -> None:
        """Forget what waits: the run is no more ours."""
        self._texts.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._timer = None
        if self._run.is_lost or self._run.has_ended:
            self._texts.clear()  # the turn hears of it with its next event
        else:
            self.flush()

    def _append(self, entry: Entry) -> None:
        kind = TYPES[type(entry)]
        body = msgspec.json.encode(entry)
        self.written_bytes += len(body)
        if len(body) <= _MOST_BODY:
            self._run.append(kind, msgspec.Raw(body))
            return
        text = body.decode()
        for start in range(0, len(text), _MOST_TEXT):
            is_last = start + _MOST_TEXT >= len(text)
            piece = Chunk(of=kind, text=text[start : start + _MOST_TEXT], is_last=is_last)
            self._run.append(CHUNK, piece)


def _text(event: Any) -> str | None:
    """Return the text of a delta that may be joined with its neighbours; None for all else."""
    if isinstance(event, ToolCallDelta):
        return None if event.choice else event.arguments
    if isinstance(event, TextDelta | RefusalDelta):
        own = event.provider_data if isinstance(event, TextDelta) else None
        return None if own is not None or event.choice else event.text
    if isinstance(event, ReasoningDelta):
        plain = event.signature is None and event.provider_data is None and not event.choice
        return event.text if plain else None
    return None

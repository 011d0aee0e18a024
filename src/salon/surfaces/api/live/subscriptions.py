"""The two kinds of subscriptions: a run's log, and the durable events of a space."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol, cast

import msgspec

from salon.foundation.events import StoredEvent
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.runs import Rewind, RunEvent
from salon.gateway.realtime import ClientLeft
from salon.surfaces.api.live import frames
from salon.surfaces.api.live.encoding import encode, event_frame, events_frames, run_state, space_event
from salon.surfaces.api.live.line import Line
from salon.surfaces.api.live.rights import may_see
from salon.surfaces.api.services import LiveServices

GAP_S: Final = 0.03
"""Between a frame with deltas and the next of one run: what comes meanwhile goes together.

Less than the tick of an answer, so that what a turn has gathered waits for nothing here. What is no delta
keeps nothing waiting: the first words come right after the events an answer begins with."""
FRAME_BYTES: Final = 128 * 1024
"""Where frames are divided; a single event may be larger."""


class Viewer(Protocol):
    """The socket a subscription belongs to."""

    @property
    def live(self) -> LiveServices:
        """What there is to follow."""
        ...

    @property
    def scope(self) -> SpaceScope:
        """Whose."""
        ...

    @property
    def line(self) -> Line:
        """The way to the client."""
        ...

    def caller(self) -> Caller:
        """Return as whom the client acts now."""
        ...


class _Pace:
    """When the next frame of one run may go to one viewer, and the short way for it."""

    __slots__ = ("_line", "_name", "_now", "next_s")

    def __init__(self, line: Line, name: bytes) -> None:
        self._line = line
        self._name = name
        self._now = asyncio.get_running_loop().time
        self.next_s = 0.0

    async def wait(self) -> None:
        """Wait until a frame may go."""
        now_s = self._now()
        if now_s < self.next_s:
            await asyncio.sleep(self.next_s - now_s)

    def count(self, events: Sequence[RunEvent]) -> None:
        """Have the next frame wait for a while, if these that go now are text."""
        if any(event.is_delta for event in events):
            self.next_s = self._now() + GAP_S

    def at_once(self, event: RunEvent) -> bool:
        """Send an event that happens now, if it may go and there is room."""
        now_s = self._now()
        if now_s < self.next_s:
            return False
        try:
            is_sent = self._line.send_now(event_frame(self._name, event))
        except ClientLeft:
            return False  # of which the subscription hears by its own way
        if is_sent and event.is_delta:
            self.next_s = now_s + GAP_S
        return is_sent


async def follow_run(viewer: Viewer, asked: frames.Follow) -> None:
    """Send what follows a position of a run, until its end. Raises: NotFound, StorageError, ClientLeft."""
    runs, line = await viewer.live.runs_with(viewer.caller(), asked.run), viewer.line
    run = await runs.get(viewer.scope, asked.run)
    await line.send(encode(frames.Following(id=asked.id, run=run_state(run))))
    name = msgspec.json.encode(asked.id)
    pace = _Pace(line, name)
    walk = runs.walk(viewer.scope, asked.run, epoch=asked.epoch, number=asked.number, at_once=pace.at_once)
    lags = 0
    async for batch in walk.batches():
        if walk.lags != lags:
            lags = walk.lags
            await line.send(encode(frames.Behind(id=asked.id)))
        await pace.wait()
        first = batch[0]
        if isinstance(first, Rewind):  # it always comes alone
            told = frames.Rewound(id=asked.id, epoch=first.epoch, number=first.number, reason=first.reason)
            await line.send(encode(told))
            continue
        events = cast("Sequence[RunEvent]", batch)
        pace.count(events)
        for frame in events_frames(name, events, most_bytes=FRAME_BYTES):
            if not line.send_now(frame):
                await line.send(frame)


async def listen(viewer: Viewer, asked: frames.Listen) -> None:
    """Send the durable events after a number. Raises: StorageError, ClientLeft."""
    feed, send = viewer.live.feed, viewer.line.send
    last = await feed.last(viewer.scope)
    number = last if asked.number is None else min(asked.number, last)
    await send(encode(frames.Listening(id=asked.id, number=number)))
    async for page in feed.follow(viewer.scope, number):
        if not page:
            continue
        if page[0].number > number + 1:
            await send(encode(frames.Gap(id=asked.id, number=page[0].number - 1)))
        number = page[-1].number
        await send(encode(happened(asked.id, viewer.caller(), page)))


def happened(subscription: str, caller: Caller, page: Sequence[StoredEvent]) -> frames.Happened:
    """Return the frame of a page, without what ``caller`` may not see."""
    shown = [space_event(event) for event in page if may_see(caller, event)]
    return frames.Happened(id=subscription, number=page[-1].number, events=shown)

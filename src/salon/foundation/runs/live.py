"""Live copies of durable events for viewers in other processes, and the wish to stop, through Redis.

A process that watches foreign runs names them to all others, and again every few seconds; the owner of a run
that somebody watches tells its events, once they are durable, on a channel of that run. Pub/sub promises
nothing, and nothing is asked of it: events are numbered, so a viewer that missed one reads the database, and
one that hears nothing looks there once a second. Without Redis, or while it is away, viewers of foreign runs
read the database every quarter of a second.

The client of Redis mends a broken connection under whoever uses it, and two tasks that meet there read each
other's answers. So one task alone has the connection that listens; others wake it by a message to itself.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from salon.foundation.kit.ids import new_id
from salon.foundation.kit.redis import redis_client, redis_failures
from salon.foundation.kit.tasks import TaskSupervisor, was_cancelled
from salon.foundation.runs.channel import Channel
from salon.foundation.runs.mirrors import Mirrors
from salon.foundation.runs.models import RunEvent

_log = logging.getLogger(__name__)

CONTROL: Final = "salon:runs"
"""Where processes name what they watch and what is to stop."""
ANNOUNCE_S: Final = 5.0
KEEP_S: Final = 20.0
"""How long a run counts as watched after it was named."""
RECONNECT_S: Final = 0.5
LISTEN_S: Final = 1.0


class LiveCopies(Protocol):
    """Carries durable events to other processes, quickly and without a promise."""

    def start(self, tasks: TaskSupervisor, on_stop: Callable[[str], None]) -> None:
        """Begin to listen; ``on_stop`` hears the id of each run that is to stop."""
        ...

    def channel(self, run_id: str) -> Channel | None:
        """Return where a foreign run is heard; None while nothing is."""
        ...

    async def add(self, events: list[RunEvent]) -> None:
        """Copy events; never raises."""
        ...

    async def tell_stop(self, run_id: str) -> None:
        """Tell every process that a run is to stop; never raises."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What processes tell each other."""

    watch: list[str] = []
    stop: list[str] = []


_encode = msgspec.msgpack.Encoder().encode
_decode_said = msgspec.msgpack.Decoder(_Said).decode
_decode_events = msgspec.msgpack.Decoder(list[RunEvent]).decode


class RedisCopies:
    """Redis pub/sub: one connection that listens, one that tells."""

    def __init__(self, url: str) -> None:
        self._client = redis_client(url, timeout_s=5, connect_timeout_s=2)
        self._failures = redis_failures()
        self._own_channel = f"{CONTROL}:{new_id('prc')}"
        """Where this process wakes its own listener."""
        self._mirrors = Mirrors()
        self._watched: dict[str, float] = {}
        """Own runs that viewers elsewhere watch, and until when."""
        self._is_heard = False
        """Whether the subscription stands."""
        self._has_new = asyncio.Event()
        self._on_stop: Callable[[str], None] = lambda _: None
        self._is_down = False

    def start(self, tasks: TaskSupervisor, on_stop: Callable[[str], None]) -> None:
        """Begin to listen; ``on_stop`` hears the id of each run that is to stop."""
        self._on_stop = on_stop
        tasks.spawn(self._listen_forever(), name="runs-listen")
        tasks.spawn(self._announce_forever(), name="runs-announce")
        tasks.spawn(self._mirrors.poke_forever(), name="runs-poke")

    def channel(self, run_id: str) -> Channel | None:
        """Return where a foreign run is heard; None while Redis is away."""
        if not self._is_heard:
            return None
        channel = self._mirrors.channel(run_id)
        if self._mirrors.has_new:
            self._has_new.set()
        return channel

    async def add(self, events: list[RunEvent]) -> None:
        """Copy those events that somebody elsewhere watches, in one round trip; never raises."""
        by_run: dict[str, list[RunEvent]] = {}
        for event in events:
            if event.run_id in self._watched:
                by_run.setdefault(event.run_id, []).append(event)
        if by_run:
            await self._tell([(_channel_of(run_id), _encode(told)) for run_id, told in by_run.items()])

    async def tell_stop(self, run_id: str) -> None:
        """Tell every process that a run is to stop; never raises."""
        await self._tell([(CONTROL, _encode(_Said(stop=[run_id])))])

    async def close(self) -> None:
        """Let go of connections."""
        self._lost()
        with contextlib.suppress(Exception):
            await self._client.aclose()

    # -- telling ----------------------------------------------------------------------------------
    async def _tell(self, messages: list[tuple[str, bytes]]) -> None:
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for channel, message in messages:
                    pipe.publish(channel, message)
                await pipe.execute()
        except self._failures as error:
            self._report(error)

    async def _announce_forever(self) -> None:
        """Wake the listener when something new is watched here, and name all of it every few seconds."""
        loop = asyncio.get_running_loop()
        all_at_s = loop.time() + ANNOUNCE_S
        while not was_cancelled():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(all_at_s):
                    await self._has_new.wait()
            messages: list[tuple[str, bytes]] = []
            if self._has_new.is_set():
                self._has_new.clear()
                messages.append((self._own_channel, b""))
            if loop.time() >= all_at_s:
                all_at_s = loop.time() + ANNOUNCE_S
                if watched := self._mirrors.watched():
                    messages.append((CONTROL, _encode(_Said(watch=watched))))
            if messages and self._is_heard:
                await self._tell(messages)

    # -- listening --------------------------------------------------------------------------------
    async def _listen_forever(self) -> None:
        while not was_cancelled():
            try:
                async with self._client.pubsub() as heard:
                    await heard.subscribe(CONTROL, self._own_channel)
                    self._is_heard, self._is_down = True, False
                    while not was_cancelled():
                        message = await heard.get_message(ignore_subscribe_messages=True, timeout=LISTEN_S)
                        if message is not None:
                            self._take(message)
                        await self._subscribe(heard)
                        await self._unsubscribe(heard)
            except self._failures as error:
                self._report(error)
            finally:
                self._lost()
            if not was_cancelled():
                await asyncio.sleep(RECONNECT_S)

    def _take(self, message: dict[str, Any]) -> None:
        try:
            if message["channel"] == CONTROL.encode():
                self._said(_decode_said(message["data"]))
            elif message["channel"] != self._own_channel.encode():
                events = _decode_events(message["data"])
                if events:
                    self._mirrors.show(events[0].run_id, events)
        except msgspec.MsgspecError:
            _log.warning("Redis holds a message that no Salon of this release sent")

    def _said(self, said: _Said) -> None:
        until_s = asyncio.get_running_loop().time() + KEEP_S
        for run_id in said.watch:
            self._watched[run_id] = until_s
        for run_id in said.stop:
            self._on_stop(run_id)

    async def _subscribe(self, heard: Any) -> None:
        """Listen to what is watched since a moment ago, and only then name it: its owner tells at once."""
        if new := self._mirrors.take_new():
            await heard.subscribe(*(_channel_of(run_id) for run_id in new))
            await self._tell([(CONTROL, _encode(_Said(watch=new)))])

    async def _unsubscribe(self, heard: Any) -> None:
        """Leave the channels that nobody here watches any more, and forget who watched long ago."""
        now_s = asyncio.get_running_loop().time()
        if self._watched and now_s >= self._look_s:
            self._look_s = now_s + ANNOUNCE_S
            self._watched = {run_id: until_s for run_id, until_s in self._watched.items() if until_s > now_s}
        if now_s >= self._leave_s:
            self._leave_s = now_s + ANNOUNCE_S
            kept = {CONTROL, self._own_channel, *map(_channel_of, self._mirrors.watched())}
            left = [name for name in heard.channels if name.decode() not in kept]
            if left:
                await heard.unsubscribe(*left)

    _look_s = _leave_s = 0.0

    def _lost(self) -> None:
        self._is_heard = False
        self._mirrors.close_all()

    def _report(self, error: Exception) -> None:
        if not self._is_down:
            self._is_down = True
            _log.warning("Redis does not answer (%s); viewers read the database", type(error).__name__)


def _channel_of(run_id: str) -> str:
    return f"salon:{{{run_id}}}:log"

"""One client's socket: what it asks for, its subscriptions, and its end.

Each subscription is a task that pulls from the log or the outbox and waits until its frame is out before it
takes more. So a client that reads slowly costs one frame for each subscription, and what it has not read
stays where it is kept anyway.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, assert_never

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, InvalidRequest, RateLimited, SalonError
from salon.gateway.realtime import ClientLeft
from salon.surfaces.api.door import Door, as_salon_error
from salon.surfaces.api.live import frames
from salon.surfaces.api.live.encoding import encode, error_frame, id_in, read_frame
from salon.surfaces.api.live.line import Line
from salon.surfaces.api.live.subscriptions import follow_run, listen
from salon.surfaces.api.services import LiveServices

Work = Callable[[], Coroutine[Any, Any, None]]

_REFUSED: Final = 1008
_RESTART: Final = 1012
"""Clients come back a little later."""
_FAILED: Final = 1011
_LAST_WORD_S: Final = 2.0


class Session:
    """Serves one socket that was let in. ``run`` it once."""

    def __init__(self, door: Door, live: LiveServices, line: Line, identity: KeyIdentity) -> None:
        self.identity = identity
        """As whom the client acts now; replaced when its rights change."""
        self._door = door
        self._live = live
        self._line = line
        self._scope = SpaceScope(identity.caller.space_id)
        self._subscriptions: dict[str, asyncio.Task[None]] = {}
        self._over: asyncio.Future[tuple[int, SalonError | None]] = asyncio.get_running_loop().create_future()
        self._tokens = float(frames.MESSAGES_AT_ONCE)
        self._counted_s = asyncio.get_running_loop().time()

    def caller(self) -> Caller:
        """Return as whom the client acts now."""
        return self.identity.caller

    # -- the end ----------------------------------------------------------------------------------
    def drain(self) -> None:
        """End, because the server stops: the client comes back to the next one."""
        self._end(_RESTART, None)

    def refuse(self, error: SalonError) -> None:
        """End, because the client may not go on."""
        self._end(_REFUSED, error)

    def _end(self, code: int, error: SalonError | None) -> None:
        if not self._over.done():
            self._over.set_result((code, error))

    async def run(self) -> None:
        """Serve until the client leaves or must. Raises: ClientLeft."""
        reading = self._door.supervisor.spawn(self._read(), name="socket-read")
        try:
            await asyncio.wait((reading, self._over), return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()
            for task in self._subscriptions.values():
                task.cancel()
        if self._over.done():
            await self._goodbye(*self._over.result())

    async def _goodbye(self, code: int, error: SalonError | None) -> None:
        if error is not None:
            try:
                async with asyncio.timeout(_LAST_WORD_S):
                    await self._line.send(encode(error_frame(error, None)))
            except TimeoutError:
                pass
        await self._line.close(code, error.code if error is not None else "shutting_down")

    # -- what the client says ---------------------------------------------------------------------
    async def _read(self) -> None:
        try:
            last = await self._live.feed.last(self._scope)
            await self._say(frames.Hello(space=self._scope.space_id, number=last))
            while True:
                message = await self._line.receive()
                self._count()
                await self._take(message)
        except ClientLeft:
            return
        except SalonError as error:
            self.refuse(error)
        except Exception as error:  # supervises one socket: a defect is told and logged  # noqa: BLE001
            self._end(_FAILED, as_salon_error(error))

    def _count(self) -> None:
        """Refuse a client that says too much. Raises: RateLimited."""
        now_s = asyncio.get_running_loop().time()
        more = (now_s - self._counted_s) * frames.MESSAGES_PER_S
        self._tokens = min(float(frames.MESSAGES_AT_ONCE), self._tokens + more) - 1
        self._counted_s = now_s
        if self._tokens < 0:
            raise RateLimited(limit=f"{frames.MESSAGES_PER_S} messages per second", retry_after_s=1)

    async def _take(self, message: str | bytes) -> None:
        asked: str | None = None
        try:
            frame = read_frame(message)
            asked = frame.id
            await self._do(frame)
        except SalonError as error:
            await self._say(error_frame(error, asked or id_in(message) or ""))

    async def _do(self, frame: frames.ClientFrame) -> None:
        match frame:
            case frames.Follow():
                self._subscribe(frame.id, partial(follow_run, self, frame))
            case frames.Listen():
                self._subscribe(frame.id, partial(listen, self, frame))
            case frames.Leave():
                await self._leave(frame.id)
            case frames.Stop():
                await self._stop(frame)
            case frames.Ping():
                await self._say(frames.Pong(id=frame.id))
            case _:
                assert_never(frame)

    async def _stop(self, frame: frames.Stop) -> None:
        runs = await self._live.runs_with(self.caller(), frame.run)
        await runs.get(self._scope, frame.run)  # a foreign one is not found
        asked = await runs.stop(self._scope, frame.run)
        await self._say(frames.Stopped(id=frame.id, run=frame.run, running=asked))

    # -- subscriptions ----------------------------------------------------------------------------
    def _subscribe(self, subscription: str, work: Work) -> None:
        if subscription in self._subscriptions:
            raise Conflict(problem=f"The subscription {subscription} is open. Use another id.")
        if len(self._subscriptions) >= frames.SUBSCRIPTIONS:
            problem = f"This socket has {frames.SUBSCRIPTIONS} subscriptions. Leave one first."
            raise InvalidRequest(field="id", problem=problem)
        spawn = self._door.supervisor.spawn
        self._subscriptions[subscription] = spawn(self._guard(subscription, work), name="socket-follow")

    async def _guard(self, subscription: str, work: Work) -> None:
        """Run a subscription to its end, and tell of it if it failed."""
        try:
            await work()
            await self._say(frames.Left(id=subscription, reason="ended"))
        except ClientLeft:
            return
        except Exception as error:  # supervises one subscription  # noqa: BLE001
            try:
                await self._say(error_frame(as_salon_error(error), subscription))
            except ClientLeft:
                return
        finally:
            self._subscriptions.pop(subscription, None)

    async def _leave(self, subscription: str) -> None:
        task = self._subscriptions.pop(subscription, None)
        if task is None:
            raise InvalidRequest(field="id", problem="No subscription of this socket has this id.")
        task.cancel()
        # Nothing of it may come after the answer.
        await asyncio.wait((task,))
        self._subscriptions.pop(subscription, None)
        await self._say(frames.Left(id=subscription, reason="asked"))

    # -- for subscriptions ------------------------------------------------------------------------
    @property
    def live(self) -> LiveServices:
        """What there is to follow."""
        return self._live

    @property
    def scope(self) -> SpaceScope:
        """Whose."""
        return self._scope

    @property
    def line(self) -> Line:
        """The way to the client."""
        return self._line

    async def _say(self, frame: frames.Server) -> None:
        await self._line.send(encode(frame))

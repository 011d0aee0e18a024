"""One open session: two pumps, one watch, and an end that is told to both sides.

Each pump waits until what it read has gone out before it reads on, so a slow side holds the other one back
and nothing piles up here. Whatever ends first ends the session: a side that closes, a rule, a deadline.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from salon.foundation.egress import SocketClosed
from salon.foundation.kit.errors import (
    BudgetExceeded,
    InvalidRequest,
    RateLimited,
    SalonError,
    ShuttingDown,
    UpstreamTimeout,
)
from salon.foundation.kit.ids import new_id
from salon.gateway.protocols.realtime import events
from salon.gateway.protocols.wire_json import JsonObject, dumps_text, is_object, objects_in
from salon.gateway.realtime.clocks import within
from salon.gateway.realtime.desk import Desk
from salon.gateway.realtime.endings import SessionOver, as_error, close_of, cut, ends_well, sendable, without
from salon.gateway.realtime.meter import Meter
from salon.gateway.realtime.opening import Opened
from salon.gateway.realtime.ports import ClientLeft, ClientSocket, SessionCall
from salon.gateway.registry.plan import Plan

_TICK_S: Final = 0.5
_LAST_WORD_S: Final = 2.0
_MAY_ECHO: Final = frozenset({"error", "response.done"})
"""Events in which a provider may say what it was sent: the credential, too."""


class Session:
    """One session. Made by ``Realtime.open``, which has opened it at the provider; ``run`` it once."""

    def __init__(self, desk: Desk, call: SessionCall, plan: Plan, opened: Opened) -> None:
        self._desk = desk
        self._call = call
        self._plan = plan
        self._opened = opened
        self._socket = opened.socket
        self.meter = Meter(desk, call, plan, opened)
        self._stopped: asyncio.Future[SalonError] = asyncio.get_running_loop().create_future()
        self._is_draining = False
        self._is_sending_down = False
        self._told_error = False
        """The provider's last event was an error."""
        now_s = desk.clock.monotonic_s()
        self._ends_s = now_s + desk.bounds.max_duration_s
        self._moved_s = self._heard_s = now_s

    # -- for the door -----------------------------------------------------------------------------
    def stop(self, error: SalonError) -> None:
        """End the session, and tell the caller why."""
        if not self._stopped.done():
            self._stopped.set_result(error)

    def drain(self) -> None:
        """End the session once the answers under way are out, but soon: this process ends."""
        self._is_draining = True
        if not self.meter.is_busy:
            self.stop(ShuttingDown(retry_after_s=1))
            return
        asyncio.get_running_loop().call_later(
            self._desk.bounds.drain_s, self.stop, ShuttingDown(retry_after_s=1)
        )

    async def run(self, client: ClientSocket) -> None:
        """Relay until one side or a rule ends the session; never raises but cancellation."""
        cause: BaseException = ShuttingDown(retry_after_s=1)
        spawn = self._desk.supervisor.spawn
        tasks = [
            spawn(_caught(work), name=name)
            for work, name in (
                (self._down(client), "realtime-down"),
                (self._up(client), "realtime-up"),
                (self._watch(), "realtime-watch"),
            )
        ]
        try:
            done, _ = await asyncio.wait([*tasks, self._stopped], return_when=asyncio.FIRST_COMPLETED)
            ended = [task.result() for task in tasks if task in done]
            cause = self._stopped.result() if self._stopped in done else ended[0]
        finally:
            for task in tasks:
                task.cancel()
            error = as_error(cause, provider=self._opened.target.link.name, secrets=self._secrets())
            self.meter.close(error)
            is_told = False
            try:
                await asyncio.wait(tasks, timeout=_LAST_WORD_S)
                await self._tell(client, cause, error)
                is_told = True
            finally:
                if not is_told:
                    self._socket.abort()

    # -- provider to caller -----------------------------------------------------------------------
    async def _down(self, client: ClientSocket) -> None:
        message = self._opened.first
        stall_s = self._desk.bounds.stall_timeout_s
        if self._call.settings is not None:
            await self._set_up(self._call.settings)
        while True:
            self._heard_s = self._moved_s = self._desk.clock.monotonic_s()
            self._told_error = False
            head = events.read_head(message)
            if head is not None:
                await self._hear(head, message, client)
                if head.type in _MAY_ECHO:
                    message = self._cleaned(message)
            self._is_sending_down = True
            try:
                await within(client.send(message), stall_s)
            except TimeoutError:
                raise ClientLeft(1006) from None
            self._is_sending_down = False
            if self._is_draining and not self.meter.is_busy:
                raise ShuttingDown(retry_after_s=1)
            message = await self._socket.receive()

    async def _set_up(self, settings: JsonObject) -> None:
        """Set the session up as the client secret was made."""
        await self._learn(settings)
        await self._socket.send(events.session_update(settings))

    async def _hear(self, head: events.Head, message: str | bytes, client: ClientSocket) -> None:
        """Meter an event of the provider. Raises: BudgetExceeded and others that end the session."""
        meter = self.meter
        if head.response_id is not None:
            meter.hear(head, len(message))
        match head.type:
            case "response.created":
                await self._begin(events.text_at(events.read_event(message), "response", "id") or "", client)
            case "response.done":
                await meter.end(events.read_end(events.read_event(message)))
            case events.TRANSCRIBED:
                await meter.transcriptions.finished(events.read_event(message))
            case "error":
                self._told_error = True
                meter.refuse(events.read_event(message))
            case kind if kind in events.SESSION_TOLD:
                session = events.inner(events.read_event(message), "session")
                narrow = events.speaks_narrow(session)
                meter.is_narrow = meter.is_narrow if narrow is None else narrow
                meter.output_limit = events.limit_in(session)
                await self._learn(session)
            case _:
                pass

    async def _begin(self, response_id: str, client: ClientSocket) -> None:
        """Let a response begin, or stop one that nobody may have now."""
        try:
            await self.meter.begin(response_id)
        except RateLimited as error:
            await self._say(client, error)
            await self._socket.send(events.response_cancel(response_id))

    # -- caller to provider -----------------------------------------------------------------------
    async def _up(self, client: ClientSocket) -> None:
        stall_s = self._desk.bounds.stall_timeout_s
        while True:
            message = await client.receive()
            self._moved_s = self._desk.clock.monotonic_s()
            outgoing = await self._checked(message, client)
            if outgoing is None:
                continue
            try:
                await within(self._socket.send(outgoing), stall_s)
            except TimeoutError:
                raise SocketClosed(None, "", "it takes nothing more") from None

    async def _checked(self, message: str | bytes, client: ClientSocket) -> str | bytes | None:
        """Return what goes on to the provider; None when the caller was told that it does not."""
        head = events.read_head(message)
        if head is None:
            if isinstance(message, bytes):
                return message  # nothing that could be an event
            problem = "This is no event: a JSON object with a “type”."
            await self._say(client, InvalidRequest(field="type", problem=problem))
            return None
        event = events.read_event(message) if head.type in _READ else {}
        try:
            return await self._allowed(head, event, message)
        except BudgetExceeded as error:
            await self._say(client, error, caused_by=event.get("event_id"))
            self._told_error = True
            raise
        except SalonError as error:
            await self._say(client, error, caused_by=event.get("event_id"))
            return None

    async def _allowed(self, head: events.Head, event: JsonObject, message: str | bytes) -> str | bytes:
        """Return an event as it may go on. Raises: SalonError for one that may not."""
        if head.type == "response.create":
            if self._is_draining:
                raise ShuttingDown(retry_after_s=1)
            limit = events.limit_in(event.get("response"))
            self.meter.take_in(len(message))
            await self.meter.grant(limit=limit, event_id=events.text_at(event, "event_id"))
        elif head.type == "input_audio_buffer.append":
            self.meter.take_in(len(message), is_audio=True)
        elif head.type in events.SESSION_UPDATES:
            self.meter.take_in(len(message))
            return await self._updated(event)
        else:
            audio_bytes = _audio_bytes(event)
            self.meter.take_in(audio_bytes, is_audio=True)
            self.meter.take_in(len(message) - audio_bytes)
        return message

    async def _updated(self, event: JsonObject) -> str:
        """Return an update of the session with the provider's name of its model."""
        session = event.get("session")
        if is_object(session):
            named = session.get("model")
            if named is not None:
                self._check_model(named)
                session["model"] = self._opened.target.model
            await self._learn(session)
        return dumps_text(event)

    def _check_model(self, named: object) -> None:
        target = self._opened.target
        if named in {self._call.model, target.model, target.name, *self._plan.names}:
            return
        problem = f"This session is with “{self._call.model}”. Open another one for another model."
        raise InvalidRequest(field="session.model", problem=problem)

    async def _learn(self, session: Any) -> None:
        """Learn what a session is to do besides its model. Raises: UnknownModel, NotAllowed, Unpriced.

        The provider says it too: a stored prompt can choose what transcribes.
        """
        transcriber = events.transcriber_in(session)
        if transcriber is not None:
            await self.meter.transcriptions.set_model(transcriber)

    # -- the end ----------------------------------------------------------------------------------
    async def _watch(self) -> None:
        """Wait until a deadline has passed. Raises: SessionOver, UpstreamTimeout."""
        bounds, options = self._desk.bounds, self._desk.options
        while True:
            await asyncio.sleep(_TICK_S)
            now_s = self._desk.clock.monotonic_s()
            if now_s >= self._ends_s:
                problem = f"A session lasts {bounds.max_duration_s:g} s at most. Open another one."
                raise SessionOver(field="session", problem=problem)
            if now_s - self._moved_s >= bounds.idle_timeout_s:
                problem = f"Nothing was said for {bounds.idle_timeout_s:g} s. Open another session."
                raise SessionOver(field="session", problem=problem)
            is_waiting = self.meter.is_busy and not self._is_sending_down
            silent_s = now_s - max(self._heard_s, self._moved_s)
            if is_waiting and silent_s >= options.idle_timeout_s:
                provider = self._opened.target.link.name
                raise UpstreamTimeout(provider=provider, phase="idle", limit_s=options.idle_timeout_s)

    async def _tell(self, client: ClientSocket, cause: BaseException, error: SalonError) -> None:
        """Tell both sides that it is over: the caller by an ``error`` event first, unless all was well."""
        if isinstance(cause, ClientLeft):
            await self._socket.close(sendable(cause.code, 1001), cut(cause.reason))
            return
        code, reason = close_of(cause, error, secrets=self._secrets())
        try:
            if not (ends_well(cause) or self._told_error):
                await within(self._say(client, error), _LAST_WORD_S)
            await within(client.close(code, reason), _LAST_WORD_S)
        except (TimeoutError, ClientLeft):
            pass
        await self._socket.close(1000 if code == 1000 else 1001)

    def _cleaned(self, message: str | bytes) -> str | bytes:
        """Return an event of the provider without our credential."""
        secrets = self._secrets()
        if isinstance(message, str):
            return without(message, secrets)
        return without(message.decode("utf-8", "surrogateescape"), secrets).encode("utf-8", "surrogateescape")

    def _secrets(self) -> tuple[str, ...]:
        return self._opened.target.link.secrets()

    async def _say(self, client: ClientSocket, error: SalonError, *, caused_by: object = None) -> None:
        """Send an ``error`` event of our own. Raises: ClientLeft."""
        mark = new_id("evt").removeprefix("evt_")
        await client.send(events.error_event(error, mark=mark, caused_by=caused_by))


_READ: Final = events.SESSION_UPDATES | {"response.create", "conversation.item.create"}


async def _caught(work: Coroutine[Any, Any, None]) -> BaseException:
    """Return what ended ``work``, for which ending is no failure of a task."""
    try:
        await work
    except Exception as error:  # supervises one session: its end says what it was  # noqa: BLE001
        return error
    return RuntimeError("a pump ended by itself")


def _audio_bytes(event: JsonObject) -> int:
    """Return how much of an item is audio."""
    content = events.inner(event, "item", "content")
    return sum(len(events.text_at(part, "audio") or "") for part in objects_in(content))

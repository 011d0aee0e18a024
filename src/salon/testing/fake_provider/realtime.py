"""Realtime sessions of the fake provider: WebSockets that answer by plan, and fail by plan.

Before a session is open: a status or ``echo-key`` refuses the upgrade, ``html`` answers with a page,
``stall:before-headers`` says nothing, ``stall:after-headers`` upgrades and says nothing, ``error-object``
upgrades and says an error. In the middle of a response: ``stall``, ``reset``, ``close`` (no close frame),
``garbage`` (no frame), ``bad-json`` (no event), ``big-event``, ``error-in-stream``. After one:
``close:after-last`` closes with code 4321. ``echo-key`` in a response repeats the credential in an error and
in the close. ``no-usage``, ``usage-twice``, ``no-ids`` and ``no-start`` bend the events of a response.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from salon.testing.fake_provider import realtime_events as events
from salon.testing.fake_provider.answer import as_object
from salon.testing.fake_provider.connection import Connection
from salon.testing.fake_provider.journal import Exchange
from salon.testing.fake_provider.plan import Plan, plan_of_text
from salon.testing.fake_provider.play import CutShortError

GOODBYE: Final = 4321
_NO_FRAME: Final = b"\x83\x7f" + b"\xff" * 16


def asks_for(exchange: Exchange, path: str) -> bool:
    """Tell whether a request is the opening of a session."""
    is_socket = (exchange.header("upgrade") or "").lower() == "websocket"
    return exchange.method == "GET" and path.endswith("/realtime") and is_socket


def model_of(exchange: Exchange) -> str:
    """Return the model that the address names."""
    query = parse_qs(exchange.target.partition("?")[2])
    return (query.get("model") or query.get("deployment") or [""])[0]


class Session:
    """One session on one connection."""

    def __init__(self, connection: Connection, exchange: Exchange) -> None:
        self._connection = connection
        self._exchange = exchange
        self._protocol = ServerProtocol(max_size=None)
        is_beta = exchange.header("openai-beta") == "realtime=v1"
        self.state = events.State(model_of(exchange), is_beta=is_beta, number=exchange.number)
        self._events = 0
        self._on: dict[str, Callable[[dict[str, Any]], Iterator[dict[str, Any]]]] = {
            "session.update": self._update,
            "conversation.item.create": self._item,
            "response.create": self._respond,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "response.cancel": self._cancel,
        }

    async def run(self) -> None:
        """Play it to its end. Raises: CutShortError, CallerGoneError."""
        plan = self._exchange.plan
        await self._open()
        if plan.at("stall", "after-headers"):
            await self._connection.stall()
        if plan.fault("error-object"):
            await self._say(events.error("fake failure at the opening", code="server_error"))
            await self._bye(CloseCode.INTERNAL_ERROR, "")
            return
        await self._say({"type": "session.created", "session": self.state.shown()})
        while True:
            self._protocol.receive_data(await self._connection.read())
            await self._flush()
            for frame in self._protocol.events_received():
                assert isinstance(frame, Frame)
                if frame.opcode is Opcode.CLOSE:
                    self._exchange.close_code = (
                        self._protocol.close_rcvd.code if self._protocol.close_rcvd else None
                    )
                    return
                if frame.opcode in {Opcode.TEXT, Opcode.BINARY}:
                    await self._hear(bytes(frame.data))

    async def _open(self) -> None:
        exchange = self._exchange
        lines = [f"GET {exchange.target} HTTP/1.1", *(f"{name}: {value}" for name, value in exchange.headers)]
        self._protocol.receive_data("\r\n".join([*lines, "", ""]).encode("latin-1"))
        (request,) = self._protocol.events_received()
        assert isinstance(request, Request)
        answer = self._protocol.accept(request)
        exchange.status = answer.status_code
        self._protocol.send_response(answer)
        await self._flush()

    # -- what it does -----------------------------------------------------------------------------
    async def _hear(self, data: bytes) -> None:
        self._exchange.messages.append(data)
        try:
            event: dict[str, Any] = orjson.loads(data)
        except ValueError:
            await self._say(events.error("This is no event.", code="invalid_json"))
            return
        handler = self._on.get(str(event.get("type")))
        if handler is None:
            await self._say(events.error(f"unknown type {event.get('type')}", event_id=event.get("event_id")))
            return
        for place, answer in enumerate(handler(event)):
            plan = self._plan()
            if answer["type"].endswith(".delta") and place > 3:
                await self._misbehave(plan)
            if plan.rate and answer["type"].endswith(".delta"):
                await self._connection.pause(1 / plan.rate)
            await self._say(answer)
            if answer["type"] == "response.done" and plan.at("close", "after-last"):
                await self._bye(GOODBYE, "fake goodbye")
                raise CutShortError

    def _plan(self) -> Plan:
        return plan_of_text(self.state.last_text, self._exchange.plan)

    def _update(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.state.session |= as_object(event.get("session"))
        yield {"type": "session.updated", "session": self.state.shown()}

    def _item(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        item = as_object(event.get("item"))
        self.state.hear(item)
        shown = {"id": f"item_fake_{self.state.items}", "object": "realtime.item", **item}
        kinds = ("created",) if self.state.is_beta else ("added", "done")
        for kind in kinds:
            yield {"type": f"conversation.item.{kind}", "previous_item_id": None, "item": shown}

    def _respond(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        asked = as_object(event.get("response"))
        if asked.get("refuse"):
            yield events.error("fake refusal of a response", event_id=event.get("event_id"))
            return
        conversation = None if asked.get("conversation") == "none" else "conv_fake"
        yield from events.response(self.state, self._plan(), conversation)

    def _append(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if self.state.heard_by("turn_detection"):
            yield {"type": "input_audio_buffer.speech_started", "audio_start_ms": 0, "item_id": "item_next"}
            yield {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": 500, "item_id": "item_next"}
            yield from self._commit(event)

    def _commit(self, _: dict[str, Any]) -> Iterator[dict[str, Any]]:
        item_id = self.state.hear_speech()
        yield {"type": "input_audio_buffer.committed", "previous_item_id": None, "item_id": item_id}
        yield from events.transcription(self.state, item_id)
        if self.state.heard_by("turn_detection"):
            yield from events.response(self.state, self._plan(), "conv_fake")

    def _cancel(self, _: dict[str, Any]) -> Iterator[dict[str, Any]]:
        return iter(())

    # -- how it fails -----------------------------------------------------------------------------
    async def _misbehave(self, plan: Plan) -> None:
        connection = self._connection
        if plan.at("stall", "mid-stream"):
            await connection.stall()
        if plan.at("reset", "mid-stream"):
            connection.reset()
            raise CutShortError
        if plan.at("close", "mid-stream"):
            connection.close()
            raise CutShortError
        if plan.fault("garbage"):
            await connection.write(_NO_FRAME)
            await connection.stall()
        if plan.fault("bad-json"):
            self._protocol.send_text(b"{this is no event")
            await self._flush()
        big = plan.fault("big-event")
        if big is not None:
            self._protocol.send_text(b'{"type":"fake.big","pad":"' + b"x" * big.size + b'"}')
            await self._flush()
        if plan.fault("echo-key"):
            told = f"Incorrect key: {self._exchange.header('authorization')}"
            await self._say(events.error(told, code="invalid_api_key"))
            await self._bye(CloseCode.POLICY_VIOLATION, told)
            raise CutShortError
        if plan.fault("error-in-stream"):
            await self._say(events.error("fake failure inside a session", code="server_error"))
            await self._bye(CloseCode.INTERNAL_ERROR, "fake failure")
            raise CutShortError

    # -- the wire ---------------------------------------------------------------------------------
    async def _say(self, event: dict[str, Any]) -> None:
        self._events += 1
        told = {"event_id": f"event_fake_{self._events}", **event}
        self._protocol.send_text(orjson.dumps(told))
        await self._flush()
        self._exchange.events_sent += 1
        await asyncio.sleep(0)

    async def _bye(self, code: int, reason: str) -> None:
        self._protocol.send_close(code, reason)
        await self._flush()

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                await self._connection.write(data)

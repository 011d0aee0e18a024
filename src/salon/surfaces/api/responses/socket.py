"""Responses over a WebSocket: one answer after the other, each may go on from the one before.

A turn is a ``response.create`` message with the body of a request; its answer is the events of a stream, a
message each. The last response of a connection is kept in its memory, so that a client that has nothing
stored sends only what is new. https://www.openresponses.org/specification (2026-04-24), WebSocket Transport.
"""

import asyncio
import time
from collections import deque
from typing import Any, Final, cast

import msgspec

from salon.features.conversations.responses import (
    FIELD,
    EventReply,
    Items,
    PreviousResponseMissing,
    ToldResponse,
    continued,
    input_items,
    with_fields,
    with_input,
)
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Right
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import InvalidRequest, NotSignedIn, SalonError
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import Finish, Usage
from salon.gateway.exchange import ServedCall
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.fields import field_value, read_fields
from salon.gateway.protocols.openai_errors import error_object
from salon.gateway.protocols.responses.response import ResponseObject
from salon.gateway.protocols.wire_json import dumps, is_object, loads_lenient, objects_in
from salon.gateway.realtime import ClientLeft
from salon.surfaces.api.asgi_reply import Receive, Scope, Send
from salon.surfaces.api.asgi_request import peer_of
from salon.surfaces.api.door import Door, as_salon_error
from salon.surfaces.api.endpoints import Endpoint
from salon.surfaces.api.realtime import AsgiSocket, offered_protocol, refuse_socket, with_protocol_key
from salon.surfaces.api.services import GatewayDoor
from salon.surfaces.api.websocket_connection import CONNECTION, SalonWebSocket

MOST_S: Final = 3600.0
"""How long a connection may last, in seconds."""
MOST_WAITING: Final = 16
"""How many messages may wait for the answer before them."""
_HIGH_WATER: Final = 64
_DIALECT: Final = "responses"


class ConnectionOver(SalonError):
    """A connection has lasted as long as one may. Fields: ``limit_s``."""

    code = "websocket_connection_limit_reached"
    status = 400


class ResponsesSocket:
    """Serves the row of responses over a WebSocket."""

    def __init__(self, door: Door, *, most_s: float = MOST_S) -> None:
        self._door = door
        self._most_s = most_s

    async def serve(self, row: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket whose head was found right, from its opening to its end."""
        task = asyncio.current_task()
        assert task is not None
        try:
            await receive()  # the request itself
            identity = self._let_in(row, scope)
        except SalonError as error:
            await refuse_socket(self._door, scope, send, error)
            return
        self._door.running[task] = lambda: self._let_in_again(row, scope)
        client = AsgiSocket(receive, send)
        session = _Session(self._door, identity, cast("Any", scope)["headers"], client)
        connection = scope.get(CONNECTION)
        try:
            await send({"type": "websocket.accept", "subprotocol": offered_protocol(scope)})
            if isinstance(connection, SalonWebSocket):
                connection.on_drain = session.drain
            async with asyncio.timeout(self._most_s):
                await session.run()
        except ClientLeft:
            return
        except TimeoutError:
            await _end(client, ConnectionOver(limit_s=self._most_s), 1000)
        except asyncio.CancelledError:
            if task not in self._door.cut:
                raise
            await _end(client, NotSignedIn(problem="This key does not work any more."), 1008)
        except Exception as error:  # supervises one connection: told in the dialect  # noqa: BLE001
            await _end(client, as_salon_error(error), 1011)
        finally:
            self._door.cut.discard(task)
            del self._door.running[task]

    def _let_in(self, row: Endpoint, scope: Scope) -> KeyIdentity:
        """Return who asks. Raises: NotSignedIn, NotAllowed, ForeignOrigin, TooManyWrong."""
        headers = with_protocol_key(scope)
        access = self._door.access
        # As for any change: a cookie opens nothing for a page that is not ours.
        identity = access.identify(
            headers, peer=peer_of(scope), method="POST", query=cast(bytes, scope.get("query_string", b""))
        )
        access.authorize(row, identity)
        if identity is None:
            access.refuse_nobody()
        return identity

    def _let_in_again(self, row: Endpoint, scope: Scope) -> None:
        """Check that who opened a connection still may. Raises: NotSignedIn, NotAllowed."""
        access = self._door.access
        identity = access.identify_again(with_protocol_key(scope), peer=peer_of(scope), method="POST")
        access.authorize(row, identity)


class _Session:
    """One connection: its messages, answered in order, and the response that may be gone on from."""

    def __init__(
        self, door: Door, identity: KeyIdentity, headers: list[tuple[bytes, bytes]], client: AsgiSocket
    ) -> None:
        self._door = door
        self._identity = identity
        self._headers = {bytes(name).lower(): bytes(value) for name, value in headers}
        self._client = client
        self._asked: asyncio.Queue[str | bytes | None] = asyncio.Queue(MOST_WAITING)
        self._reply: EventReply | None = None
        self._is_draining = False
        self._last: tuple[str, Items] | None = None
        """The id of the response before, and the whole conversation up to its end."""

    def drain(self) -> None:
        """End once the answer under way is complete: the server stops."""
        self._is_draining = True
        if self._reply is None:
            self._asked.put_nowait(None)

    async def run(self) -> None:
        """Answer until the client leaves or the server stops. Raises: ClientLeft."""
        hearing = self._door.supervisor.spawn(self._hear(), name="hear-responses")
        try:
            while (message := await self._asked.get()) is not None:
                await self._answer(message)
                if self._is_draining:
                    break
        finally:
            hearing.cancel()
            if self._reply is not None:
                self._reply.leave()
        if self._is_draining:
            await self._client.close(1012, "Salon is shutting down.")
        else:
            raise ClientLeft(1000)

    async def _hear(self) -> None:
        """Take messages as they come; a client that leaves stops the answer under way."""
        try:
            while True:
                await self._asked.put(await self._client.receive())
        except ClientLeft:
            if self._reply is not None:
                self._reply.leave()
            await self._asked.put(None)

    async def _answer(self, message: str | bytes) -> None:
        """Answer one message; what is wrong with it is told, and the connection goes on."""
        gone_on_from: str | None = None
        try:
            fields = _fields_of(message)
            gone_on_from = _previous(fields)
            told = ToldResponse({FIELD: gone_on_from})
            new = input_items(field_value(fields, "input") if "input" in fields else None)
            if self._is_stored(fields, gone_on_from):
                await self._ask(with_fields(fields), told, self._door.gateway_of(_DIALECT))
                self._forget(gone_on_from)
                return
            items = continued(await self._history(gone_on_from), new)
            if fields.get("generate") is not None and bytes(fields["generate"]) == b"false":
                await self._warm_up(fields, told)
            else:
                await self._ask(with_input(fields, items, stream=True, store=False), told, self._door.gateway)
        except SalonError as error:
            self._forget(gone_on_from)
            await self._client.send(_error(error))
            return
        final = told.final
        if final is None or final.get("status") == "failed" or not isinstance(final.get("id"), str):
            self._forget(gone_on_from)
        else:
            self._last = (final["id"], [*items, *objects_in(final.get("output"))])

    def _is_stored(self, fields: dict[str, msgspec.Raw], previous: str | None) -> bool:
        """Tell whether an answer is to be kept with what it goes on from; what is only here is not."""
        may = (
            self._identity.caller.has(Right.USE_CONVERSATIONS)
            and self._door.services.conversations is not None
        )
        is_here = self._last is not None and self._last[0] == previous
        wants = bytes(fields.get("store", b"")) != b"false" and "generate" not in fields
        return may and wants and not is_here

    async def _history(self, previous: str | None) -> Items:
        """Return what was said up to a response. Raises: PreviousResponseMissing."""
        if previous is None:
            return []
        if self._last is not None and self._last[0] == previous:
            return self._last[1]
        services = self._door.services.conversations
        if services is None or not self._identity.caller.has(Right.USE_CONVERSATIONS):
            raise PreviousResponseMissing(field=FIELD, id=previous)
        stored = (await services.get()).responses.stored
        return (await stored.chain(self._identity.caller, previous=previous, conversation=None)).items

    def _forget(self, previous: str | None) -> None:
        """Let go of a response from which it did not go on."""
        if self._last is not None and self._last[0] == previous:
            self._last = None

    async def _ask(self, body: bytes, told: ToldResponse, gateway: GatewayDoor) -> None:
        """Have one request answered, and send its events. Raises: SalonError, ClientLeft."""
        outgoing: deque[bytes] = deque()
        wake = asyncio.Event()

        def take(block: bytes) -> None:
            data = told.data(block)
            if data and data != b"[DONE]":
                outgoing.append(data)
                wake.set()
                if len(outgoing) >= _HIGH_WATER:
                    reply.set_writable(False)

        reply = self._reply = EventReply(take)
        call = ServedCall(_DIALECT, self._identity, self._headers, body, time.monotonic())
        spawn = self._door.supervisor.spawn
        serving = spawn(gateway.serve(call, reply), name="serve")
        serving.add_done_callback(lambda _: wake.set())
        try:
            while True:
                while outgoing:
                    await self._client.send(outgoing.popleft().decode())
                    if not outgoing:
                        reply.set_writable(True)
                if reply.done.is_set() or serving.done():
                    break
                wake.clear()
                await wake.wait()
        finally:
            reply.leave()
            self._reply = None
        if not reply.is_stream:
            await self._client.send(_refusal(reply))
        elif not told.has_ended:
            raise InvalidRequest(field="input", problem="The answer broke off. Ask again.")

    async def _warm_up(self, fields: dict[str, msgspec.Raw], told: ToldResponse) -> None:
        """Take in what is said without asking a model."""
        context = EncodeContext(
            request_id=new_id("req"),
            model=_model(fields),
            created_at_s=SystemClock().now_ms() // 1000,
            fields=fields,
        )
        response = ResponseObject(context).ended([], Finish(reason="stop"), Usage())
        for number, name in enumerate(("created", "completed")):
            event = {"type": f"response.{name}", "sequence_number": number, "response": response}
            await self._client.send(told.data(b"data: " + dumps(event) + b"\n\n").decode())


def _fields_of(message: str | bytes) -> dict[str, msgspec.Raw]:
    """Return the fields of a request. Raises: InvalidRequest."""
    fields = read_fields(message.encode() if isinstance(message, str) else message)
    if bytes(fields.get("type", b"")) != b'"response.create"':
        raise InvalidRequest(field="type", problem="This must be response.create.")
    for name in ("background", "stream_id"):
        if name in fields and field_value(fields, name) not in {None, False}:
            raise InvalidRequest(
                field=name, problem="Over a WebSocket answers come one after the other; leave it out."
            )
    fields.pop("stream_options", None)
    fields.pop("stream_id", None)
    return fields


def _model(fields: dict[str, msgspec.Raw]) -> str:
    model = field_value(fields, "model") if "model" in fields else None
    if not isinstance(model, str) or not model:
        raise InvalidRequest(field="model", problem="It must be a string that names a model.")
    return model


def _previous(fields: dict[str, msgspec.Raw]) -> str | None:
    value = field_value(fields, FIELD) if FIELD in fields else None
    if value is not None and not isinstance(value, str):
        raise InvalidRequest(field=FIELD, problem="This must be the id of a response.")
    return value


def _refusal(reply: EventReply) -> str:
    """Return an answer that is no stream as an event: the refusal of a request."""
    said = loads_lenient(bytes(reply.body))
    error = said.get("error") if is_object(said) else None
    return dumps({"type": "error", "status": reply.status, "error": error}).decode()


def _error(error: SalonError) -> str:
    return dumps({"type": "error", "status": error.status, "error": error_object(error)}).decode()


async def _end(client: AsgiSocket, error: SalonError, code: int) -> None:
    """Tell why a connection ends, and end it."""
    try:
        await client.send(_error(error))
    except ClientLeft:
        return
    await client.close(code, error.code)

"""Realtime sessions at the ASGI door: who may open one, and its socket.

A key comes in a header, or from a browser as the subprotocol ``openai-insecure-api-key.KEY``, never in the
address. What is refused before a session is open is an HTTP answer. A browser's page cannot read that: once
it is known who asks, it is told in an ``error`` event.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qs

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import InvalidRequest, ModelUnavailable, NotSignedIn, SalonError
from salon.foundation.kit.ids import new_id
from salon.gateway.protocols.base import DialectName
from salon.gateway.protocols.realtime.events import error_event
from salon.gateway.protocols.wire_json import JsonObject
from salon.gateway.realtime import ClientLeft, OpenSession, SessionCall
from salon.gateway.realtime.secrets import PREFIX
from salon.surfaces.api.asgi_reply import Message, Receive, Scope, Send
from salon.surfaces.api.asgi_request import peer_of
from salon.surfaces.api.credentials import read_key, refuse_query_key
from salon.surfaces.api.door import Door, as_salon_error, error_headers, id_of
from salon.surfaces.api.endpoints import Endpoint
from salon.surfaces.api.services import RealtimeDoor
from salon.surfaces.api.websocket_connection import CONNECTION, SalonWebSocket

_KEY: Final = "openai-insecure-api-key."
_BETA: Final = "openai-beta.realtime-v1"
_GIVE_UP_S: Final = 1.0
_HTTP_ANSWER: Final = "websocket.http.response"


class AsgiSocket:
    """A client's socket over ASGI."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def receive(self) -> str | bytes:
        """Return the next message. Raises: ClientLeft."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            raise ClientLeft(int(message.get("code") or 1005), str(message.get("reason") or ""))
        text = message.get("text")
        return cast("str", text) if text is not None else cast("bytes", message["bytes"])

    async def send(self, message: str | bytes) -> None:
        """Send a message once there is room. Raises: ClientLeft."""
        kind = "text" if isinstance(message, str) else "bytes"
        try:
            await self._send({"type": "websocket.send", kind: message})
        except (OSError, RuntimeError) as error:  # uvicorn raises the latter once it has said goodbye itself
            raise ClientLeft(1006) from error

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye, if somebody is there."""
        try:
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except (OSError, RuntimeError):
            return


class _LetIn(msgspec.Struct, frozen=True):
    """Who was let in, and with what."""

    identity: KeyIdentity
    bound_to: str | None
    """The credential behind a client secret."""
    settings: JsonObject | None
    headers: Mapping[bytes, bytes]


class RealtimeSurface:
    """Serves the rows of realtime sessions."""

    def __init__(self, door: Door) -> None:
        self._door = door

    # -- sessions ---------------------------------------------------------------------------------
    async def serve(self, row: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket whose head was found right, from its opening to its end."""
        task = asyncio.current_task()
        assert task is not None
        running = _Running()
        self._door.running[task] = running.look
        try:
            await self._served(row, scope, receive, send, running)
        except ClientLeft:
            return
        except asyncio.CancelledError:
            if task not in self._door.cut:
                raise
            await refuse_socket(
                self._door, scope, send, NotSignedIn(problem="This key does not work any more.")
            )
        except Exception as error:  # supervises one session: told in the dialect  # noqa: BLE001
            is_known = running.call is not None
            await self._refuse(scope, send, as_salon_error(error), is_known=is_known)
        finally:
            self._door.cut.discard(task)
            del self._door.running[task]

    async def _served(
        self, row: Endpoint, scope: Scope, receive: Receive, send: Send, running: "_Running"
    ) -> None:
        await receive()  # the request itself
        let_in = await self._let_in(scope)
        check = running.check = lambda: self._check_again(row, scope, let_in)
        self._door.access.authorize(row, let_in.identity)
        call = running.call = _call(scope, let_in, renew=check)
        opened = await self._opened(call, receive)
        running.session = opened.session
        try:
            await send(_accept(scope, opened))
        except BaseException:
            opened.leave()
            raise
        connection = scope.get(CONNECTION)
        if isinstance(connection, SalonWebSocket):
            connection.on_drain = opened.session.drain
        await opened.run(AsgiSocket(receive, send))

    async def _opened(self, call: SessionCall, receive: Receive) -> OpenSession:
        """Open a session, unless the client leaves meanwhile. Raises: ClientLeft, SalonError."""
        realtime = self._door.services.realtime
        if realtime is None:
            raise ModelUnavailable(field="model", model=call.model, problem="sessions are not served here.")
        spawn = self._door.supervisor.spawn
        opening = spawn(_tried(realtime, call), name="open-session")
        leaving = spawn(_left(receive), name="watch-client")
        try:
            await asyncio.wait({opening, leaving}, return_when=asyncio.FIRST_COMPLETED)
            opened = None if leaving.done() else opening.result()
        except BaseException:
            await _give_up(opening)
            raise
        finally:
            leaving.cancel()
        if opened is None:
            await _give_up(opening)
            raise ClientLeft(1006)
        if isinstance(opened, SalonError):
            raise opened
        return opened

    async def _let_in(self, scope: Scope) -> _LetIn:
        """Return who asks for a session. Raises: NotSignedIn, ForeignOrigin, TooManyWrong."""
        headers = with_protocol_key(scope)
        access, services = self._door.access, self._door.services
        query = cast(bytes, scope.get("query_string", b""))
        refuse_query_key(query)
        secret = read_key(headers)
        peer = peer_of(scope)
        if secret is None or not secret.startswith(PREFIX) or services.client_secrets is None:
            # As for any change: a cookie opens nothing for a page that is not ours.
            identity = access.identify(headers, peer=peer, method="POST", query=query)
            if identity is None:
                access.refuse_nobody()
            return _LetIn(identity, None, None, headers)
        access.check_link(headers, peer=peer)
        known = await services.client_secrets.find(secret)
        identity = services.accounts.bound(known.bound_to) if known is not None else None
        if known is None or identity is None:
            access.refuse_secret(secret, headers, peer=peer)
        return _LetIn(identity, known.bound_to, known.session, headers)

    def _check_again(self, row: Endpoint, scope: Scope, let_in: _LetIn) -> KeyIdentity:
        """Return whom an open session acts for now. Raises: NotSignedIn, NotAllowed when it may not go on."""
        access = self._door.access
        if let_in.bound_to is not None:
            identity = self._door.services.accounts.bound(let_in.bound_to)
        else:
            identity = access.identify_again(let_in.headers, peer=peer_of(scope), method="POST")
        access.authorize(row, identity)
        assert identity is not None  # no session is open to everybody
        return identity

    async def _refuse(self, scope: Scope, send: Send, error: SalonError, *, is_known: bool) -> None:
        if not (is_known and b"origin" in _headers(scope)):
            await refuse_socket(self._door, scope, send, error)
            return
        await send({"type": "websocket.accept", "subprotocol": offered_protocol(scope)})
        client = AsgiSocket(_nothing, send)
        mark = new_id("evt").removeprefix("evt_")
        try:
            await client.send(error_event(error, mark=mark))
        except ClientLeft:
            return
        await client.close(1008 if error.status < 500 else 1011, error.code)


class _Running:
    """What is to be looked at again when a credential ends."""

    def __init__(self) -> None:
        self.check: Callable[[], KeyIdentity] | None = None
        self.call: SessionCall | None = None
        self.session: Any = None

    def look(self) -> None:
        """End the session if its credential opens it no more. Raises: SalonError before it is open."""
        if self.check is None:
            return
        try:
            self.check()
        except SalonError as error:
            if self.session is None:
                raise
            self.session.stop(error)


async def refuse_socket(
    door: Door,
    scope: Scope,
    send: Send,
    error: SalonError,
    *,
    dialect: DialectName | None = "openai-realtime",
) -> None:
    """Refuse a WebSocket before it is open, with an HTTP answer where the server can send one."""
    if _HTTP_ANSWER not in cast("dict[str, Any]", scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    request_id = id_of(error)
    headers = error_headers(error, request_id, dialect=dialect)
    body = door.render(error, dialect=dialect, request_id=request_id)
    await send({"type": f"{_HTTP_ANSWER}.start", "status": error.status, "headers": headers})
    await send({"type": f"{_HTTP_ANSWER}.body", "body": body})


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}


def with_protocol_key(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers, with a key that came as a subprotocol. Raises: NotSignedIn for two keys."""
    headers = _headers(scope)
    keys = {one.removeprefix(_KEY) for one in _offered(scope) if one.startswith(_KEY)}
    for key in keys:
        sent = read_key(headers)
        if len(keys) > 1 or sent not in {None, key}:
            raise NotSignedIn(problem="Two different keys were sent. Send one.")
        headers[b"authorization"] = b"Bearer " + key.encode("ascii", "replace")
    return headers


def _offered(scope: Scope) -> list[str]:
    return [str(one) for one in scope.get("subprotocols") or ()]


def offered_protocol(scope: Scope) -> str | None:
    """Return the subprotocol to answer with: one that was offered and holds no key."""
    offered = [one for one in _offered(scope) if not one.startswith(_KEY)]
    return "realtime" if "realtime" in offered else next(iter(offered), None)


def _accept(scope: Scope, opened: OpenSession) -> Message:
    headers = [
        (b"x-request-id", opened.request_id.encode("ascii")),
        (b"x-salon-request-id", opened.request_id.encode("ascii")),
        (b"x-salon-route", opened.target.encode("ascii", "backslashreplace")),
    ]
    return {"type": "websocket.accept", "subprotocol": offered_protocol(scope), "headers": headers}


def _call(scope: Scope, let_in: _LetIn, *, renew: Callable[[], KeyIdentity]) -> SessionCall:
    """Return what is asked for. Raises: InvalidRequest."""
    query = parse_qs(cast(bytes, scope.get("query_string", b"")).decode("latin-1"))
    for name in ("call_id", "intent"):
        if name in query:
            problem = "Only conversations over WebSocket are served: neither calls nor bare transcriptions."
            raise InvalidRequest(field=name, problem=problem)
    asked = (query.get("model") or query.get("deployment") or [""])[-1]
    settings = dict(let_in.settings) if let_in.settings is not None else None
    if settings is not None:
        named = str(settings.pop("model"))
        if asked not in {"", named}:
            raise InvalidRequest(
                field="model", problem=f"This key is for sessions with “{named[:200]}” only."
            )
        asked = named
    if not asked:
        raise InvalidRequest(field="model", problem="Name a model: /v1/realtime?model=NAME.")
    beta = let_in.headers.get(b"openai-beta", b"")
    return SessionCall(
        identity=let_in.identity,
        renew=renew,
        headers=let_in.headers,
        model=asked,
        settings=settings or None,
        is_beta=b"realtime=v1" in beta or _BETA in _offered(scope),
    )


async def _tried(realtime: RealtimeDoor, call: SessionCall) -> OpenSession | SalonError:
    """Return a session, or why there is none, which is no failure of a task."""
    try:
        return await realtime.open(call)
    except SalonError as error:
        return error


async def _give_up(opening: "asyncio.Task[OpenSession | SalonError]") -> None:
    """Let go of a session that nobody waits for any more."""
    opening.cancel()
    await asyncio.wait({opening}, timeout=_GIVE_UP_S)
    if opening.done() and not opening.cancelled() and isinstance(made := opening.result(), OpenSession):
        made.leave()


async def _left(receive: Receive) -> None:
    """Return when the client leaves before the session is open."""
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _nothing() -> Message:
    return {"type": "websocket.disconnect", "code": 1005}

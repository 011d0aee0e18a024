"""The ASGI door: every row of the table, over any ASGI server.

The core rows are answered here; addresses below ``/salon/`` and the sign-in link go on to FastAPI,
which is loaded when the first of them is asked for, or when ``warm`` is called.
"""

import asyncio
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import unquote

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import InvalidRequest, NotFound, SalonError
from salon.gateway.exchange import Headers, ServedCall
from salon.gateway.protocols.forms import from_first_delimiter, is_form
from salon.gateway.protocols.gemini.request import with_address
from salon.surfaces.api.array_reply import ArrayReply
from salon.surfaces.api.asgi_reply import AsgiReply, ClientCut, Message, Receive, Scope, Send, watch_client
from salon.surfaces.api.asgi_request import Asked, admit, check_again, peer_of, read_body
from salon.surfaces.api.batches import BatchDoor
from salon.surfaces.api.client_secrets import SecretMaker, UpgradeRequired
from salon.surfaces.api.compat import path_dialect
from salon.surfaces.api.core_reads import CoreReads
from salon.surfaces.api.door import TOLD, Door, as_salon_error
from salon.surfaces.api.endpoints import BATCHES, CORE, RESPONSES, Endpoint, Matched, RowMatcher
from salon.surfaces.api.files import FileDoor
from salon.surfaces.api.files.tus_area import area_headers
from salon.surfaces.api.heads import check_head
from salon.surfaces.api.live import LiveSurface
from salon.surfaces.api.management_door import LoadedManagement, ManagementDoor
from salon.surfaces.api.realtime import RealtimeSurface, refuse_socket

if TYPE_CHECKING:
    from salon.surfaces.api.responses import ResponseSurfaces

_MANAGED: Final = ("/salon/", "/signin", "/s/")
_SERVED: Final = ("/v1/", "/v1beta/", "/v2/", "/upload/", "/api/", "/salon/")
"""Below these are endpoints and no pages: what is not there is not found, whatever the method."""
_CUT: Final[Headers] = [(b"content-length", b"0"), (b"connection", b"close")]
_PREFLIGHT_S: Final = b"600"


class MethodNotAllowed(InvalidRequest):
    """The address takes other methods. Fields: ``field``, ``problem``, ``allow``."""

    status = 405


class NoWebSocket(MethodNotAllowed):
    """A WebSocket was asked for where there is none; clients that can do without then post at once."""

    status = 426


class SalonApp:
    """The ASGI application."""

    def __init__(self, door: Door, *, load_management: Callable[[Door], LoadedManagement]) -> None:
        self.door = door
        self._matcher = RowMatcher(CORE)
        self._reads = CoreReads(door.services)
        self._files = FileDoor(door)
        self._batches = BatchDoor(door)
        self._realtime = RealtimeSurface(door)
        self._live = LiveSurface(door)
        self._secrets = SecretMaker(door)
        self._management = ManagementDoor(door, load_management)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            await self._watched(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await self._socket(scope, receive, send)

    def warm(self, *, whole: bool = False) -> None:
        """Load the management routes now, ``whole``: all of them; call it from a thread."""
        self._management.warm(whole=whole)

    async def close(self) -> None:
        """End what still runs."""
        await self.door.close()

    @cached_property
    def _stored_responses(self) -> "ResponseSurfaces":
        from salon.surfaces.api.responses import ResponseSurfaces  # noqa: PLC0415 - not at the start

        return ResponseSurfaces(self.door)

    # -- entry ------------------------------------------------------------------------------------
    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request until its end, or until its credential stops working."""
        task = asyncio.current_task()
        assert task is not None
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        self.door.running[task] = lambda: check_again(self.door, scope, headers)
        has_begun = False

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._http(scope, receive, send_noted)
        except asyncio.CancelledError:
            if task not in self.door.cut:
                raise
            if not has_begun:
                await send({"type": "http.response.start", "status": 401, "headers": _CUT})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.door.cut.discard(task)
            del self.door.running[task]

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket, if there is one at its address."""
        path = self._path(scope)
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        matched = self._matcher.match("GET", path)
        try:
            self._check(scope, headers, path)
            await self.door.access.learn(headers)
            if matched is None or not matched.endpoint.is_socket:
                raise NotFound(what="endpoint", id=path[:200])
        except SalonError as error:
            await receive()
            dialect = None if path.startswith(_MANAGED) else "openai-realtime"
            await refuse_socket(self.door, scope, send, error, dialect=dialect)
            return
        kind = matched.endpoint.realtime
        if kind == "responses":
            await self._stored_responses.socket.serve(matched.endpoint, scope, receive, send)
            return
        surface = self._live if kind == "client" else self._realtime
        await surface.serve(matched.endpoint, scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        origin = headers.get(b"origin")
        cors = self.door.cors_headers(origin) if origin is not None else []
        asked = Asked(scope, receive, path=self._path(scope), headers=headers)
        reply = ArrayReply(extra=cors) if _asks_array(asked) else AsgiReply(extra=cors)
        row: Endpoint | None = None
        try:
            self._check(scope, headers, asked.path)
            await self.door.access.learn(headers)
            if self._is_managed(asked) and asked.method != "OPTIONS":
                await self._management.serve(asked, send, cors)
                return
            matched = self._match(asked)
            row = matched.endpoint if matched is not None else None
            if matched is None:
                self._options(asked, reply)
            else:
                await self._answer(matched, asked, reply, send)
        except ClientCut:
            return
        except Exception as error:
            if scope.get(TOLD) is error:
                return
            if reply.started:
                raise
            dialect = row.dialect if row is not None and row.dialect else path_dialect(asked.path, headers)
            self.door.refuse(reply, as_salon_error(error), dialect=dialect, headers=_added(error))
        if not reply.is_pumped:
            await reply.pump(send)

    def _is_managed(self, asked: Asked) -> bool:
        """Tell whether FastAPI serves it: all below its addresses but the WebSocket, which is a core row."""
        if not asked.path.startswith(_MANAGED):
            return False
        matched = self._matcher.match("GET", asked.path)
        return asked.method != "GET" or matched is None or matched.endpoint.realtime != "client"

    def _path(self, scope: Scope) -> str:
        """Return the decoded path below the base path; what was routed, never what Host suggests."""
        raw = scope.get("raw_path")
        path = unquote(raw.decode("latin-1")) if isinstance(raw, bytes) else str(scope["path"])
        base = self.door.services.base_path
        # A proxy comes over TCP. The socket is for commands of this machine, which know no base path; and
        # below the base path "/salon" theirs would be taken for one.
        if base and path.startswith(base + "/") and peer_of(scope).kind != "local":
            path = path[len(base) :]
        return path

    def _check(self, scope: Scope, headers: dict[bytes, bytes], path: str) -> None:
        url = cast(bytes, scope.get("raw_path") or b"") + cast(bytes, scope.get("query_string", b""))
        check_head(url, list(scope["headers"]), headers, self.door.limits, may_be_large=True)
        self.door.hosts.check(headers)
        if "\0" in path:
            raise InvalidRequest(field="address", problem="It holds a NUL character, which no name has.")

    def _match(self, asked: Asked) -> Matched | None:
        """Return the row, or ``None`` for OPTIONS. Raises: NotFound, MethodNotAllowed."""
        if asked.method == "OPTIONS":
            return None
        matched = self._matcher.match(asked.method, asked.path)
        others = self._matcher.methods(asked.path)
        is_page = matched is not None and matched.endpoint.operation == "page"
        if matched is not None and not (is_page and others):
            if is_page and asked.path.startswith(_SERVED):
                raise NotFound(what="endpoint", id=asked.path[:200])
            return matched
        if others and b"sec-websocket-key" in asked.headers:
            allow = ", ".join(others)
            raise NoWebSocket(field="method", problem=f"No WebSocket here: it takes {allow}.", allow=allow)
        if others:
            raise _not_allowed(others)
        if asked.method in {"GET", "HEAD"} or asked.path.startswith(_SERVED):
            raise NotFound(what="endpoint", id=asked.path[:200])
        raise _not_allowed(["GET", "HEAD"])

    def _options(self, asked: Asked, reply: AsgiReply) -> None:
        """Answer OPTIONS; only an allowed foreign origin learns more than the methods."""
        methods = ", ".join([*self._matcher.methods(asked.path), "OPTIONS"]).encode("ascii")
        headers: Headers = [(b"allow", methods), *area_headers(asked.path, is_asked=True)]
        origin = asked.headers.get(b"origin")
        if origin is not None and self.door.hosts.is_allowed_origin(origin):
            wanted = asked.headers.get(b"access-control-request-headers", b"")
            headers += [
                (b"access-control-allow-methods", methods),
                (b"access-control-allow-headers", wanted),
                (b"access-control-max-age", _PREFLIGHT_S),
            ]
        reply.start(204, headers)
        reply.finish()

    # -- rows -------------------------------------------------------------------------------------
    async def _answer(self, matched: Matched, asked: Asked, reply: AsgiReply, send: Send) -> None:
        row = matched.endpoint
        identity = admit(self.door, asked, row)
        if row.is_served:
            assert identity is not None
            await self._serve(matched, identity, asked, reply, send)
            return
        if row.operation == "files":
            await self._files.serve(matched, identity, asked, reply, send)
            return
        if row.operation == BATCHES:
            await self._batches.serve(matched, identity, asked, reply, send)
            return
        if row.operation == RESPONSES:
            await self._stored_responses.rows.serve(matched, identity, asked, reply, send)
            return
        if row.realtime is not None:
            assert identity is not None
            status, headers, body = await self._secrets.answer(row, identity, asked)
        else:
            status, headers, body = await self._reads.answer(matched, identity, asked)
        # A head of its own length, also for HEAD: the server leaves the body out.
        reply.start(status, headers, content_length=len(body) if status != 304 else None)
        reply.write(body)
        reply.finish()

    async def _serve(
        self, matched: Matched, identity: KeyIdentity, asked: Asked, reply: AsgiReply, send: Send
    ) -> None:
        """Hand a chat request to the gateway and relay its reply."""
        row = matched.endpoint
        body = await read_body(asked, row.max_body_bytes)
        if "model" in matched.parameters:
            body = with_address(body, model=matched.parameters["model"], stream=_asks_stream(asked.path))
        dialect = row.dialect
        assert dialect is not None
        if row.form is not None:
            content_type = asked.headers.get(b"content-type", b"")
            if row.form == dialect or is_form(content_type):
                dialect, body = row.form, from_first_delimiter(content_type, body)
        call = ServedCall(
            dialect=dialect,
            identity=identity,
            headers=asked.headers,
            body=body,
            received_at_s=time.monotonic(),
        )
        spawn = self.door.supervisor.spawn
        serving = spawn(self.door.gateway_of(dialect).serve(call, reply), name="serve")
        watching = spawn(watch_client(asked.receive, reply), name="watch-client")
        reply.is_pumped = True
        try:
            await reply.pump(send)
        except OSError:
            reply.leave()
        finally:
            watching.cancel()
            reply.leave()
            await asyncio.wait((serving,), timeout=5.0)


def _asks_stream(path: str) -> bool:
    """Tell whether an address of Gemini's dialect asks for a stream."""
    return path.endswith(":streamGenerateContent")


def _asks_array(asked: Asked) -> bool:
    """Tell whether a stream is to be one JSON array: Gemini's form unless events are asked for."""
    is_asked = asked.method == "POST" and _asks_stream(asked.path)
    return is_asked and b"alt=sse" not in asked.query.split(b"&")


def _not_allowed(methods: list[str]) -> MethodNotAllowed:
    allow = ", ".join(methods)
    return MethodNotAllowed(field="method", problem=f"This address takes {allow}.", allow=allow)


def _added(error: BaseException) -> Headers:
    """Return the headers that a refusal at this door has beside its body."""
    if isinstance(error, UpgradeRequired):
        return [(b"upgrade", b"websocket"), (b"connection", b"close, upgrade")]
    if isinstance(error, MethodNotAllowed):
        allow = (b"allow", str(error.fields.get("allow", "")).encode("ascii"))
        # RFC 9110, 15.5.22: a 426 says what to speak instead.
        return [allow, (b"upgrade", b"HTTP/1.1")] if isinstance(error, NoWebSocket) else [allow]
    # After a doubtful head nobody knows where the next request begins.
    return [(b"connection", b"close")] if isinstance(error, InvalidRequest) else []


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

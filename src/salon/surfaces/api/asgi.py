"""The ASGI door: every row of the table, over any ASGI server.

The core rows are answered here; addresses below ``/salon/`` and the sign-in link go on to FastAPI,
which is loaded when the first of them is asked for, or when ``warm`` is called.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, cast
from urllib.parse import unquote

import orjson

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import InvalidRequest, NotFound, TooLarge
from salon.gateway.exchange import Headers, ServedCall
from salon.gateway.protocols.gemini.request import with_address
from salon.surfaces.api.array_reply import ArrayReply
from salon.surfaces.api.asgi_reply import AsgiReply, ClientCut, Message, Receive, Scope, Send
from salon.surfaces.api.compat import CompatReads, path_dialect
from salon.surfaces.api.credentials import Peer
from salon.surfaces.api.door import TOLD, Door, as_salon_error
from salon.surfaces.api.endpoints import CORE, SMALL_BODY_BYTES, Endpoint, Matched, RowMatcher, endpoints
from salon.surfaces.api.heads import check_head
from salon.surfaces.api.pages import Pages

AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_MANAGED: Final = ("/salon/", "/signin")
_SERVED: Final = ("/v1/", "/v1beta/", "/api/", "/salon/")
"""Below these are endpoints and no pages: what is not there is not found, whatever the method."""
_JSON: Final[Headers] = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_TEXT: Final[Headers] = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
_MANAGED_HEADERS: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_CUT: Final[Headers] = [(b"content-length", b"0"), (b"connection", b"close")]
_READY_TIMEOUT_S: Final = 2.0
_PREFLIGHT_S: Final = b"600"


class MethodNotAllowed(InvalidRequest):
    """The address takes other methods. Fields: ``field``, ``problem``, ``allow``."""

    status = 405


class Asked:
    """One request at this door."""

    def __init__(self, scope: Scope, receive: Receive, *, path: str, headers: dict[bytes, bytes]) -> None:
        self.scope = scope
        self.receive = receive
        self.path = path
        self.headers = headers
        self.method = str(scope["method"])
        self.query = cast(bytes, scope.get("query_string", b""))


class SalonApp:
    """The ASGI application."""

    def __init__(self, door: Door, *, load_management: Callable[[Door], AsgiApp]) -> None:
        self.door = door
        self._load_management = load_management
        self._management: AsgiApp | None = None
        self._management_lock = threading.Lock()
        self._managed_rows = RowMatcher(())
        self._matcher = RowMatcher(CORE)
        self._compat = CompatReads(door.services)
        self._pages = Pages(base_path=door.services.base_path, asset_address=door.services.asset_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            await self._watched(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def warm(self) -> None:
        """Load the management routes now; call it from a thread once the server listens."""
        with self._management_lock:
            if self._management is None:
                management = self._load_management(self.door)
                core = frozenset(row.key for row in CORE)
                self._managed_rows = RowMatcher([row for row in endpoints() if row.key not in core])
                self._management = management

    async def close(self) -> None:
        """End what still runs."""
        await self.door.close()

    # -- entry ------------------------------------------------------------------------------------
    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request until its end, or until its credential stops working."""
        task = asyncio.current_task()
        assert task is not None
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        self.door.running[task] = lambda: identify(self.door, scope, headers)
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

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        origin = headers.get(b"origin")
        cors = self.door.cors_headers(origin) if origin is not None else []
        asked = Asked(scope, receive, path=self._path(scope), headers=headers)
        reply = ArrayReply(extra=cors) if _asks_array(asked) else AsgiReply(extra=cors)
        row: Endpoint | None = None
        try:
            self._check(scope, headers)
            if asked.path.startswith(_MANAGED) and asked.method != "OPTIONS":
                await self._manage(asked, send, cors)
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

    def _path(self, scope: Scope) -> str:
        """Return the decoded path below the base path; what was routed, never what Host suggests."""
        raw = scope.get("raw_path")
        path = unquote(raw.decode("latin-1")) if isinstance(raw, bytes) else str(scope["path"])
        base = self.door.services.base_path
        # A proxy comes over TCP. The socket is for commands of this machine, which know no base path; and
        # below the base path "/salon" theirs would be taken for one.
        if base and path.startswith(base + "/") and peer_of(scope) != "local":
            path = path[len(base) :]
        return path

    def _check(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        url = cast(bytes, scope.get("raw_path") or b"") + cast(bytes, scope.get("query_string", b""))
        check_head(url, list(scope["headers"]), headers, self.door.limits, may_be_large=True)
        self.door.hosts.check(headers)

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
        if others:
            raise _not_allowed(others)
        if asked.method in {"GET", "HEAD"} or asked.path.startswith(_SERVED):
            raise NotFound(what="endpoint", id=asked.path[:200])
        raise _not_allowed(["GET", "HEAD"])

    def _options(self, asked: Asked, reply: AsgiReply) -> None:
        """Answer OPTIONS; only an allowed foreign origin learns more than the methods."""
        methods = ", ".join([*self._matcher.methods(asked.path), "OPTIONS"]).encode("ascii")
        headers: Headers = [(b"allow", methods)]
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
        identity = identify(self.door, asked.scope, asked.headers)
        self.door.access.authorize(row, identity)
        if row.is_served:
            assert identity is not None
            await self._serve(matched, identity, asked, reply, send)
            return
        status, headers, body = await self._read(matched, identity, asked)
        # A head of its own length, also for HEAD: the server leaves the body out.
        reply.start(status, headers, content_length=len(body) if status != 304 else None)
        reply.write(body)
        reply.finish()

    async def _read(
        self, matched: Matched, identity: KeyIdentity | None, asked: Asked
    ) -> tuple[int, Headers, bytes]:
        """Answer a row that is no chat."""
        path = matched.endpoint.path
        if path == "/healthz":
            return 200, _TEXT, b"ok\n"
        if path == "/readyz":
            return await self._ready()
        if path == "/{page:path}":
            page = self._pages.get(matched.parameters["page"], asked.headers)
            if page is None:
                raise NotFound(what="page", id=asked.path[:200])
            return page.status, page.headers, page.body
        if path == "/metrics":
            render = self.door.services.metrics
            if render is None:
                raise NotFound(what="endpoint", id=asked.path)
            return 200, [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")], render()
        assert identity is not None
        return 200, _JSON, await self._compat_read(matched, identity, asked)

    async def _compat_read(self, matched: Matched, identity: KeyIdentity, asked: Asked) -> bytes:
        compat, row = self._compat, matched.endpoint
        match row.path:
            case "/v1/models":
                return compat.models(identity, asked.headers, asked.query)
            case "/v1/models/{model:path}":
                return compat.model(identity, asked.headers, matched.parameters["model"])
            case "/v1beta/models" | "/v1beta/models/{model:path}":
                return compat.gemini_models(identity, matched.parameters.get("model"))
            case "/api/tags" | "/api/ps":
                return compat.tags(identity, running=row.path == "/api/ps")
            case "/api/show":
                return compat.show(identity, await read_body(asked, row.max_body_bytes))
            case "/api/version":
                return compat.version()
            case _:
                raise NotFound(what="endpoint", id=asked.path[:200])

    async def _ready(self) -> tuple[int, Headers, bytes]:
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                readiness = await self.door.services.readiness()
        except TimeoutError:
            return 503, _JSON, b'{"ready":false,"parts":{}}'
        body = orjson.dumps({"ready": readiness.ready, "parts": dict(readiness.parts)})
        return (200 if readiness.ready else 503), _JSON, body

    async def _serve(
        self, matched: Matched, identity: KeyIdentity, asked: Asked, reply: AsgiReply, send: Send
    ) -> None:
        """Hand a chat request to the gateway and relay its reply."""
        row = matched.endpoint
        body = await read_body(asked, row.max_body_bytes)
        if row.dialect == "gemini":
            body = with_address(body, model=matched.parameters["model"], stream=_asks_stream(asked.path))
        assert row.dialect is not None
        call = ServedCall(
            dialect=row.dialect,
            operation=row.operation,
            identity=identity,
            headers=asked.headers,
            body=body,
            received_at_s=time.monotonic(),
        )
        spawn = self.door.supervisor.spawn
        serving = spawn(self.door.gateway.serve(call, reply), name="serve")
        watching = spawn(_watch_client(asked.receive, reply), name="watch-client")
        reply.is_pumped = True
        try:
            await reply.pump(send)
        except OSError:
            reply.leave()
        finally:
            watching.cancel()
            reply.leave()
            await asyncio.wait((serving,), timeout=5.0)

    # -- management -------------------------------------------------------------------------------
    async def _manage(self, asked: Asked, send: Send, cors: Headers) -> None:
        if self._management is None:
            await asyncio.to_thread(self.warm)
        management = self._management
        assert management is not None
        scope = asked.scope
        limit_bytes = self._precheck(asked)
        scope["salon.headers"] = asked.headers
        scope["path"] = asked.path
        await management(scope, _bounded(asked.receive, limit_bytes), _hardened(send, cors))

    def _precheck(self, asked: Asked) -> int:
        """Refuse a stranger, and a body over its limit, before the body is read; returns the limit.

        FastAPI reads bodies before it runs dependencies. The route's own dependency decides again, on
        what was routed. Raises: NotSignedIn, NotAllowed, TooLarge.
        """
        matched = self._managed_rows.match(asked.method, asked.path)
        limit_bytes = SMALL_BODY_BYTES
        if matched is not None:
            row = matched.endpoint
            limit_bytes = row.max_body_bytes
            self.door.access.authorize(row, identify(self.door, asked.scope, asked.headers))
        declared = asked.headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit_bytes:
            raise TooLarge(what="body", limit_bytes=limit_bytes)
        return limit_bytes


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
    if isinstance(error, MethodNotAllowed):
        return [(b"allow", str(error.fields.get("allow", "")).encode("ascii"))]
    # After a doubtful head nobody knows where the next request begins.
    return [(b"connection", b"close")] if isinstance(error, InvalidRequest) else []


def peer_of(scope: Scope) -> Peer:
    """Return how the client reached us. Unknown is remote."""
    server, client = scope.get("server"), scope.get("client")
    if server is not None and server[1] is None and str(server[0]).startswith("/"):
        return "local"
    host = str(client[0]) if client else ""
    is_loopback = host == "::1" or host.startswith(("127.", "::ffff:127."))
    return "loopback" if is_loopback else "remote"


def identify(door: Door, scope: Scope, headers: Mapping[bytes, bytes]) -> KeyIdentity | None:
    """Return who is calling. Raises: NotSignedIn, ForeignOrigin."""
    query = cast(bytes, scope.get("query_string", b""))
    return door.access.identify(headers, peer=peer_of(scope), method=str(scope["method"]), query=query)


async def read_body(asked: Asked, limit_bytes: int) -> bytes:
    """Return the whole body. Raises: TooLarge, ClientCut when the client leaves."""
    declared = asked.headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise InvalidRequest(field="content-length", problem="This is no number.")
    if int(declared) > limit_bytes:
        raise TooLarge(what="body", limit_bytes=limit_bytes)
    body = bytearray()
    while True:
        message = await asked.receive()
        if message["type"] == "http.disconnect":
            raise ClientCut
        body += message.get("body", b"")
        if len(body) > limit_bytes:
            raise TooLarge(what="body", limit_bytes=limit_bytes)
        if not message.get("more_body", False):
            return bytes(body)


async def _watch_client(receive: Receive, reply: AsgiReply) -> None:
    """Tell ``reply`` when the client leaves; a server says so only to those who ask."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reply.leave()


def _bounded(receive: Receive, limit_bytes: int) -> Receive:
    """Stop a body of undeclared length at its limit."""
    left_bytes = limit_bytes

    async def receive_bounded() -> Message:
        nonlocal left_bytes
        message = await receive()
        left_bytes -= len(message.get("body", b""))
        if left_bytes < 0:
            raise TooLarge(what="body", limit_bytes=limit_bytes)
        return message

    return receive_bounded


def _hardened(send: Send, cors: Headers) -> Send:
    """Add the headers that every management answer has."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            names = {bytes(name).lower() for name, _ in headers}
            headers += [(name, value) for name, value in _MANAGED_HEADERS if name not in names]
            message["headers"] = headers + cors
        await send(message)

    return send_with_headers


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

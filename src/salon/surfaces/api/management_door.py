"""The way to the management routes, which FastAPI serves: loaded late, guarded before a body is read."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from salon.foundation.kit.errors import TooLarge
from salon.gateway.exchange import Headers
from salon.surfaces.api.asgi_reply import Message, Receive, Scope, Send
from salon.surfaces.api.asgi_request import Asked, admit
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import SMALL_BODY_BYTES, Endpoint, RowMatcher
from salon.surfaces.api.files.tus_area import area_headers

_MANAGED_HEADERS: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class LoadedManagement(Protocol):
    """The management routes, once they are loaded."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        ...

    def rows(self) -> Sequence[Endpoint]:
        """Return the rows of the routes that are loaded."""
        ...

    def load_more(self) -> None:
        """Load the routes that were left out so far; call it from a thread."""
        ...


class ManagementDoor:
    """Hands requests on to the application that ``load`` makes."""

    def __init__(self, door: Door, load: Callable[[Door], LoadedManagement]) -> None:
        self._door = door
        self._load = load
        self._app: LoadedManagement | None = None
        self._is_whole = False
        self._lock = threading.Lock()
        self._rows = RowMatcher(())

    def warm(self, *, whole: bool = False) -> None:
        """Load the management routes now, all of them or the first; call it from a thread."""
        with self._lock:
            loaded = self._app or self._load(self._door)
            if whole and not self._is_whole:
                loaded.load_more()
                self._is_whole = True
            self._rows = RowMatcher(loaded.rows())
            self._app = loaded

    async def serve(self, asked: Asked, send: Send, cors: Headers) -> None:
        """Serve one request. Raises: NotSignedIn, NotAllowed, TooLarge."""
        if self._app is None:
            await asyncio.to_thread(self.warm)
        if not self._is_whole and self._rows.match(asked.method, asked.path) is None:
            await asyncio.to_thread(lambda: self.warm(whole=True))
        app = self._app
        assert app is not None
        scope = asked.scope
        limit_bytes = self._precheck(asked)
        scope["salon.headers"] = asked.headers
        scope["path"] = asked.path
        await app(
            scope, _bounded(asked.receive, limit_bytes), _hardened(send, cors + area_headers(asked.path))
        )

    def _precheck(self, asked: Asked) -> int:
        """Refuse a stranger, and a body over its limit, before the body is read; returns the limit.

        FastAPI reads bodies before it runs dependencies. The route's own dependency decides again, on
        what was routed. Raises: NotSignedIn, NotAllowed, TooLarge.
        """
        matched = self._rows.match(asked.method, asked.path)
        limit_bytes = SMALL_BODY_BYTES
        if matched is not None:
            row = matched.endpoint
            limit_bytes = row.max_body_bytes
            admit(self._door, asked, row)
        declared = asked.headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit_bytes:
            raise TooLarge(what="body", field="body", limit_bytes=limit_bytes)
        return limit_bytes


def _bounded(receive: Receive, limit_bytes: int) -> Receive:
    """Stop a body of undeclared length at its limit."""
    left_bytes = limit_bytes

    async def receive_bounded() -> Message:
        nonlocal left_bytes
        message = await receive()
        left_bytes -= len(message.get("body", b""))
        if left_bytes < 0:
            raise TooLarge(what="body", field="body", limit_bytes=limit_bytes)
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

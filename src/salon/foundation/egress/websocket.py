"""WebSockets to the outside: the ``websockets`` library on a connection that egress has made and checked.

No redirect is followed, no proxy asked, nothing compressed: an answer other than 101 is ``UpgradeRefused``.
"""

import asyncio
import contextlib
import logging
from typing import Final

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.uri import parse_uri

from salon.foundation.egress.connect import Egress
from salon.foundation.egress.errors import EgressBroken, EgressRefused, EgressTimeout
from salon.foundation.egress.messages import Headers, HttpRequest
from salon.foundation.egress.policy import EgressPolicy

PING_S: Final = 20.0
"""How often a peer is asked whether it lives."""
PONG_S: Final = 75.0
"""How long it may take to say so: longer than a slow reader on the other side may keep it waiting."""
_WAITING_MESSAGES: Final = 4
"""More than this unread, and the peer is not read any further."""
_WRITE_BYTES: Final = 64 * 1024
_GOODBYE_S: Final = 1.0
_OWN_HEADERS: Final = frozenset({b"content-type", b"content-length", b"accept", b"host", b"user-agent"})

# At level debug the library writes down every frame; what people say belongs in no log.
_quiet: Final = logging.getLogger(f"{__name__}.library")
_quiet.setLevel(logging.ERROR)


class UpgradeRefused(EgressBroken):
    """The peer answered the request to speak WebSocket with something else. Fields: ``host``, ``detail``."""

    def __init__(self, *, host: str, response_status: int, headers: Headers, body: bytes) -> None:
        super().__init__(sent_any_response=True, host=host, detail=f"it answered {response_status}")
        self.response_status = response_status
        self.headers = headers
        """With lower-case names."""
        self.body = body


class SocketClosed(Exception):
    """The peer closed a WebSocket, or it broke."""

    def __init__(self, code: int | None, reason: str, problem: str) -> None:
        super().__init__(problem or reason)
        self.code = code
        """The code the peer sent; None when it sent none and the connection broke."""
        self.reason = reason
        self.problem = problem
        """What was wrong, as half a sentence; empty after a close the peer told."""


class WebSocket:
    """One WebSocket to a peer. Reads wait for a message, writes for room; neither keeps more than a few."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def receive(self) -> str | bytes:
        """Return the next message: text as ``str``. Raises: SocketClosed. Cancelling loses nothing."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            raise _closed(closed) from closed

    async def send(self, message: str | bytes) -> None:
        """Send a message once there is room. Raises: SocketClosed."""
        try:
            await self._connection.send(message)
        except ConnectionClosed as closed:
            raise _closed(closed) from closed

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye, and cut the connection unless the peer answers within a second."""
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._connection.close(code, reason)
        self.abort()

    def abort(self) -> None:
        """Cut the connection at once."""
        self._connection.transport.abort()


class _Connection(ClientConnection):
    """Leaves a peer that said goodbye and holds the connection; the library waits for the next ping."""

    _is_ending = False

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        super().data_received(data)
        if not self._is_ending and self.protocol.close_expected():
            self._is_ending = True
            self.loop.call_later(_GOODBYE_S, self.transport.abort)


async def open_websocket(
    egress: Egress,
    request: HttpRequest,
    *,
    connect_timeout_s: float,
    policy: EgressPolicy,
    max_message_bytes: int,
) -> WebSocket:
    """Return a WebSocket at the address of ``request``, opened with its headers.

    Raises: EgressRefused, EgressUnreachable, EgressTimeout, EgressBroken; UpgradeRefused with the answer.
    """
    url = request.url
    scheme = "wss" if url.scheme == "https" else "ws"
    address = f"{scheme}://{url.authority}{request.target.decode('ascii')}"

    def make() -> ClientConnection:
        protocol = ClientProtocol(parse_uri(address), max_size=max_message_bytes, logger=_quiet)
        return _Connection(
            protocol,
            ping_interval=PING_S,
            ping_timeout=PONG_S,
            close_timeout=_GOODBYE_S,
            max_queue=_WAITING_MESSAGES,
            write_limit=_WRITE_BYTES,
        )

    loop = asyncio.get_running_loop()
    ends_s = loop.time() + connect_timeout_s
    transport, connection = await egress.connect(make, url, policy=policy, timeout_s=connect_timeout_s)
    try:
        async with asyncio.timeout_at(ends_s):
            await connection.handshake(_headers(request), user_agent_header=_agent(request))
    except TimeoutError as error:
        transport.abort()
        raise EgressTimeout(host=url.host, phase="connect", limit_s=connect_timeout_s) from error
    except (InvalidHandshake, ConnectionClosed, OSError, EOFError) as error:
        transport.abort()
        raise _failure(error, url.host) from error
    except BaseException:
        transport.abort()
        raise
    connection.start_keepalive()
    return WebSocket(connection)


def _headers(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the headers of the opening. Raises: EgressRefused for one that would end its line early."""
    kept = [(name, value) for name, value in request.headers if name not in _OWN_HEADERS]
    if any(b"\r" in part or b"\n" in part or b"\0" in part for header in kept for part in header):
        raise EgressRefused(host=request.url.host, detail="a header holds a line break")
    return [(name.decode("ascii"), value.decode("latin-1")) for name, value in kept]


def _agent(request: HttpRequest) -> str | None:
    named = (value for name, value in request.headers if name == b"user-agent")
    return next((value.decode("latin-1") for value in named), None)


def _failure(error: Exception, host: str) -> EgressBroken:
    found: BaseException | None = error
    while isinstance(found, InvalidMessage) and found.__cause__ is not None:
        found = found.__cause__
    if isinstance(error, InvalidStatus):
        answer = error.response
        headers = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.raw_items()
        ]
        return UpgradeRefused(
            host=host, response_status=answer.status_code, headers=headers, body=bytes(answer.body or b"")
        )
    is_silent = isinstance(found, EOFError | OSError | ConnectionClosed)
    detail = "it broke off before the session was open" if is_silent else "its answer is no WebSocket's"
    return EgressBroken(sent_any_response=not is_silent, host=host, detail=detail)


def _closed(closed: ConnectionClosed) -> SocketClosed:
    told, ours = closed.rcvd, closed.sent
    if told is not None and closed.rcvd_then_sent is not False:
        return SocketClosed(told.code, told.reason, "")
    if ours is not None and ours.code == 1009:
        return SocketClosed(None, "", "it sent a message that is larger than allowed here")
    if ours is not None and ours.code in {1002, 1007}:
        return SocketClosed(None, "", "it sent bytes that are no WebSocket message")
    if ours is not None and ours.code == 1011:
        return SocketClosed(None, "", "it fell silent")
    return SocketClosed(None, "", "the connection broke")

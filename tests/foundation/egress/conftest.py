"""A peer on loopback that answers as each test tells it, and a receiver that writes everything down."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from salon.foundation.egress import ADMIN, Egress, EgressError, HttpClient, HttpRequest, Url

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


class Peer:
    """A scripted HTTP server."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self.connections = 0
        self.requests: list[bytes] = []
        self.closed = 0
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await self._one(reader, writer, number):
                pass
        self.closed += 1
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length: "):
                length = int(line[16:])
        self.requests.append(head + (await reader.readexactly(length)))
        await self._behaviour(reader, writer, number)
        return not writer.is_closing()

    @property
    def url(self) -> Url:
        return Url(scheme="http", host="127.0.0.1", port=self.port)


class Notes:
    """A receiver that keeps everything."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.data: list[bytes] = []
        self.error: EgressError | None = None
        self.ended = asyncio.Event()
        self.calls: list[str] = []

    def on_head(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status, self.headers = status, headers
        self.calls.append("head")

    def on_data(self, data: bytes) -> None:
        self.data.append(data)
        if self.calls[-1:] != ["data"]:
            self.calls.append("data")

    def on_end(self) -> None:
        self.calls.append("end")
        self.ended.set()

    def on_error(self, error: EgressError) -> None:
        self.error = error
        self.calls.append("error")
        self.ended.set()

    @property
    def body(self) -> bytes:
        return b"".join(self.data)


class Line:
    """A client and a peer."""

    def __init__(self, client: HttpClient, peer: Peer) -> None:
        self.client = client
        self.peer = peer

    def request(self, **fields: object) -> HttpRequest:
        return HttpRequest(**({"url": self.peer.url} | fields))  # type: ignore[arg-type]

    async def ask(self, **fields: object) -> Notes:
        notes = Notes()
        await self.client.open(self.request(**fields), notes, connect_timeout_s=30, policy=ADMIN)
        await asyncio.wait_for(notes.ended.wait(), 60)
        return notes

    async def fetch(self, **fields: object) -> bytes:
        response = await self.client.fetch(self.request(**fields), timeout_s=30, policy=ADMIN)
        return response.body


@contextlib.asynccontextmanager
async def _line(behaviour: Behaviour | bytes, **options: object) -> AsyncIterator[Line]:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        assert isinstance(behaviour, bytes)
        writer.write(behaviour)
        await writer.drain()

    peer = Peer(say if isinstance(behaviour, bytes) else behaviour)
    server = await asyncio.start_server(peer.handle, "127.0.0.1", 0, limit=1 << 24)
    peer.port = server.sockets[0].getsockname()[1]
    egress = Egress()
    client = HttpClient(egress, **options)  # type: ignore[arg-type]
    try:
        yield Line(client, peer)
    finally:
        await client.close()
        server.close()
        async with asyncio.timeout(30):
            while peer.closed < peer.connections:
                await asyncio.sleep(0.005)
        await server.wait_closed()
        egress.close()
        await asyncio.sleep(0.01)


@pytest.fixture
def line():
    """Open a client and a scripted peer."""
    return _line


@pytest.fixture
def notes():
    """Make a receiver."""
    return Notes

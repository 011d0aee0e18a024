"""A proxy that speaks TLS before a house, as on the internet; bytes go through as they are."""

import asyncio
import contextlib
import threading
from collections.abc import Generator

from salon.testing.fake_provider.certificates import server_context

_START_S = 20.0
_PIECE = 65536


class TlsFront:
    """Where it listens, and what a client must trust."""

    def __init__(self, port: int, certificate: bytes) -> None:
        self.url = f"https://127.0.0.1:{port}"
        self.certificate = certificate
        """As PEM."""


@contextlib.contextmanager
def tls_front(port: int) -> Generator[TlsFront]:
    """Run one before what listens at ``port`` of this machine, on an event loop in a thread of its own."""
    context, certificate = server_context()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tls-front", daemon=True)
    thread.start()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_carry(reader, inner_writer), _carry(inner_reader, writer))

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)

    async def stop(server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        server = asyncio.run_coroutine_threadsafe(start(), loop).result(_START_S)
        yield TlsFront(server.sockets[0].getsockname()[1], certificate)
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(_START_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_START_S)
        loop.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on until one side ends, and end the other one too."""
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
    writer.close()

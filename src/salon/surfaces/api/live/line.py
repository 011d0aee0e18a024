"""The way of frames to one client: an ASGI socket, and below it the shorter way of our own door."""

import asyncio
import struct
from typing import Final

from salon.gateway.realtime import ClientLeft
from salon.surfaces.api.realtime import AsgiSocket
from salon.surfaces.api.websocket_connection import SalonWebSocket

_TEXT: Final = 0x81
"""The first byte of a whole text message (RFC 6455, 5.2)."""


class Line:
    """Sends frames, each whole, in the order of the calls; waits while the client reads too slowly."""

    def __init__(self, socket: AsgiSocket, connection: SalonWebSocket | None) -> None:
        self._socket = socket
        self._connection = connection

    async def receive(self) -> str | bytes:
        """Return the next message. Raises: ClientLeft."""
        return await self._socket.receive()

    def send_now(self, frame: bytes) -> bool:
        """Send a frame if there is room now; false if it must be waited for. Raises: ClientLeft.

        Each delta of each viewer goes this way: no dictionary, no text made of bytes and back, no coroutine.
        """
        connection = self._connection
        if connection is None or not connection.writable.is_set():
            return False
        transport = connection.transport
        if connection.close_sent or transport.is_closing():
            raise ClientLeft(1006)
        transport.write(text_message(frame))
        return True

    async def send(self, frame: bytes) -> None:
        """Send a frame once there is room. Raises: ClientLeft."""
        connection = self._connection
        if connection is None:
            await self._socket.send(frame.decode())
            return
        while not self.send_now(frame):
            await connection.writable.wait()

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye, if somebody is there who takes it."""
        try:
            async with asyncio.timeout(2):
                await self._socket.close(code, reason)
        except TimeoutError:
            if self._connection is not None:
                self._connection.transport.abort()


def text_message(payload: bytes) -> bytes:
    """Return a server's text message in one frame."""
    size_bytes = len(payload)
    if size_bytes < 126:
        return struct.pack("!BB", _TEXT, size_bytes) + payload
    if size_bytes < 65536:
        return struct.pack("!BBH", _TEXT, 126, size_bytes) + payload
    return struct.pack("!BBQ", _TEXT, 127, size_bytes) + payload

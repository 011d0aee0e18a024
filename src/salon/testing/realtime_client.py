"""A caller's side of a realtime session in this process: what it says, and everything it hears."""

import asyncio
from typing import Any

import orjson

from salon.gateway.realtime import ClientLeft


class MemorySocket:
    """A socket whose other end is a test. One event loop."""

    def __init__(self) -> None:
        self._said: asyncio.Queue[str | bytes | ClientLeft] = asyncio.Queue()
        self._news = asyncio.Event()
        self.heard: list[str | bytes] = []
        """Every message, as it came."""
        self.closed: tuple[int, str] | None = None
        """Code and reason, once it was closed from the other side."""
        self.takes = asyncio.Event()
        """Cleared, it reads nothing: whoever sends to it waits."""
        self.takes.set()

    # -- for the test -----------------------------------------------------------------------------
    def say(self, kind: str, **fields: Any) -> None:
        """Send an event."""
        self._said.put_nowait(orjson.dumps({"type": kind, **fields}).decode())

    def say_raw(self, message: str | bytes) -> None:
        """Send a message that need not be an event."""
        self._said.put_nowait(message)

    def ask(self, text: str, **fields: Any) -> None:
        """Say something and ask for a response."""
        content = [{"type": "input_text", "text": text}]
        self.say("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        self.say("response.create", **fields)

    def leave(self, code: int = 1000) -> None:
        """Close the socket."""
        self._said.put_nowait(ClientLeft(code))

    @property
    def kinds(self) -> list[str]:
        """The kinds of all events heard so far."""
        return [str(one.get("type")) for one in self.events]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events heard so far."""
        return [orjson.loads(one) for one in self.heard]

    async def wait_for(self, kind: str, *, count: int = 1, timeout_s: float = 60.0) -> dict[str, Any]:
        """Return the ``count``-th event of a kind once it was heard. Raises: TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while self.kinds.count(kind) < count:
                self._news.clear()
                await self._news.wait()
        return [event for event in self.events if event["type"] == kind][count - 1]

    # -- as a socket ------------------------------------------------------------------------------
    async def receive(self) -> str | bytes:
        """Return what the test said next. Raises: ClientLeft."""
        said = await self._said.get()
        if isinstance(said, ClientLeft):
            raise said
        return said

    async def send(self, message: str | bytes) -> None:
        """Hear a message."""
        await self.takes.wait()
        self.heard.append(message)
        self._news.set()

    async def close(self, code: int, reason: str) -> None:
        """Hear the end."""
        self.closed = (code, reason)

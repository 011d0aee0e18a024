"""Sessions in the loop of the test, between a memory socket and the fake provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from salon.foundation.accounts import KeyIdentity
from salon.gateway.realtime import SessionCall
from salon.gateway.realtime.relay import OpenSession
from salon.testing.gateway_bench import OWNER, GatewayBench
from salon.testing.realtime_client import MemorySocket


class Talk:
    """One session under way."""

    def __init__(self, socket: MemorySocket, opened: OpenSession, task: "asyncio.Task[None]") -> None:
        self.socket = socket
        self.opened = opened
        self.task = task

    async def ended(self) -> tuple[int, str]:
        """How the other side closed it."""
        await asyncio.wait_for(asyncio.shield(self.task), 60)
        assert self.socket.closed is not None
        return self.socket.closed


@pytest.fixture
def talking():
    """Open a session and run it for the length of a block."""

    @asynccontextmanager
    async def run(
        bench: GatewayBench, *, model: str = "openai/fake", identity: KeyIdentity = OWNER, **fields: object
    ) -> AsyncIterator[Talk]:
        call = SessionCall(identity=identity, headers={}, model=model, **fields)
        opened = await bench.gateway.realtime.open(call)
        socket = MemorySocket()
        task = asyncio.create_task(opened.run(socket))
        try:
            yield Talk(socket, opened, task)
        finally:
            socket.takes.set()
            socket.leave()
            await asyncio.wait({task}, timeout=20)
            task.cancel()

    return run

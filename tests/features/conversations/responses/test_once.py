"""A process that dies once a response is stored leaves it stored once, whatever its client sends again."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from salon.features.conversations.responses import Background, StoredResponses, StoringGateway
from salon.features.conversations.responses.tables import responses
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage, statement
from salon.gateway.answers import IdempotencyKeys
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.kept_reply import KeptReply
from salon.testing.columns import Column
from salon.testing.everybody import OWNER
from salon.testing.tree_histories import on

ALL = statement(select(responses.c.id))
SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]}
ANSWER = {"object": "response", "id": "theirs", "model": "m", "output": [SAID], "status": "completed"}


class Provider:
    """Answers everything the same, as a stream or whole."""

    async def serve(self, call: ServedCall, reply: Reply, in_place: object = None) -> None:
        if b'"stream":true' not in call.body.replace(b" ", b""):
            reply.send(200, [(b"content-type", b"application/json")], orjson.dumps(ANSWER))
            return
        reply.start(200, [(b"content-type", b"text/event-stream")])
        for kind in ("created", "completed"):
            event = {"type": f"response.{kind}", "response": ANSWER}
            reply.write(b"event: response.%s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(event)))
        reply.finish()


async def nothing_is_missing(_call: ServedCall) -> None:
    pass


class Dying(StoredResponses):
    """Stores a response, and is never heard of again: a process that is killed at that moment."""

    is_stored: asyncio.Event

    async def keep(self, *args: Any, **fields: Any) -> Any:
        await super().keep(*args, **fields)
        await self._die()

    async def begin(self, *args: Any, **fields: Any) -> Any:
        await super().begin(*args, **fields)
        await self._die()

    async def _die(self) -> None:
        self.is_stored.set()
        await asyncio.Event().wait()


class Process:
    """One process of the house. Its claims are free as soon as it is dead."""

    def __init__(self, storage: Storage, kind: type[StoredResponses]) -> None:
        self.clock, self.supervisor = SystemClock(), TaskSupervisor("test")
        self.stored = kind(storage, self.clock)
        self.runs = Runs(storage, clock=self.clock)
        background = Background(
            Provider(), self.stored, self.runs, self.supervisor, check_files=nothing_is_missing
        )
        self.runs.resume_with("response", background.resume)
        keys = IdempotencyKeys(storage, self.clock, ttl_s=60, lease_s=0.0)
        self.gateway = StoringGateway(Provider(), self.stored, background, self.supervisor, keys=keys)

    async def ask(self, **fields: Any) -> KeptReply:
        reply = KeptReply()
        body = orjson.dumps({"model": "m", "input": "hi", **fields})
        headers = {b"idempotency-key": b"mine"}
        call = ServedCall("responses", KeyIdentity(caller=OWNER, name="owner"), headers, body, 0.0)
        await self.gateway.serve(call, reply)
        return reply

    async def close(self) -> None:
        await self.supervisor.close()
        await self.runs.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("background", [False, True])
def test_a_response_is_stored_once_though_its_process_dies_before_it_is_told(
    column: Column, tmp_path: Path, stream: bool, background: bool
) -> None:
    async def scene(storage: Storage) -> None:
        asked = {"stream": stream, "background": background, "store": True}
        dead, living = Process(storage, Dying), Process(storage, StoredResponses)
        dead.stored.is_stored = asyncio.Event()
        dying = asyncio.ensure_future(dead.ask(**asked))
        async with asyncio.timeout(30):
            await dead.stored.is_stored.wait()
        first = await ids(storage)
        if background and stream:
            await living.runs.start(is_alone=True)
        told, again = await living.ask(**asked), await living.ask(**asked)
        assert (len(first), await ids(storage)) == (1, first)
        assert (told.status, told.closed, first[0].encode() in told.body) == (200, True, True)
        assert (again.body, again.headers[0]) == (told.body, told.headers[0])
        dying.cancel()
        await asyncio.wait([dying])
        for process in (dead, living):
            await process.close()

    on(column, tmp_path, scene)


async def ids(storage: Storage) -> list[str]:
    """Return the responses that are stored."""
    return [str(row[0]) for row in await storage.read(lambda tx: tx.all(ALL))]

"""Responses of providers with words of their own, and defects: told, never silence."""

import asyncio
from pathlib import Path
from typing import Any, cast

import orjson

from salon.features.conversations.responses import Background, StoredResponses, StoringGateway
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import Storage
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.kept_reply import KeptReply
from salon.testing.columns import Column
from salon.testing.everybody import OWNER
from salon.testing.tree_histories import on

ANSWER = {"object": "response", "id": "theirs", "model": "m", "output": [], "status": "a word of their own"}


class Provider:
    """Answers with what it was given, or fails."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def serve(self, call: ServedCall, reply: Reply, in_place: object = None) -> None:
        reply.send(200, [(b"content-type", b"application/json")], orjson.dumps(self._answer))


async def asked(stored: StoredResponses | None) -> KeptReply:
    reply = KeptReply()
    supervisor = TaskSupervisor("test")
    gateway = StoringGateway(
        Provider(ANSWER), cast(StoredResponses, stored), cast(Background, None), supervisor
    )
    body = orjson.dumps({"model": "m", "input": "hello"})
    call = ServedCall("responses", KeyIdentity(caller=OWNER, name="owner"), {}, body, 0.0)
    await gateway.serve(call, reply)
    await supervisor.close()
    return reply


def test_a_status_that_nobody_knows_is_kept_as_incomplete(column: Column, tmp_path: Path) -> None:
    async def scene(storage: Storage) -> None:
        stored = StoredResponses(storage, SystemClock())
        told = orjson.loads(bytes((await asked(stored)).body))
        assert (await stored.get(OWNER, told["id"])).status == "incomplete"

    on(column, tmp_path, scene)


def test_a_defect_is_an_answer() -> None:
    reply = asyncio.run(asked(None))
    assert (reply.status, reply.closed) == (500, True)

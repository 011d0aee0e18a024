"""Responses that may be stored, where what stores them cannot be made, or is not asked for."""

import asyncio
import json

import pytest

from salon.foundation.kit.errors import StorageError
from salon.foundation.kit.later import Later
from salon.foundation.kit.tasks import TaskSupervisor
from salon.surfaces.api.services import ConversationServices
from salon.testing.raw_http import request_bytes

BODY = json.dumps({"model": "demo", "input": "hello"}).encode()


def _later(error: Exception, asked: list[Exception]) -> Later[ConversationServices]:
    async def make() -> ConversationServices:
        asked.append(error)
        raise error

    return Later(make, TaskSupervisor("test"), name="make")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StorageError(problem="The disk is full.", fix="Free some space."), 503, "storage"),
        (RuntimeError("sk-salon-secret in a message"), 500, "internal"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_the_words_of_the_dialect(doors, error, status, code):
    asked: list[Exception] = []

    async def run():
        async with doors(conversations=_later(error, asked)) as server:
            owner = {
                "cookie": "salon_session=session-good",
                "host": "localhost",
                "origin": "http://localhost",
            }
            for _ in range(2):
                answer = await server.ask(request_bytes("POST", "/v1/responses", BODY, owner))
                assert answer.status == status, answer.body
                assert answer.json()["error"]["code"] == code
                assert b"secret" not in answer.body
        assert asked == [error, error]  # each call tried anew

    asyncio.run(run())


def test_a_key_that_may_keep_nothing_loads_nothing(doors):
    asked: list[Exception] = []

    async def run():
        async with doors(conversations=_later(RuntimeError(), asked)) as server:
            key = {"authorization": "Bearer sk-salon-good"}
            answer = await server.ask(request_bytes("POST", "/v1/responses", BODY, key))
            assert answer.status == 200, answer.body
        assert asked == []

    asyncio.run(run())

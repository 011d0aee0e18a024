"""No memory for one answer: its caller gets an error in its own words, and everyone else their answers."""

import asyncio

import pytest

from salon.testing.raw_http import request_bytes

GOOD = {"authorization": "Bearer sk-salon-good"}


class Exhausted:
    """A listing that finds no memory, until told that there is some."""

    def __init__(self) -> None:
        self.has_memory = False

    def __call__(self, identity):
        if not self.has_memory:
            raise MemoryError("x" * 100)
        return []


@pytest.mark.parametrize(
    ("path", "headers", "words"),
    [
        ("/v1/models", {}, b'"code":"internal"'),
        ("/v1/models", {"anthropic-version": "2023-06-01"}, b'"type":"error"'),
        ("/v1beta/models", {}, b'"status":"INTERNAL"'),
        ("/api/tags", {}, b'"error":'),
    ],
)
def test_a_handler_without_memory_answers_with_an_error(doors, caplog, path, headers, words):
    async def run():
        listing = Exhausted()
        async with doors(list_models=listing) as server:
            asked = request_bytes("GET", path, b"", GOOD | headers)
            answer = await server.ask(asked)
            assert (answer.status, words in answer.body) == (500, True)
            assert b"MemoryError" not in answer.body
            assert b"x" * 50 not in answer.body  # longer than any id that happens to have some
            listing.has_memory = True
            assert (await server.ask(asked)).status == 200
            assert server.app.door.running == {}

    asyncio.run(run())
    assert any(record.exc_info and record.exc_info[0] is MemoryError for record in caplog.records)

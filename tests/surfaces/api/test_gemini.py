"""Gemini's addresses: the model and the stream in the path, events or one array, the key in a header."""

import asyncio
import json

import pytest

from salon.foundation.kit.errors import RateLimited
from salon.surfaces.api.array_reply import ArrayReply
from salon.testing.raw_http import request_bytes


def sent(reply):
    """Return status, headers and body of what a reply queued."""
    messages = []

    async def send(message):
        messages.append(message)

    asyncio.run(reply.pump(send))
    headers = dict(messages[0]["headers"])
    return messages[0]["status"], headers, b"".join(message.get("body", b"") for message in messages[1:])


@pytest.mark.parametrize("version", ["v1", "v1beta"])
@pytest.mark.parametrize(("method", "stream"), [("generateContent", False), ("streamGenerateContent", True)])
def test_the_path_says_model_and_stream(doors, version, method, stream):
    async def run():
        async with doors() as server:
            path = f"/{version}/models/kind/a%3Ab:{method}?alt=sse"
            await server.ask(request_bytes("POST", path, b'{"contents":[]}', {}))
            call = server.gateway.calls[-1]
            assert call.dialect == "gemini"
            assert json.loads(call.body) == {"contents": [], "model": "kind/a:b", "stream": stream}

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/v1beta/models", "/v1/models"])
def test_models_are_listed_in_its_words(doors, path):
    async def run():
        async with doors() as server:
            head = {"x-goog-api-key": "sk-salon-good"}
            listed = (await server.ask(request_bytes("GET", path, b"", head))).json()["models"]
            assert [model["name"] for model in listed][-1] == "models/kind/name"
            one = (await server.ask(request_bytes("GET", f"{path}/kind/name", b"", head))).json()
            assert one == listed[-1]

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/v1beta/models?key=sk-salon-good", "/v1beta/models/demo?key=x"])
def test_a_key_in_the_address_is_refused(doors, path):
    async def run():
        async with doors() as server:
            answer = await server.ask(request_bytes("GET", path, b"", {}))
            assert (answer.status, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")

    asyncio.run(run())


def test_events_become_items_of_one_array():
    reply = ArrayReply(extra=[])
    reply.start(200, [(b"content-type", b"text/event-stream")])
    for piece in (b'data: {"a":1}\n\nda', b'ta: {"b":2}\n\n', b": note\n\n", b'data: {"c":3}'):
        reply.write(piece)
    reply.finish()
    status, headers, body = sent(reply)
    assert (status, headers[b"content-type"]) == (200, b"application/json")
    assert json.loads(body) == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_an_error_before_the_first_event_is_the_only_item():
    reply = ArrayReply(extra=[])
    error = json.dumps({"error": {"code": RateLimited.status}}).encode()
    reply.start(429, [(b"content-type", b"application/json")], content_length=len(error))
    reply.write(error)
    reply.finish()
    status, headers, body = sent(reply)
    assert (status, int(headers[b"content-length"])) == (429, len(body))
    assert json.loads(body) == [{"error": {"code": 429}}]


def test_a_stream_of_nothing_is_an_empty_array():
    reply = ArrayReply(extra=[])
    reply.start(200, [(b"content-type", b"text/event-stream")])
    reply.finish()
    assert sent(reply)[2] == b"[]"
